/** Whatever happens at a station, in whatever order, its transactions are sound (E01 to E12). */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { txPointsRefusal } from "../../src/virtual/transactions/TxPoints.ts"
import { assertSound, Bench } from "./transactions.support.ts"

const evseId = fc.integer({ min: 1, max: 2 })
const token = fc.constantFrom("A", "B", "C", "X", "M")

/** A step of a run; the name is for counterexamples. */
interface Step {
  readonly name: string
  readonly run: (bench: Bench) => void
}

const named = (name: string, run: Step["run"]): Step => ({ name, run })

const trigger = ({ transactions }: Bench): void => {
  const send = transactions.triggers.TransactionEvent?.(undefined)
  if (typeof send === "function") send()
}

const stopRemotely = (bench: Bench, id: number): void => {
  const { transaction } = bench.evse(id)
  if (transaction !== undefined) bench.remoteStop(transaction.transactionId)
}

const goOnline = (bench: Bench, isOnline: boolean): void => {
  bench.isOnline = isOnline
  if (!bench.isSlow) bench.settle()
}

const restart = (bench: Bench): void => {
  const { station, transactions } = bench
  for (const evse of station.evses) transactions.end(evse, "Reboot", "ResetCommand")
  transactions.down()
  transactions.online(true)
}

const startRemotely: fc.Arbitrary<Step> = fc
  .tuple(token, fc.option(evseId, { nil: undefined }))
  .map(([idToken, id]) =>
    named(`remote start of ${idToken} at ${id}`, (bench) =>
      bench.remoteStart({ evseId: id, idToken: { idToken, type: "ISO14443" } })
    )
  )

const usual: fc.Arbitrary<Step> = fc.oneof(
  evseId.map((id) => named(`plug ${id}`, (bench) => bench.plug(id))),
  fc
    .tuple(token, fc.oneof(evseId, fc.constant("Anywhere" as const)))
    .map(([idToken, at]) => named(`present ${idToken} ${at}`, (bench) => bench.present(idToken, at))),
  fc.constantFrom(1, 30, 61, 901).map((seconds) => named(`${seconds} s`, (bench) => bench.advance(seconds)))
)

const seldom: fc.Arbitrary<Step> = fc.oneof(
  evseId.map((id) => named(`unplug ${id}`, (bench) => bench.unplug(id))),
  evseId.map((id) => named(`remote stop at ${id}`, (bench) => stopRemotely(bench, id))),
  fc
    .tuple(evseId, fc.constantFrom(0, 3700, 11_000))
    .map(([id, watts]) => named(`${id} draws ${watts}`, (bench) => bench.draw(watts, id))),
  fc.boolean().map((isOnline) => named(`online ${isOnline}`, (bench) => goOnline(bench, isOnline))),
  fc.boolean().map((isSlow) => named(`slow ${isSlow}`, (bench) => void (bench.isSlow = isSlow))),
  evseId.map((id) => named(`limit ${id}`, (bench) => bench.transactions.limitChanged(bench.evse(id)))),
  fc.constantFrom(
    named("trigger", trigger),
    named("settle", (bench) => bench.settle())
  )
)

const rare: fc.Arbitrary<Step> = fc.oneof(
  token.map((idToken) => named(`block ${idToken}`, (bench) => void bench.tokens.set(idToken, { status: "Blocked" }))),
  fc
    .constantFrom<Bench["admits"]>("Yes", "Yes", "Inoperative", "Reserved")
    .map((admits) => named(`admits ${admits}`, (bench) => void (bench.admits = admits))),
  evseId.map((id) =>
    named(`reset ${id}`, (bench) => bench.transactions.end(bench.evse(id), "ImmediateReset", "ResetCommand"))
  ),
  fc.constantFrom(
    named("emergency stop", (bench) => bench.transactions.emergencyStop()),
    named("restart", restart)
  )
)

const locally = fc.oneof(
  { weight: 12, arbitrary: usual },
  { weight: 8, arbitrary: seldom },
  { weight: 1, arbitrary: rare }
)

/** A run of so many steps at most, and not much fewer. */
const run = (step: fc.Arbitrary<Step>, maxLength: number): fc.Arbitrary<Array<Step>> =>
  fc.array(step, { minLength: Math.floor(maxLength / 4), maxLength, size: "max" })

const anything = fc.oneof({ weight: 12, arbitrary: locally }, { weight: 1, arbitrary: startRemotely })

