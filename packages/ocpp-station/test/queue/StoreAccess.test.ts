/** What a process leaves in the store, and what the next one makes of it: any order of messages, ends and deaths. */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { Effect } from "effect"
import fc from "fast-check"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { MessageQueue } from "../../src/queue/MessageQueue.ts"
import { StoreAccess } from "../../src/queue/StoreAccess.ts"

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "wattline-queue-"))
})
afterAll(() => rmSync(directory, { recursive: true }))

const identity = "CS-1"

const nameOf = ({ seqNo, transactionInfo }: TransactionEventRequest): string =>
  `${transactionInfo.transactionId} ${seqNo}`

/** One process of the station: its queue and how it uses the files. */
class Life {
  readonly queue = new MessageQueue(8)
  unfinished: ReadonlyArray<string> = []
  private readonly access = new StoreAccess(
    FileMessageStore.make({ directory, sync: false }),
    identity,
    Effect.runFork,
    (message) => assert.fail(message)
  )

  constructor() {
    this.access.load(({ messages, unfinished }) => {
      this.queue.restore(messages)
      this.unfinished = unfinished.map(nameOf)
    })
  }

  /** Gives what is dropped for it. */
  push(request: TransactionEventRequest): ReadonlyArray<string> {
    this.access.append(this.queue.push("TransactionEvent", request, undefined), () => {})
    const dropped = this.queue.shrink(this.queue.head)
    for (const message of dropped) this.access.forget(message)
    return dropped.map((message) => nameOf(message.request as TransactionEventRequest))
  }

  /** The first of the queue was delivered, or given up. */
  deliver(): string | undefined {
    const { head } = this.queue
    if (head === undefined) return undefined
    this.queue.shift()
    this.access.forget(head)
    return nameOf(head.request as TransactionEventRequest)
  }
}

/** Three transactions at a time, as they were made. */
class Made {
  /** By place: the transaction that runs there, and its last seqNo. */
  private readonly running = new Map<number, { readonly id: string; seqNo: number }>()
  private count = 0

  next(place: number, ends: boolean): TransactionEventRequest {
    const running = this.running.get(place)
    const made = running ?? { id: `T${(this.count += 1)}`, seqNo: -1 }
    made.seqNo += 1
    if (running !== undefined && ends) this.running.delete(place)
    else this.running.set(place, made)
    return {
      eventType: running === undefined ? "Started" : ends ? "Ended" : "Updated",
      timestamp: "1970-01-01T00:00:00Z",
      triggerReason: "MeterValuePeriodic",
      seqNo: made.seqNo,
      transactionInfo: { transactionId: made.id }
    }
  }

  get unfinished(): ReadonlyArray<string> {
    return Array.from(this.running.values(), ({ id, seqNo }) => `${id} ${seqNo}`)
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ place: fc.nat(2), ends: fc.boolean() }) },
  { weight: 6, arbitrary: fc.constant("deliver" as const) },
  { weight: 1, arbitrary: fc.constant("die" as const) }
)

describe("the store of a station", () => {
  it("E04.FR.02, R-232: whatever happens when, the next process has what is not delivered, in order, and knows what runs", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        rmSync(directory, { recursive: true })
        const made = new Made()
        let pending: Array<string> = []
        let life = new Life()
        for (const one of [...steps, "die" as const])
          if (one === "deliver") assert.strictEqual(life.deliver(), pending.shift())
          else if (one === "die") {
            life = new Life()
            assert.sameMembers([...life.unfinished], [...made.unfinished])
            assert.strictEqual(life.queue.count(undefined), pending.length)
          } else {
            const request = made.next(one.place, one.ends)
            const dropped = new Set(life.push(request))
            pending = [...pending, nameOf(request)].filter((name) => !dropped.has(name))
          }
        for (const name of pending) assert.strictEqual(life.deliver(), name)
        if (made.unfinished.length === 0) assert.strictEqual(sizeOf(), 0)
      }),
      { numRuns: 300 }
    )
  })

  it("E04.FR.07: an event that was dropped is still the newest of its transaction", () => {
    rmSync(directory, { recursive: true })
    const made = new Made()
    const life = new Life()
    for (const place of [0, 1, 0, 0, 0, 0, 0, 0]) assert.deepStrictEqual(life.push(made.next(place, false)), [])
    assert.include(life.push(made.next(0, false)), "T1 7")
    assert.strictEqual(life.deliver(), "T1 0")
    assert.sameMembers([...new Life().unfinished], ["T1 7", "T2 0"])
  })

  it("the file of a transaction that goes on for ever stays small", () => {
    rmSync(directory, { recursive: true })
    const made = new Made()
    const life = new Life()
    for (let turn = 0; turn < 3_000; turn++) {
      life.push(made.next(0, false))
      life.deliver()
    }
    assert.isBelow(sizeOf(), 250_000)
    assert.deepStrictEqual(new Life().unfinished, ["T1 2999"])
  })
})

const sizeOf = (): number =>
  readdirSync(directory).reduce((size, name) => size + statSync(join(directory, name)).size, 0)
