/** Queues that survive the process, with promises. */
import { FileMessageStore } from "@wattline/ocpp-station/file"
import { connectStation, type PromiseMessageStore, type StoredMessage } from "@wattline/ocpp-station/promise"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { connection, FakeCsms } from "../client/FakeCsms.ts"
import { next, rejection, startedEvent } from "./support.ts"

const endedEvent = (transactionId: string) => ({ ...startedEvent(transactionId, 1), eventType: "Ended" as const })

/** A store of a user, async, in a Map. */
class MapStore implements PromiseMessageStore {
  readonly messages = new Map<number, StoredMessage>()

  async load(): Promise<ReadonlyArray<StoredMessage>> {
    return [...this.messages.values()]
  }

  async append(_identity: string, message: StoredMessage): Promise<void> {
    this.messages.set(message.number, message)
  }

  keep(_identity: string, number: number, former?: number): void {
    const message = this.messages.get(number)
    if (message !== undefined) this.messages.set(number, { ...message, isDone: true })
    if (former !== undefined) this.messages.delete(former)
  }

  remove(_identity: string, number: number): void {
    this.messages.delete(number)
  }
}

/** Until something is so; the queue is written between two microtasks. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

const both = [{ transactionId: "T-1" }, { transactionId: "T-2" }]

/** A process that ends before it could deliver anything, and the next one. */
const overRestart = async (
  store: NonNullable<Parameters<typeof connectStation>[0]["store"]>,
  stored: () => boolean
) => {
  const before = new FakeCsms()
  before.failures.push(...Array<"Unreachable">(9).fill("Unreachable"))
  const first = await connectStation({ dialer: before.layer, store, ...connection })
  const unsettled = rejection(first.transactionEvent(startedEvent("T-1")))
  void first.transactionEvent(startedEvent("T-2")).catch(() => {})
  await until(stored)
  await first.close()
  expect(await unsettled).toMatchObject({ name: "StationClosed" })

  const after = new FakeCsms()
  await using second = await connectStation({ dialer: after.layer, store, ...connection })
  after.accept()
  expect((await second.unfinished()).map(({ transactionInfo }) => transactionInfo)).toEqual(both)
  for (const { transactionId } of both) void second.transactionEvent(endedEvent(transactionId)).catch(() => {})
  expect(second.undelivered).toBe(4)
  const ids: Array<unknown> = []
  for (const _ of [...both, ...both]) {
    const sent: Array<ReturnType<FakeCsms["call"]>> = []
    await until(() => {
      try {
        sent.push(after.call("TransactionEvent"))
        return true
      } catch {
        return false
      }
    })
    ids.push(sent[0]?.request["transactionInfo"])
    sent[0]?.reply({})
  }
  await until(() => second.undelivered === 0)
  return ids
}

describe("a durable queue", () => {
  it("E04: a store of async functions keeps order over a restart, and forgets what was delivered", async () => {
    const store = new MapStore()
    expect(await overRestart(store, () => store.messages.size === 2)).toEqual([...both, ...both])
    await until(() => store.messages.size === 0)
  })

  it("of a transaction that runs, the newest event is kept", async () => {
    const store = new MapStore()
    const csms = new FakeCsms()
    await using station = await connectStation({ dialer: csms.layer, store, ...connection })
    csms.answers.set("TransactionEvent", () => ({}))
    await until(() => station.state === "Booting")
    csms.accept()
    for (const seqNo of [0, 1]) await station.transactionEvent(startedEvent("T-1", seqNo))
    await until(() => store.messages.size === 1)
    expect([...store.messages.values()]).toMatchObject([{ isDone: true, request: { seqNo: 1 } }])
  })

  it("E04: so do files", async () => {
    const directory = await mkdtemp(join(tmpdir(), "ocpp-station-"))
    try {
      expect(await overRestart(FileMessageStore.layer({ directory, sync: false }), () => true)).toEqual([
        ...both,
        ...both
      ])
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it("a store that throws is told, and the message goes out all the same", async () => {
    const csms = new FakeCsms()
    const store: PromiseMessageStore = {
      load: () => [],
      append: async () => {
        throw new Error("the disk is full")
      },
      keep: () => undefined,
      remove: () => undefined
    }
    await using station = await connectStation({ dialer: csms.layer, store, ...connection })
    const events = station.events()
    csms.accept()
    const delivered = station.transactionEvent(startedEvent("T-1"))
    expect(await next(events, "QueueNotStored")).toMatchObject({ message: expect.stringContaining("the disk is full") })
    csms.call("TransactionEvent").reply({})
    expect(await delivered).toEqual({})
  })
})
