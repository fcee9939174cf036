/** Guide "Firmware and diagnostics": an update for a fleet, a log for support, alerts, and a customer who wants to be forgotten. */
import { Diagnostics, FirmwareManagement, type Jobs, type Station } from "@wattline/ocpp-core"
import { DateTime, Effect } from "effect"

/** An image of the manufacturer, where stations can fetch it. */
export interface Image extends FirmwareManagement.FirmwareToCheck {
  readonly location: string
}

const update = Effect.fnUntraced(function* (station: Station, { location, signature, signingCertificate }: Image) {
  const firmware = { location, signature, signingCertificate }
  const { ended, status, warnings } = yield* FirmwareManagement.updateFirmware(station, { firmware })
  if (warnings.length > 0) yield* Effect.logWarning(station.identity, warnings)
  if (status !== "Accepted" && status !== "AcceptedCanceled") return status
  return wordFor((yield* ended).outcome) // hours later
})

const wordFor = (outcome: Jobs.JobResult<"Firmware" | "Log">["outcome"]) =>
  outcome._tag === "Failed" ? outcome.reason : outcome._tag

/** A few at a time; the first ones that fail end it, so that a bad image does not reach the whole fleet. */
export const rollOut = Effect.fnUntraced(function* (stations: ReadonlyArray<Station>, image: Image, mayFail = 2) {
  const problems = yield* FirmwareManagement.checkFirmware(image)
  if (problems.length > 0) return yield* Effect.fail(new Error(problems.join(" ")))
  const results = new Map<string, string>()
  let failures = 0
  yield* Effect.forEach(
    stations,
    (station) =>
      Effect.suspend(() => (failures > mayFail ? Effect.succeed("NotAsked") : update(station, image))).pipe(
        Effect.catch(({ message }) => Effect.succeed(message)),
        Effect.map((result) => {
          if (result !== "Complete" && result !== "NotAsked") failures++
          results.set(station.identity, result)
        })
      ),
    { concurrency: 5 }
  )
  return results
})

/** The log of the last day, for support. The station logs in at the file server with what the URL says. */
export const fetchLog = Effect.fnUntraced(function* (station: Station, remoteLocation: string) {
  const since = DateTime.formatIso(DateTime.subtract(yield* DateTime.now, { days: 1 }))
  const { ended, filename, status } = yield* Diagnostics.getLog(station, {
    logType: "DiagnosticsLog",
    log: { remoteLocation, oldestTimestamp: since },
    retries: 3,
    retryInterval: 60
  })
  if (status === "Rejected") return "there is none"
  const result = wordFor((yield* ended).outcome)
  return result === "Complete" ? (filename ?? "uploaded") : result
})

/** Has the station tell when it gets hot; gives what it will not watch. */
export const watchHeat = Effect.fnUntraced(function* (station: Station) {
  const { outcomes } = yield* Diagnostics.setVariableMonitoring(station, [
    { component: "ChargingStation", variable: "Temperature", type: "UpperThreshold", value: 70, severity: 4 },
    { component: "ChargingStation", variable: "Temperature", type: "UpperThreshold", value: 85, severity: 2 }
  ])
  return outcomes.filter(({ status }) => status !== "Accepted").map(({ item, status }) => `${item.value} °C: ${status}`)
})

/** What is wrong now, the worst first. */
export const openAlerts = Effect.fnUntraced(function* (station: Station) {
  const { alerts } = (yield* station.snapshot).mirror.diagnostics
  return alerts.toSorted((a, b) => (a.severity ?? 9) - (b.severity ?? 9))
})

/** A driver who wants to be forgotten; gives what the station still had of them, and whether it is gone. */
export const forget = Effect.fnUntraced(function* (station: Station, uid: string) {
  const idToken = { idToken: uid, type: "ISO14443" as const }
  const { cleared, data, localList } = yield* Diagnostics.customerInformation(station, { idToken }, { clear: true })
  return { data, isGone: cleared && localList?._tag !== "Failed" }
})
