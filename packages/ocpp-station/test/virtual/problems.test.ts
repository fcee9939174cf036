/** A virtual station that would not be what its options say is not built; controls say when they mean nothing. */
import { assert, describe, it } from "@effect/vitest"
import { InvalidStation, Stations } from "@wattline/ocpp-station"
import { makeEV, VirtualStations } from "@wattline/ocpp-station/virtual"
import { Effect, Layer, Logger } from "effect"
import { FakeCsms } from "../client/FakeCsms.ts"

const built = (options: object, csms = new FakeCsms()) =>
  VirtualStations.start({ identity: "CS-1", url: "ws://csms/ocpp", ...options }).pipe(
    Effect.provide(Layer.provide(Stations.layer, csms.layer))
  )

const values = (more: object) => ({ model: { values: more } })

describe("a station that cannot be built", () => {
  it.effect.each([
    [
      "a variable that there is not",
      values({ "TxCtrlr.TxStartPont": "EVConnected" }),
      "has TxCtrlr.TxStartPont, which is not"
    ],
    ["a variable without its component", values({ TxStartPoint: "EVConnected" }), 'write "Component.Variable"'],
    ["a value that is not in the list", values({ "TxCtrlr.TxStartPoint": "Nonsense" }), "InvalidValue"],
    ["a value that is no text", values({ "TxCtrlr.EVConnectionTimeOut": 30 }), "it must be a text"],
    ["a setting as a value", values({ "OCPPCommCtrlr.HeartbeatInterval": "5" }), "`settings.heartbeatInterval`"],
    [
      "a component that there is not",
      { model: { without: ["Reservation"] } },
      "has Reservation, which is not a component"
    ],
    ["no EVSE", { evses: [] }, "one EVSE at least"],
    ["an EVSE without connectors", { evses: [{ connectors: [] }] }, "one connector at least"],
    ["no voltage", { evses: [{ supply: { phases: 3, voltage: 0, maxCurrent: 32 } }] }, "must be above 0"],
    [
      "a model that is too long",
      { chargingStation: { vendorName: "V", model: "M".repeat(21) } },
      "/chargingStation/model"
    ],
    ["a time below 0", { settings: { messageTimeout: -1 } }, "`messageTimeout`"],
    ["no URL", { url: undefined }, "`url` must be a URL"]
  ] as const)("%s", ([, options, words]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(built(options))
      assert.instanceOf(failure, InvalidStation)
      assert.include(failure.message, words)
    })
  )

  it.effect("values of EVSEs and of instances, and missing components, are what they were", () =>
    Effect.gen(function* () {
      const { controls } = yield* built({
        model: {
          values: { "EVSE.AllowReset": "false", "DeviceDataCtrlr.ItemsPerMessage[GetReport]": "7" },
          without: ["reservationctrlr"]
        },
        evses: [{}, { supply: { phases: 0, voltage: 400, maxCurrent: 125 } }]
      })
      assert.strictEqual(controls.model.number("DeviceDataCtrlr", "ItemsPerMessage", "GetReport", 0), 7)
      assert.strictEqual(controls.evses.length, 2)
    })
  )
})

describe("controls", () => {
  it.effect("an EVSE that the station has not is a RangeError", () =>
    Effect.gen(function* () {
      const { controls } = yield* built({})
      const token = { idToken: "AA", type: "Central" } as const
      assert.throws(() => controls.plugIn(2, makeEV("compact")), RangeError, "no EVSE 2; its EVSEs are 1 to 1")
      assert.throws(() => controls.unplug(0), RangeError, "no EVSE 0")
      assert.throws(() => controls.present(token, 7), RangeError, "no EVSE 7")
      assert.throws(() => controls.present({ ...token, idToken: "x".repeat(37) }), RangeError, "/idToken/idToken")
      controls.present(token)
      assert.strictEqual(controls.plugIn(1, makeEV("compact")), "Plugged")
      assert.strictEqual(controls.plugIn(1, makeEV("compact")), "Refused")
    })
  )
})

describe("the log", () => {
  const lines: Array<string> = []
  it.effect("says why a station cannot connect; one that tells somebody logs nothing", () =>
    Effect.gen(function* () {
      const refusing = (): FakeCsms => {
        const csms = new FakeCsms()
        csms.failures.push("Unreachable")
        return csms
      }
      yield* built({}, refusing())
      assert.match(lines.join(), /CS-1 cannot connect, and goes on trying: as the test says/)
      lines.length = 0
      const told: Array<string> = []
      yield* VirtualStations.start({ identity: "CS-2", url: "ws://csms" }, ({ _tag }) => told.push(_tag)).pipe(
        Effect.provide(Layer.provide(Stations.layer, refusing().layer))
      )
      assert.include(told, "ConnectFailed")
      assert.deepStrictEqual(lines, [])
    }).pipe(Effect.provide(Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))])))
  )
})
