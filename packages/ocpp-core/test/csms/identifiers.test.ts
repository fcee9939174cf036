/** Identifiers: which compare without case, and ids of messages, which mean nothing. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import fc from "fast-check"
import { Csms, findTransaction, identityKey, isSameToken, RemoteControl } from "../../src/index.ts"
import { componentKey, variableKey } from "../../src/blocks/DeviceModel.ts"
import { isSameTransactionId } from "../../src/blocks/Transactions.ts"
import { begin, booted, Recorder, settle, transactionEvent } from "./support.ts"
import { requests } from "./requests.ts"

const identifier = fc.string({
  unit: fc.constantFrom(...Array.from("abcxyzABCXYZ0189*-_=:+|@.")),
  minLength: 1,
  maxLength: 36
})

describe("identifiers", () => {
  it("R-129: identities, tokens, transactionIds, components and variables compare without case", () => {
    const same: ReadonlyArray<(one: string, other: string) => boolean> = [
      (one, other) => identityKey(one) === identityKey(other),
      (one, other) => isSameToken({ idToken: one, type: "Local" }, { idToken: other, type: "Local" }),
      isSameTransactionId,
      (one, other) => componentKey(one) === componentKey(other),
      (one, other) => componentKey({ name: "A", instance: one }) === componentKey({ name: "a", instance: other }),
      (one, other) => variableKey(one) === variableKey(other),
      (one, other) => variableKey({ name: "A", instance: one }) === variableKey({ name: "a", instance: other })
    ]
    fc.assert(
      fc.property(identifier, identifier, (one, other) => {
        for (const isSame of same) {
          assert.isTrue(isSame(one.toUpperCase(), one.toLowerCase()))
          assert.strictEqual(isSame(one, other), one.toLowerCase() === other.toLowerCase())
        }
      }),
      { seed: 129 }
    )
  })

  it.effect("R-129: a transaction is one however its id is spelled; the spelling of its first event stays", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const recorder = yield* Recorder.start
      const of = (seqNo: number, transactionId: string, more: object = {}) =>
        fake.call("TransactionEvent", transactionEvent(seqNo, { transactionInfo: { transactionId }, ...more }))
      of(0, "ab-1")
      of(1, "AB-1", { meterValue: [{ timestamp: "2026-01-01T00:01:00Z", sampledValue: [{ value: 1 }] }] })
      of(0, "ab-2", { evse: { id: 2, connectorId: 1 } })
      const cost = yield* begin(station.call("CostUpdated", { transactionId: "Ab-1", totalCost: 2 }))
      fake.reply({})
      yield* Fiber.join(cost)
      const stop = yield* begin(RemoteControl.requestStopTransaction(station, "AB-1"))
      fake.reply({ status: "Accepted" })
      of(2, "aB-1", { eventType: "Ended", triggerReason: "RemoteStop" })
      const outcome = yield* Fiber.join(stop)
      assert.strictEqual(outcome._tag === "Ended" && outcome.transaction.transactionId, "ab-1")
      const { transactions } = (yield* station.snapshot).mirror
      assert.deepStrictEqual(
        [transactions.running, transactions.ended].map((all) => all.map(({ transactionId }) => transactionId)),
        [["ab-2"], ["ab-1"]]
      )
      assert.deepInclude(findTransaction(transactions, "AB-1"), { received: [0, 2], totalCost: 2 })
      yield* settle
      assert.strictEqual(recorder.count("TransactionStarted"), 2)
      assert.strictEqual(recorder.count("TransactionsOverlap"), 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("R-129: message ids and vendorIds compare with case", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const ask = (vendorId: string, messageId: string) =>
        fake.answerTo(fake.call("DataTransfer", { vendorId }, messageId))
      assert.deepStrictEqual(ask("com.example", "id"), [{ status: "Accepted" }])
      assert.deepStrictEqual(ask("COM.example", "ID"), [{ status: "UnknownVendorId" }])
    }).pipe(
      Effect.provide(
        Csms.layer({
          DataTransfer: ({ vendorId }) =>
            Effect.succeed({ status: vendorId === "com.example" ? "Accepted" : "UnknownVendorId" })
        })
      )
    )
  )

  it.effect("R-097: message ids mean nothing: any text of at most 36 characters comes back as it was", () =>
    Effect.gen(function* () {
      const { fake } = yield* booted()
      const ids = fc.sample(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 36 }), { minLength: 40 }), {
        seed: 97,
        numRuns: 1
      })[0]
      const special = ["0", "1e3", "null", "__proto__", "[]", " ", "s1\t", "-2", "true"]
      for (const id of new Set([...special, ...(ids ?? [])]))
        assert.deepStrictEqual(fake.answerTo(fake.call("MeterValues", requests.MeterValues, id)), [{}], id)
    }).pipe(Effect.provide(Csms.layer()))
  )
})
