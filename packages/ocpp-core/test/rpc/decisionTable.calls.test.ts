/** Rows 17–21 of the decision table, end to end: what happens to a CALL that passed the gate. */
import { assert, describe, it } from "@effect/vitest"
import { actions } from "@wattline/ocpp-v201"
import { Effect } from "effect"
import { type ErrorCode, refuse } from "../../src/index.ts"
import { answerTo, sent, status, untouched, whileCalling, withoutWording, withStation } from "./support.ts"

/** CALLs that get a CALLERROR with nothing in its details; nothing else happens. */
const refusals = (code: ErrorCode, calls: ReadonlyArray<readonly [action: string, payload: unknown]>) =>
  whileCalling((world) =>
    Effect.sync(() => {
      for (const [action, payload] of calls) {
        world.fake.call(action, payload, "a")
        assert.deepStrictEqual(withoutWording(sent(world.fake)), [[4, "a", code, {}]], action)
      }
      untouched(world)
    })
  )

describe("§9, rows 17–19: action and payload", () => {
  it.effect("§9 row 17 (R-075, R-215): an action that is none of the 64 gets NotImplemented", () =>
    refusals(
      "NotImplemented",
      ["bootnotification", "BootNotificationRequest", "X-Signed", "", "toString", "__proto__"].map((action) => [
        action,
        {}
      ])
    )
  )

  it.effect("§9 row 18: each of the 39 actions that only a CSMS sends gets NotSupported", () => {
    const ours = Object.entries(actions).flatMap(([action, { direction }]) =>
      direction === "csms-to-station" ? [action] : []
    )
    assert.strictEqual(ours.length, 39)
    return refusals(
      "NotSupported",
      ours.map((action) => [action, {}])
    )
  })

  it.effect("§9 row 19 (R-076): a payload that is no object gets FormatViolation", () =>
    refusals(
      "FormatViolation",
      [[], [{}], "{}", 7, 0, false, ""].map((payload) => ["Heartbeat", payload])
    )
  )

  it.effect("§9 row 19 (R-077): a null payload is an empty one", () =>
    whileCalling((world) =>
      Effect.sync(() => {
        world.fake.call("Heartbeat", null, "a")
        assert.deepStrictEqual(sent(world.fake), [[3, "a", { currentTime: "1970-01-01T00:00:00Z" }]])
        world.fake.call("StatusNotification", null, "b")
        assert.strictEqual(sent(world.fake)[0]?.[2], "OccurrenceConstraintViolation")
        untouched(world)
      })
    )
  )
})

/** Keyword → a CALL that breaks it, where, and the code of §10. */
const violations: Readonly<Record<string, readonly [action: string, payload: object, path: string, code: ErrorCode]>> =
  {
    type: ["StatusNotification", status({ evseId: "1" }), "/evseId", "TypeConstraintViolation"],
    required: ["StatusNotification", status({ connectorStatus: undefined }), "", "OccurrenceConstraintViolation"],
    minItems: ["MeterValues", { evseId: 1, meterValue: [] }, "/meterValue", "OccurrenceConstraintViolation"],
    maxItems: [
      "Authorize",
      {
        idToken: { idToken: "1", type: "Local" },
        iso15118CertificateHashData: Array.from({ length: 5 }, () => ({
          hashAlgorithm: "SHA256",
          issuerNameHash: "a",
          issuerKeyHash: "b",
          serialNumber: "c",
          responderURL: "d"
        }))
      },
      "/iso15118CertificateHashData",
      "OccurrenceConstraintViolation"
    ],
    additionalProperties: ["Heartbeat", { secret: "value" }, "", "ProtocolError"],
    format: ["StatusNotification", status({ timestamp: "yesterday" }), "/timestamp", "FormatViolation"],
    enum: [
      "StatusNotification",
      status({ connectorStatus: "Broken" }),
      "/connectorStatus",
      "PropertyConstraintViolation"
    ],
    maxLength: [
      "BootNotification",
      { reason: "PowerUp", chargingStation: { model: "m".repeat(21), vendorName: "V" } },
      "/chargingStation/model",
      "PropertyConstraintViolation"
    ],
    minimum: [
      "NotifyEVChargingNeeds",
      {
        evseId: 1,
        chargingNeeds: {
          requestedEnergyTransfer: "DC",
          dcChargingParameters: { evMaxCurrent: 1, evMaxVoltage: 1, stateOfCharge: -1 }
        }
      },
      "/chargingNeeds/dcChargingParameters/stateOfCharge",
      "PropertyConstraintViolation"
    ],
    maximum: [
      "NotifyEVChargingNeeds",
      {
        evseId: 1,
        chargingNeeds: {
          requestedEnergyTransfer: "DC",
          dcChargingParameters: { evMaxCurrent: 1, evMaxVoltage: 1, stateOfCharge: 101 }
        }
      },
      "/chargingNeeds/dcChargingParameters/stateOfCharge",
      "PropertyConstraintViolation"
    ]
  }

