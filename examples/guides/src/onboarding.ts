/** Guide "Onboarding": who may connect, and a new station that is set up before it is accepted. */
import { andThen, Csms, type Handlers, hashPassword, Provisioning, type Station } from "@wattline/ocpp-core"
import { Clock, Effect } from "effect"

export const register = (identity: string, password: string) =>
  Effect.gen(function* () {
    const { addStation } = yield* Csms
    return yield* addStation({ identity, securityProfile: 2, passwordHash: yield* hashPassword(password) })
  })

const wanted = [
  { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 900 },
  { component: "TxCtrlr", variable: "EVConnectionTimeOut", value: 120 },
  { component: "AuthCtrlr", variable: "AuthorizeRemoteStart", value: false }
] as const

export const onboarding: Pick<Handlers, "BootNotification"> = {
  BootNotification: (_request, { mirror, station }) =>
    Effect.gen(function* () {
      const currentTime = new Date(yield* Clock.currentTimeMillis).toISOString()
      const isSetUp = mirror.provisioning.deviceModel.inventoryAt !== undefined
      if (isSetUp) return { status: "Accepted", currentTime, interval: 300 } as const
      return andThen({ status: "Pending", currentTime, interval: 60 } as const, setUp(station))
    })
}

const setUp = (station: Station) =>
  Effect.gen(function* () {
    yield* Provisioning.setVariables(station, wanted)
    const report = yield* Provisioning.getBaseReport(station, "FullInventory")
    if (report.status !== "Complete") return yield* Effect.logWarning(`${station.identity}: ${report.status}`)
    // It boots again after its interval; asking for it saves the wait.
    yield* station.call("TriggerMessage", { requestedMessage: "BootNotification" })
  })
