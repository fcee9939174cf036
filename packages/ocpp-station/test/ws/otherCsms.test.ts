/** Stations before a CSMS of npm `ocpp-rpc`, which shares nothing with Wattline and validates everything. */
import { assert, describe, it } from "@effect/vitest"
import { rpcCsms } from "@wattline/ocpp-conformance"
import { Stations } from "@wattline/ocpp-station"
import { makeEV, VirtualStations } from "@wattline/ocpp-station/virtual"
import { WsDialer } from "@wattline/ocpp-ws"
import { Effect, Layer } from "effect"
import { startedEvent } from "../promise/support.ts"
import { password, quick } from "./Ground.ts"

const idTokenInfo = { status: "Accepted" }

/** A CSMS that takes everything; what it was asked. */
const csmsOf = Effect.fnUntraced(function* () {
  const asked: Array<string> = []
  const answers: Record<string, (request: Record<string, unknown>) => Record<string, unknown>> = {
    BootNotification: () => ({ status: "Accepted", interval: 300, currentTime: new Date().toISOString() }),
    Authorize: () => ({ idTokenInfo }),
    Heartbeat: () => ({ currentTime: new Date().toISOString() }),
    TransactionEvent: ({ idToken }) => (idToken === undefined ? {} : { idTokenInfo })
  }
  for (const action of ["StatusNotification", "SecurityEventNotification", "NotifyEvent", "MeterValues"])
    answers[action] = () => ({})
  const told = Object.fromEntries(
    Object.entries(answers).map(([action, answer]) => [
      action,
      (request: Record<string, unknown>) => {
        asked.push(action === "TransactionEvent" ? `${action} ${String(request["eventType"])}` : action)
        return answer(request)
      }
    ])
  )
  return { ...(yield* rpcCsms(password, told)), asked }
})

const stations = Layer.provide(Stations.layer, WsDialer.layer())

describe.concurrent("a CSMS of somebody else", () => {
  it.live("R-230, R-231, R-042: a client is let in by identity and password, boots and calls", () =>
    Effect.gen(function* () {
      const { asked, faults, logins, url } = yield* csmsOf()
      const client = yield* (yield* Stations).connect({
        identity: "RDAM|123",
        url,
        password,
        chargingStation: { model: "Test", vendorName: "Wattline" },
        settings: quick
      })
      yield* client.accepted
      yield* client.transactionEvent(startedEvent("T-1"))
      assert.deepStrictEqual(logins, [{ identity: "RDAM|123", password }])
      assert.deepStrictEqual(asked, ["BootNotification", "TransactionEvent Started"])
      assert.deepStrictEqual(faults, [])
    }).pipe(Effect.provide(stations))
  )

  it.live("E01 to E06: a session of a virtual station is valid to it, from the cable in to the cable out", () =>
    Effect.gen(function* () {
      const { asked, faults, url } = yield* csmsOf()
      const { accepted, controls } = yield* VirtualStations.start({ identity: "CS-1", url, password })
      yield* accepted
      controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
      controls.present({ idToken: "A", type: "ISO14443" }, 1)
      const until = (done: () => boolean) => Effect.repeat(Effect.sleep(50), { until: done })
      yield* until(() => controls.evses[0]?.transaction?.chargingState === "Charging")
      controls.present({ idToken: "A", type: "ISO14443" }, 1)
      yield* until(() => controls.unplug(1) === "Unplugged")
      yield* until(() => asked.includes("TransactionEvent Ended"))
      assert.include(asked, "TransactionEvent Started")
      assert.include(asked, "TransactionEvent Ended")
      assert.deepStrictEqual(faults, [])
    }).pipe(Effect.provide(stations))
  )
})