describe("§9, row 20: the schema", () => {
  for (const [keyword, [action, payload, path, code]] of Object.entries(violations))
    it.effect(`§9 row 20 (R-120, R-152): ${keyword} gets ${code}, and says where but no values`, () =>
      whileCalling((world) =>
        Effect.sync(() => {
          world.fake.call(action, payload, "a")
          assert.deepStrictEqual(withoutWording(sent(world.fake)), [[4, "a", code, { errors: [{ path, keyword }] }]])
          untouched(world)
        })
      )
    )

  it.effect("§9 row 20 (R-153): the description of a violation holds no value of the payload", () =>
    withStation(({ fake }) =>
      Effect.sync(() => {
        fake.call("StatusNotification", status({ connectorStatus: "s3cret", timestamp: "s3cret" }))
        fake.call("BootNotification", {
          reason: "PowerUp",
          chargingStation: { model: "s3cret".repeat(9), vendorName: "V" }
        })
        assert.notInclude(fake.texts.join(""), "s3cret")
      })
    )
  )

  it.effect("§9 row 20 (R-152): the same payload gets the same code, however many violations it has", () =>
    withStation((world) =>
      Effect.sync(() => {
        const codes = [1, 2, 3].map(() =>
          answerTo(world, "StatusNotification", { timestamp: 7, evseId: "x", more: true })
        )
        assert.lengthOf([...new Set(codes)], 1)
      })
    )
  )

  it.effect("R-200, R-201: customData of any vendor is no violation; without vendorId it is", () =>
    withStation((world) =>
      Effect.sync(() => {
        const customData = { vendorId: "org.unknown", anything: [{ deep: null }] }
        assert.deepStrictEqual(answerTo(world, "StatusNotification", status({ customData })), {})
        assert.strictEqual(answerTo(world, "Heartbeat", { customData: { x: 1 } }), "OccurrenceConstraintViolation")
      })
    )
  )

  it.effect("R-128: a number such as 1.0 is an integer, and larger ones are judged by the schema alone", () =>
    withStation(({ fake }) =>
      Effect.sync(() => {
        const text = JSON.stringify([2, "a", "StatusNotification", status()]).replace('"evseId":1', '"evseId":1.0')
        fake.say(text)
        fake.call("StatusNotification", status({ evseId: 3_000_000_000 }), "b")
        assert.deepStrictEqual(sent(fake), [
          [3, "a", {}],
          [3, "b", {}]
        ])
      })
    )
  )
})

describe("§9, row 21: a CALL that is handled", () => {
  it.effect("§9 row 21 (R-140, R-092): is answered once, under its id", () =>
    whileCalling((world) =>
      Effect.sync(() => {
        for (const id of ["a", '"\u00e9', "-1", "x".repeat(36)]) {
          world.fake.call("StatusNotification", status(), id)
          assert.deepStrictEqual(sent(world.fake), [[3, id, {}]])
        }
        untouched(world)
      })
    )
  )

  it.effect("§9 row 21 (R-111): is answered once, whatever its handler does", () => {
    const doings = [Effect.die("defect"), Effect.fail("failure"), Effect.interrupt, Effect.succeed({ status: "No" })]
    return withStation(
      ({ fake }) =>
        Effect.sync(() => {
          for (const id of doings.keys()) {
            fake.call("DataTransfer", { vendorId: "V" }, `d${id}`)
            assert.deepStrictEqual(withoutWording(sent(fake)), [[4, `d${id}`, "InternalError", {}]])
          }
        }),
      {
        DataTransfer: (_request, { messageId }) =>
          (doings[Number(messageId.slice(1))] ?? Effect.never) as Effect.Effect<never>
      }
    )
  })

  it.effect(
    "§9 row 21 (R-141): may be refused by its handler with a code, where there is no status to say no with",
    () =>
      withStation(
        (world) =>
          Effect.sync(() => {
            assert.strictEqual(answerTo(world, "DataTransfer", { vendorId: "V" }), "SecurityError")
            assert.deepStrictEqual(answerTo(world, "Authorize", { idToken: { idToken: "1", type: "Local" } }), {
              idTokenInfo: { status: "Unknown" }
            })
          }),
        { DataTransfer: () => refuse("SecurityError"), Authorize: () => refuse("SecurityError") }
      )
  )
})