const points = ["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer", "DataSigned"]
const list = fc.subarray(points, { minLength: 1 }).map((names) => names.join())

const settings = fc
  .record({
    "TxCtrlr.TxStartPoint": list,
    "TxCtrlr.TxStopPoint": list,
    "TxCtrlr.StopTxOnInvalidId": fc.constantFrom("true", "false"),
    "TxCtrlr.StopTxOnEVSideDisconnect": fc.constantFrom("true", "false"),
    "TxCtrlr.MaxEnergyOnInvalidId": fc.constantFrom("0", "500"),
    "AuthCtrlr.AuthorizeRemoteStart": fc.constantFrom("true", "false"),
    "AuthCtrlr.Enabled": fc.constantFrom("true", "true", "false"),
    "SampledDataCtrlr.SignReadings": fc.constantFrom("true", "false"),
    "SampledDataCtrlr.TxUpdatedInterval": fc.constantFrom("0", "300"),
    "SampledDataCtrlr.TxEndedInterval": fc.constantFrom("0", "120"),
    "AlignedDataCtrlr.Interval": fc.constantFrom("0", "900"),
    "AlignedDataCtrlr.Measurands": fc.constant("Energy.Active.Import.Register")
  })
  .filter(
    (variables) =>
      txPointsRefusal(variables["TxCtrlr.TxStartPoint"], variables["TxCtrlr.TxStopPoint"], true) === undefined
  )

const benchOf = (variables: Readonly<Record<string, string>>): Bench => {
  const bench = new Bench({ evses: 2, variables })
  const group = (idToken: string) => ({ status: "Accepted", groupIdToken: { idToken, type: "Central" } }) as const
  bench.tokens.set("A", group("G")).set("B", group("G")).set("M", group("MASTER")).set("X", { status: "Invalid" })
  return bench
}

describe("any run of a station", () => {
  it("a transaction that has begun stays at its EVSE, also when its driver pulls the cable out while the CSMS decides", () => {
    const bench = benchOf({ "TxCtrlr.TxStartPoint": "EVConnected", "TxCtrlr.TxStopPoint": "EnergyTransfer" })
    bench.isSlow = true
    bench.plug(2)
    bench.present("A", "Anywhere")
    bench.unplug(2)
    bench.isSlow = false
    bench.settle()
    bench.plug(1)
    bench.plug(2)
    assertSound(bench.events)
    assert.strictEqual(bench.evse(1).transaction?.evseId, 1)
  })

  it("E01.FR.07, E01.FR.08, E12: one Started first, one Ended last, no seqNo missing, time and energy never back", () => {
    fc.assert(
      fc.property(settings, run(anything, 80), (variables, steps) => {
        const bench = benchOf(variables)
        for (const one of steps) one.run(bench)
        assertSound(bench.events)
      }),
      { numRuns: 1500 }
    )
  })

  it("E06: once everybody has gone and the time to plug in is over, no transaction runs and no timer is left", () => {
    fc.assert(
      fc.property(settings, run(anything, 60), (variables, steps) => {
        const bench = benchOf({ ...variables, "TxCtrlr.TxStopPoint": "EVConnected,Authorized" })
        fc.pre(txPointsRefusal(variables["TxCtrlr.TxStartPoint"], "EVConnected,Authorized", true) === undefined)
        for (const one of steps) one.run(bench)
        bench.isOnline = true
        bench.isSlow = false
        bench.settle()
        bench.unplug(1)
        bench.unplug(2)
        bench.advance(61)
        assertSound(bench.events, true)
        assert.strictEqual(bench.timers, 0)
      }),
      { numRuns: 700 }
    )
  })

  it("C01, E05: energy flows only where somebody is authorized whom the CSMS has not refused", () => {
    fc.assert(
      fc.property(settings, run(locally, 60), (variables, steps) => {
        const bench = benchOf({ ...variables, "AuthCtrlr.Enabled": "true", "TxCtrlr.MaxEnergyOnInvalidId": "0" })
        bench.tokens.set("A", { status: "Blocked" }).set("B", { status: "Blocked" }).set("C", { status: "Blocked" })
        for (const one of steps) one.run(bench)
        for (const { transactionInfo } of bench.events) assert.notStrictEqual(transactionInfo.chargingState, "Charging")
      }),
      { numRuns: 500 }
    )
  })
})
