import { assert, it } from "@effect/vitest"
import { FirmwareManagement, missingEvents, Provisioning } from "@wattline/ocpp-core"
import { makeEV } from "@wattline/ocpp-station/virtual"
import { Effect } from "effect"
import { arrive, pass, site } from "./site.ts"

const driver = { idToken: "04A2E8B1C39D80", type: "ISO14443" } as const

it.effect("bills an hour at 11 kW", () =>
  Effect.gen(function* () {
    const { controls, inCsms } = yield* arrive()
    controls.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
    controls.present(driver, 1)
    yield* pass("1 hour")
    controls.present(driver, 1)
    yield* pass("5 seconds")
    const [transaction] = (yield* inCsms.snapshot).mirror.transactions.ended
    assert.closeTo(transaction?.totalCost ?? 0, 5.52, 0.05)
  }).pipe(Effect.provide(site))
)

it.effect("charges nobody it does not know", () =>
  Effect.gen(function* () {
    const { controls, inCsms } = yield* arrive()
    controls.plugIn(1, makeEV("family"))
    controls.present({ idToken: "DEADBEEF", type: "ISO14443" }, 1)
    yield* pass("1 hour")
    assert.strictEqual(controls.evses[0]?.plugged?.ev.stateOfCharge, 0.3)
    const { mirror } = yield* inCsms.snapshot
    assert.strictEqual(mirror.transactions.ended.length, 0)
  }).pipe(Effect.provide(site))
)

it.effect("loses no event of a session through an outage of an hour", () =>
  Effect.gen(function* () {
    const { controls, inCsms } = yield* arrive()
    controls.plugIn(1, makeEV("limousine", { stateOfCharge: 0.1 }))
    controls.present(driver, 1)
    yield* pass("10 minutes")
    controls.client.outage(3600) // seconds
    yield* pass("30 minutes")
    assert.isFalse((yield* inCsms.snapshot).connected)
    controls.present(driver, 1) // the station knows who started it, and stops by itself
    controls.unplug(1)
    yield* pass("1 hour")
    const [transaction] = (yield* inCsms.snapshot).mirror.transactions.ended
    assert.isTrue(transaction?.offline)
    assert.deepStrictEqual(transaction && missingEvents(transaction), [])
  }).pipe(Effect.provide(site))
)

it.effect("sees a power cut", () =>
  Effect.gen(function* () {
    const { controls, inCsms } = yield* arrive()
    controls.plugIn(1, makeEV("family"))
    controls.present(driver, 1)
    yield* pass("10 minutes")
    controls.powerCycle()
    yield* pass("1 minute")
    const { connected, mirror } = yield* inCsms.snapshot
    assert.deepStrictEqual([connected, mirror.transactions.ended[0]?.stoppedReason], [true, "PowerLoss"])
  }).pipe(Effect.provide(site))
)

it.effect("resets a station that charges, once it has said how much", () =>
  Effect.gen(function* () {
    const { controls, inCsms } = yield* arrive()
    controls.plugIn(1, makeEV("van"))
    controls.present(driver, 1)
    yield* pass("10 minutes")
    const { status } = yield* Provisioning.reset(inCsms, { type: "Immediate" })
    yield* pass("1 minute")
    const { mirror } = yield* inCsms.snapshot
    assert.deepStrictEqual([status, mirror.provisioning.bootReason], ["Accepted", "RemoteReset"])
    assert.strictEqual(mirror.transactions.ended[0]?.stoppedReason, "ImmediateReset")
  }).pipe(Effect.provide(site))
)

it.effect("hears that an update has failed", () =>
  Effect.gen(function* () {
    const { inCsms } = yield* arrive()
    const firmware = { location: "https://ota.example/fail-install" } // the end of the path says what goes wrong
    const { ended } = yield* FirmwareManagement.updateFirmware(inCsms, { firmware, insecure: true })
    yield* pass("10 minutes")
    assert.deepInclude((yield* ended).outcome, { _tag: "Failed", reason: "InstallationFailed" })
  }).pipe(Effect.provide(site))
)
