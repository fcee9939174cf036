/** A virtual station whose process dies in the middle of a transaction, and the process after it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { type CsmsEvent, missingEvents } from "@wattline/ocpp-core"
import { Stations } from "@wattline/ocpp-station"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import { makeEV, VirtualProcess } from "@wattline/ocpp-station/virtual"
import { Context, Effect, Stream } from "effect"
import { makeSite, pass } from "./Site.ts"

it.effect("E11.FR.07, E12.FR.02: the next process delivers what was left, and ends what ran with PowerLoss", () =>
  Effect.gen(function* () {
    const { context, csms, station, view } = yield* makeSite()
    const ends: Array<CsmsEvent> = []
    yield* Effect.forkScoped(
      Stream.runForEach(yield* csms.subscribe, (event) =>
        Effect.sync(() => void (event._tag === "TransactionEnded" && ends.push(event)))
      )
    )
    station.controls.dispose() // the processes below take its place
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "wattline-queue-"))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true }))
    )
    const host = { ...Context.get(context, Stations).host, store: FileMessageStore.make({ directory, sync: false }) }
    const born = () => {
      const process = new VirtualProcess(host, { identity: "CS-1", url: "ws://csms/ocpp" })
      process.start()
      return process
    }

    const first = born()
    yield* pass(30)
    first.plugIn(1, makeEV("family", { stateOfCharge: 0.2 }))
    first.present({ idToken: "A", type: "ISO14443" }, 1)
    yield* pass(120)
    const [before] = (yield* view).mirror.transactions.running
    if (before === undefined) return assert.fail("no transaction runs")
    assert.strictEqual(before.chargingState, "Charging")
    first.client.outage(Number.POSITIVE_INFINITY)
    yield* pass(120) // what happens now the CSMS does not hear from this process
    assert.isAbove(first.client.undelivered(), 0)

    const second = born()
    yield* pass(30)
    assert.strictEqual(second.client.undelivered(), 0)
    const { ended, running } = (yield* view).mirror.transactions
    assert.deepStrictEqual(running, [])
    const transaction = ended.find(({ transactionId }) => transactionId === before.transactionId)
    assert.deepStrictEqual(transaction && missingEvents(transaction), [])
    assert.isFalse(before.offline)
    assert.isTrue(transaction?.offline)
    assert.deepInclude(ends[0], { transactionId: before.transactionId, stoppedReason: "PowerLoss" })
    second.dispose()
    first.dispose()
  })
)
