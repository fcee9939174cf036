import { expect, it } from "vitest"
import { createCsms, DirectoryError, hashPassword, StaleEpoch, StoreError } from "../../src/promise.ts"
import type {
  PromiseStationDirectory,
  PromiseStationStore,
  StationCredentials,
  StationEvent,
  StationSnapshot
} from "../../src/promise.ts"
import { deferred, InProcess, next, rejection } from "./InProcess.ts"

class Directory implements PromiseStationDirectory {
  readonly stations = new Map<string, StationCredentials>()
  async find(identity: string) {
    return this.stations.get(identity) ?? null
  }
  async add(station: StationCredentials) {
    this.stations.set(station.identity, station)
  }
  async remove(identity: string) {
    return this.stations.delete(identity)
  }
}

class Store implements PromiseStationStore {
  readonly snapshots = new Map<string, string>()
  readonly events: Array<StationEvent> = []
  async load(identity: string) {
    const text = this.snapshots.get(identity)
    return text === undefined ? null : (JSON.parse(text) as StationSnapshot)
  }
  async save(snapshot: StationSnapshot, events: ReadonlyArray<StationEvent>) {
    this.snapshots.set(snapshot.identity, JSON.stringify(snapshot))
    this.events.push(...events)
  }
  async remove(identity: string) {
    this.snapshots.delete(identity)
  }
}

it("a directory with async functions decides who may connect", async () => {
  const ws = new InProcess()
  const directory = new Directory()
  await using csms = await createCsms({ transports: [ws.transport], directory })
  expect(await ws.admit("CS-1")).toMatchObject({ _tag: "Refused", status: 404 })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  expect(directory.stations.get("CS-1")).toEqual({ identity: "CS-1", securityProfile: 0 })
  expect(await ws.admit("CS-1")).toMatchObject({ _tag: "Admitted", identity: "CS-1" })
  await csms.removeStation("CS-1")
  expect(directory.stations.size).toBe(0)
})

it("R-029: a directory that is only read needs one function, which may be sync, and hears the prefix", async () => {
  const ws = new InProcess()
  const asked: Array<ReadonlyArray<string>> = []
  const find: PromiseStationDirectory["find"] = (...names) => {
    asked.push(names)
    return { identity: "CS-1", securityProfile: 0 }
  }
  await using csms = await createCsms({ transports: [ws.transport], directory: { find } })
  expect(await ws.admit("cs-1")).toMatchObject({ _tag: "Admitted", identity: "CS-1" })
  expect(asked).toEqual([["cs-1", "/ocpp"]])
  expect(ws.boot("CS-1").answerTo("s1")).toMatchObject([{ status: "Accepted" }])
  expect(await csms.stations()).toHaveLength(1)
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  await csms.removeStation("CS-1")
})

it("a directory that fails refuses with 503, and addStation rejects with its reason", async () => {
  const ws = new InProcess()
  const cause = new Error("the database is away")
  const directory = { find: () => Promise.reject(cause), add: () => Promise.reject(cause) }
  await using csms = await createCsms({ transports: [ws.transport], directory })
  expect(await ws.admit("CS-1")).toMatchObject({ _tag: "Refused", status: 503 })
  const error = await rejection(csms.addStation({ identity: "CS-1", securityProfile: 0 }))
  expect(error).toBeInstanceOf(DirectoryError)
  expect(error).toMatchObject({ message: "the database is away", cause })
  expect(await csms.stations()).toEqual([])
})

it("LC-18: a store with async functions keeps what is known over a restart", async () => {
  const store = new Store()
  const before = new InProcess()
  const first = await createCsms({ transports: [before.transport], store })
  await first.addStation({ identity: "CS-1", securityProfile: 0 })
  const booted = next(first.events(), "Ready")
  const fake = before.connect("CS-1")
  fake.boot()
  expect(fake.answerTo("s1")).toBeUndefined() // not before it is stored
  await booted
  expect(fake.answerTo("s1")).toMatchObject([{ status: "Accepted" }])
  expect(store.events.map(({ _tag }) => _tag)).toEqual(["Booted"])
  await first.close()

  await using second = await createCsms({ transports: [], store })
  const station = await second.addStation({ identity: "CS-1", securityProfile: 0 })
  expect(await station.snapshot()).toMatchObject({ registration: "Accepted", state: "Offline", epoch: 1 })
  await second.removeStation("CS-1")
  expect(store.snapshots.size).toBe(0)
})

it("a sync store answers in the same tick", async () => {
  const ws = new InProcess()
  const saved: Array<StationSnapshot> = []
  const store = { load: () => undefined, save: (snapshot: StationSnapshot) => saved.push(snapshot), remove: () => {} }
  await using csms = await createCsms({ transports: [ws.transport], store })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  expect(ws.connect("CS-1").boot()).toMatchObject({ status: "Accepted" })
  expect(saved).toHaveLength(1)
})

it("R-154: a store that fails is reported, and the station is answered all the same", async () => {
  const ws = new InProcess()
  const asked = deferred()
  const store = new Store()
  store.save = async () => {
    await asked.promise
    throw new Error("the disk is full")
  }
  await using csms = await createCsms({ transports: [ws.transport], store })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const failed = next(csms.events(), "StoreFailed")
  const fake = ws.connect("CS-1")
  fake.boot()
  asked.resolve()
  expect(await failed).toMatchObject({ message: "the disk is full" })
  expect(fake.answerTo("s1")).toMatchObject([{ status: "Accepted" }])
})

it("a store that throws StaleEpoch ends the older connection", async () => {
  const ws = new InProcess()
  const store = new Store()
  store.save = ({ epoch, identity }) => {
    throw new StaleEpoch({ identity, epoch, current: epoch + 1 })
  }
  await using csms = await createCsms({ transports: [ws.transport], store })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  const fenced = next(csms.events(), "Fenced")
  ws.boot("CS-1")
  expect(await fenced).toMatchObject({ _tag: "Fenced" })
})

it.for([
  [
    "throws",
    () => {
      throw new Error("no such table")
    }
  ],
  ["rejects", () => Promise.reject(new Error("no such table"))]
] as const)("addStation rejects with StoreError when load %s", async ([, load]) => {
  const store = Object.assign(new Store(), { load })
  await using csms = await createCsms({ transports: [], store })
  const error = await rejection(csms.addStation({ identity: "CS-1", securityProfile: 0 }))
  expect(error).toBeInstanceOf(StoreError)
  expect(error).toMatchObject({ message: "no such table", cause: { message: "no such table" } })
})

it("errors of the ports themselves go through as they are", async () => {
  const refusal = new StoreError({ detail: "read only" })
  const store = Object.assign(new Store(), { load: () => Promise.reject(refusal) })
  await using csms = await createCsms({ transports: [], store })
  expect(await rejection(csms.addStation({ identity: "CS-1", securityProfile: 0 }))).toBe(refusal)
})

it("R-044, R-046: hashPassword makes what a directory keeps", async () => {
  const ws = new InProcess()
  const passwordHash = await hashPassword("0123456789abcdef")
  const directory = { find: () => ({ identity: "CS-1", securityProfile: 1, passwordHash }) as const }
  await using _csms = await createCsms({ transports: [ws.transport], directory })
  expect(await ws.admit("CS-1", "0123456789abcdef")).toMatchObject({ _tag: "Admitted" })
  expect(await ws.admit("CS-1", "0123456789abcdeX")).toMatchObject({ status: 401 })
  expect(await rejection(hashPassword("short"))).toBeInstanceOf(TypeError)
})
