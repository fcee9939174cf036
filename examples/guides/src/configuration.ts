/** Guide "Configuration": read and write what a station is made of. */
import { DeviceModel, Provisioning, type Station } from "@wattline/ocpp-core"
import { Effect } from "effect"

export const meterEvery = (station: Station, seconds: number) =>
  Effect.gen(function* () {
    const { outcomes } = yield* Provisioning.setVariables(station, [
      { component: "SampledDataCtrlr", variable: "TxUpdatedInterval", value: seconds },
      {
        component: "SampledDataCtrlr",
        variable: "TxUpdatedMeasurands",
        value: "Energy.Active.Import.Register,Power.Active.Import,SoC"
      }
    ])
    const reboots = outcomes.some(({ status }) => status === "RebootRequired")
    if (reboots) yield* Provisioning.reset(station, { type: "OnIdle" })
    return outcomes.filter(({ status }) => status !== "Accepted" && status !== "RebootRequired").map(({ item }) => item)
  })

export const heartbeatOf = (station: Station) =>
  Effect.map(station.snapshot, ({ mirror }) =>
    // Known from reports, reads and writes: nothing is sent.
    DeviceModel.read(mirror.provisioning.deviceModel, "OCPPCommCtrlr", "HeartbeatInterval")
  )

export const inventory = (station: Station, tell: (line: string) => void) =>
  Effect.gen(function* () {
    const report = yield* Provisioning.getBaseReport(station, "FullInventory", {
      onProgress: ({ parts, variables }) => tell(`${parts} parts, ${variables} variables`)
    })
    if (report.status === "Incomplete") tell(`parts ${JSON.stringify(report.missing)} are missing`)
    return report.reportData.length
  })
