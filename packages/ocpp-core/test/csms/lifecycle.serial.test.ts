/** Profile 3: the serial number of a BootNotification is the CN of the certificate, or the station is not talked to. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Csms, type CsmsOptions } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { bootsAs, Recorder, settle } from "./support.ts"
import { enter, mutual } from "./securitySupport.ts"

const boot = (fake: FakeStation, serialNumber: string | null | undefined, reason = "PowerUp") =>
  fake.call("BootNotification", {
    reason,
    chargingStation: { model: "M1", vendorName: "V", ...(serialNumber !== undefined && { serialNumber }) }
  })

/** Everything the station sees from here on, in order. */
const watched = (fake: FakeStation) => {
  const seen: Array<string> = []
  const send = fake.send.bind(fake)
  const close = fake.close.bind(fake)
  fake.send = (text) => {
    seen.push(text)
    return send(text)
  }
  fake.close = (code, reason) => {
    seen.push(`close ${code}`)
    close(code, reason)
  }
  return seen
}

const arrived = Effect.gen(function* () {
  const csms = yield* Csms
  const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 3 })
  const fake = yield* enter(mutual())
  return { fake, station, seen: watched(fake) }
})

const layer = (options: CsmsOptions = {}) => Csms.layer({ BootNotification: bootsAs("Accepted") }, options)

describe("LC-11: another serial number than the CN of the certificate", () => {
  for (const [kind, serialNumber] of [
    ["another one", "SN-2"],
    ["none at all", undefined],
    ["an empty one", ""]
  ] as const)
    for (const reason of ["PowerUp", "Triggered"])
      it.effect(`LC-11, B01.FR.12: ${kind}, ${reason}: SecurityError first, then the close; nothing else`, () =>
        Effect.gen(function* () {
          const { fake, seen, station } = yield* arrived
          const id = boot(fake, serialNumber, reason)
          assert.lengthOf(seen, 2)
          const [answer = "", close] = seen
          assert.deepStrictEqual((JSON.parse(answer) as ReadonlyArray<unknown>).slice(0, 3), [4, id, "SecurityError"])
          assert.strictEqual(close, "close 1008")
          assert.notInclude(seen.join(), "Accepted")
          const view = yield* station.snapshot
          assert.deepStrictEqual([view.registration, view.connected], [undefined, false])
          assert.isUndefined(view.mirror.provisioning.chargingStation)
        }).pipe(Effect.provide(layer()))
      )

  it.effect("LC-11: a serial number that is no text is not repaired into a good boot", () =>
    Effect.gen(function* () {
      const { fake, seen } = yield* arrived
      boot(fake, null)
      assert.lengthOf(seen, 2)
      assert.include(seen[0], "SecurityError")
      assert.strictEqual(seen[1], "close 1008")
    }).pipe(Effect.provide(layer({ validation: [{ policy: "lenient" }] })))
  )

  it.effect("LC-11: a boot with a broken payload that is only reported is answered, and never Accepted", () =>
    Effect.gen(function* () {
      const { fake, seen, station } = yield* arrived
      boot(fake, null)
      assert.notInclude(seen.join(), "Accepted")
      assert.isUndefined((yield* station.snapshot).registration)
    }).pipe(Effect.provide(layer({ validation: [{ policy: "report" }] })))
  )

  it.effect("LC-11: it is judged with every boot of a link, also when the station is Accepted already", () =>
    Effect.gen(function* () {
      const recorder = yield* Recorder.start
      const { fake, seen, station } = yield* arrived
      boot(fake, "SN-1")
      boot(fake, "SN-2", "Triggered")
      yield* settle
      assert.include(seen[0], "Accepted")
      assert.include(seen[1], "SecurityError")
      assert.deepStrictEqual(seen.slice(2), ["close 1008"])
      assert.strictEqual(recorder.count("Booted"), 1)
      assert.isFalse((yield* station.snapshot).connected)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("LC-11: what comes behind that boot is not answered, and no CALL of ours goes out", () =>
    Effect.gen(function* () {
      const { fake, seen, station } = yield* arrived
      const [call] = [
        yield* Effect.forkChild(Effect.exit(station.call("TriggerMessage", { requestedMessage: "BootNotification" })), {
          startImmediately: true
        })
      ]
      boot(fake, "SN-2")
      fake.call("Heartbeat", {})
      yield* settle
      assert.lengthOf(seen, 2)
      assert.isDefined(call.pollUnsafe())
    }).pipe(Effect.provide(layer()))
  )
})
