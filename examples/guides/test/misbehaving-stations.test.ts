import { assert, layer } from "@effect/vitest"
import { Csms } from "@wattline/ocpp-core"
import { MemoryTransport, TestStation } from "@wattline/ocpp-memory"
import { Effect, Layer } from "effect"
import { Alerts, complaints, options, watch } from "../src/misbehaving-stations.ts"
import { settle } from "./support.ts"

const raised: Array<string> = []
let isBroken = false
const alerts = Layer.succeed(Alerts, {
  raise: (what) =>
    Effect.suspend(() => {
      if (isBroken) return Effect.fail({ message: "the pager is off" })
      raised.push(what)
      return Effect.void
    })
})

/** A station of this vendor and firmware, and what the operator hears from here on. */
const arrived = Effect.fnUntraced(function* (identity: string, vendorName: string, firmwareVersion: string) {
  yield* Effect.forkScoped(watch)
  const { addStation } = yield* Csms
  const inCsms = yield* addStation({ identity, securityProfile: 0 })
  const station = yield* TestStation.connect({ identity })
  yield* station.boot({ chargingStation: { model: "Fast", vendorName, firmwareVersion } })
  yield* settle
  raised.length = 0
  return { inCsms, station }
})

const status = (id: string, connectorStatus: string) =>
  `[2,"${id}","StatusNotification",{"timestamp":"2026-01-01 00:00:00","connectorStatus":"${connectorStatus}","evseId":1,"connectorId":1}]`

const csms = Layer.provideMerge(Csms.layer({}, { ...options, inventory: "off" }), alerts)

layer(Layer.provideMerge(MemoryTransport.layer, csms))("misbehaving stations", (it) => {
  it.effect("R-120: what has an obvious repair is repaired for one vendor, and nobody is woken", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* arrived("CS-1", "Acme", "1.3.0")
      yield* station.sendText(status("x", "Preparing"))
      assert.strictEqual(yield* station.nextText, '[3,"x",{}]')
      const { mirror, nonConformance } = yield* inCsms.snapshot
      assert.strictEqual(mirror.availability.connectors[0]?.status, "Occupied")
      assert.strictEqual(nonConformance?.repaired, 1)
      assert.deepStrictEqual(raised, [])
      assert.include(yield* complaints, "1 × Acme Fast 1.3.0: StatusNotification/connectorStatus enum")
    })
  )

  it.effect("R-120: the same is refused from another vendor, and told", () =>
    Effect.gen(function* () {
      const { station } = yield* arrived("CS-2", "Other", "1.3.0")
      yield* station.sendText(status("x", "Occupied"))
      assert.match(yield* station.nextText, /^\[4,"x","FormatViolation"/)
      yield* settle
      assert.deepStrictEqual(raised, ["CS-2 StatusNotification: /timestamp (format), strict"])
    })
  )

  it.effect("R-120: what nobody needs is answered, and is lost; what money hangs on is refused", () =>
    Effect.gen(function* () {
      const { inCsms, station } = yield* arrived("CS-3", "Acme", "1.2.7")
      yield* station.sendText('[2,"e","NotifyEvent",{"generatedAt":"2026-01-01T00:00:00Z","seqNo":0,"eventData":[]}]')
      assert.strictEqual(yield* station.nextText, '[3,"e",{}]')
      assert.strictEqual((yield* inCsms.snapshot).nonConformance?.reported, 1)
      yield* station.sendText(
        '[2,"t","TransactionEvent",{"eventType":"started","seqNo":0,"timestamp":"2026-01-01T00:00:00Z","triggerReason":"Authorized","transactionInfo":{"transactionId":"T1"}}]'
      )
      assert.match(yield* station.nextText, /^\[4,"t",/)
    })
  )

  it.effect("R-146: a station that talks nonsense is cut off; a pager that is off stops nothing", () =>
    Effect.gen(function* () {
      const { station } = yield* arrived("CS-4", "Other", "1.0")
      isBroken = true
      yield* station.sendText("nonsense")
      yield* settle
      isBroken = false
      for (let n = 0; n < 10; n++) yield* station.sendText("nonsense")
      assert.strictEqual((yield* station.closed).code, 1008)
      yield* settle
      assert.deepStrictEqual(raised, ["CS-4: limit invalidMessagesPerMinute"])
    })
  )

  it.effect("R-186: two devices with one identity are told", () =>
    Effect.gen(function* () {
      yield* arrived("CS-5", "Other", "1.0")
      yield* TestStation.connect({ identity: "CS-5" })
      yield* settle
      assert.deepStrictEqual(raised, ["CS-5 connected twice: two devices with one identity?"])
    })
  )
})
