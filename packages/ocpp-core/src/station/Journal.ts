/**
 * What happens to one station, as numbered events: told in order, and what must survive stored before the message that
 * caused it is answered. A slow store holds the events back, not the station's own state. What a store did not take goes along
 * with the next save.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { isFollowed } from "../blocks/JobKinds.ts"
import type { StationEvent, StationHappening } from "../csms/Events.ts"
import { type StaleEpoch, type StationSnapshot, StoreError } from "../csms/StationStore.ts"
import { type Engine, runInline } from "./Engine.ts"

/** Events that are always durable. */
const durable: ReadonlySet<StationHappening["_tag"]> = new Set<StationHappening["_tag"]>([
  "Booted",
  "TransactionStarted",
  "TransactionUpdated",
  "TransactionEnded",
  "TransactionConflict",
  "SecurityProfileChanged",
  "PasswordChanged",
  "CertificateSigningRequested",
  "CertificateReplaced"
])

/**
 * Whether an event is stored before the message that caused it is answered. So are start and end of a job that takes hours
 * (CE-8), but not of one that comes in parts: it can be asked for again.
 */
const isDurable = (happening: StationHappening): boolean =>
  durable.has(happening._tag) ||
  ((happening._tag === "JobStarted" || happening._tag === "JobEnded") && isFollowed(happening.kind))

/** Durable events of one station that may wait for a store that fails; beyond, the oldest are given up. */
export const maxOwed = 128

/** Whose journal it is. */
export interface JournalOwner {
  readonly engine: Engine
  readonly identity: string
  /** The present connection. */
  readonly session: object | undefined
  readonly duties: {
    /** A save failed: there is to be another one. */
    unsaved(): void
    /** The store has everything. */
    saved(): void
  }
  snapshot(): StationSnapshot
  /** Another node has a newer connection. */
  fence(): void
}

/** See the head of the file. One per station. */
export class Journal {
  /** Number of the present connection, or of the last one. */
  epoch: number
  /** Number of the last event within the epoch. */
  seq: number
  /** Whether there is something that the store does not have. */
  dirty = false
  /** Durable events that the store did not take, oldest first. */
  private owed: ReadonlyArray<StationEvent> = []
  /** Events that wait for the store; `undefined` while none has to. */
  private held: Array<StationEvent> | undefined = undefined
  /** How many `record`s and `store`s the held events wait for. */
  private holders = 0
  /** What waits for the save of what is happening now; `undefined` when nothing is being recorded. */
  private recording: Array<(isStored: boolean) => void> | undefined = undefined
  /** What waits for the save that is going on, each to be followed by `proceed`; `undefined` when there is none. */
  private waiting: Array<() => void> | undefined = undefined
  private readonly owner: JournalOwner

  constructor(owner: JournalOwner, epoch: number, seq: number) {
    this.owner = owner
    this.epoch = epoch
    this.seq = seq
  }

  /** A new connection: events are numbered from 1. */
  begin(epoch: number): void {
    this.epoch = epoch
    this.seq = 0
  }

  /** Numbers an event and tells whoever listens; behind those that wait for the store. */
  emit(happening: StationHappening): void {
    const { engine, identity } = this.owner
    const { epoch } = this
    const seq = ++this.seq
    const keep = isDurable(happening)
    if (!keep && !engine.events.active) return
    const event: StationEvent = { ...happening, identity, epoch, seq, at: engine.now(), durable: keep }
    if (this.held === undefined) engine.events.publish(event)
    else this.held.push(event)
    if (keep && this.recording === undefined) this.save([event], () => {})
  }

  /** Runs `happen`, stores what it emitted if that must be, then tells it and goes on with `done`. */
  record(happen: () => void, done: () => void): void {
    const held = (this.held ??= [])
    const first = held.length
    this.holders++
    const along: Array<(isStored: boolean) => void> = (this.recording = [])
    happen()
    this.recording = undefined
    if (along.length === 0 && held.length === first) {
      this.release(held)
      return done()
    }
    const events = held.slice(first).filter((event) => event.durable)
    const tell = (isStored: boolean): void => {
      for (const resume of along) resume(isStored)
      this.release(held)
      done()
    }
    if (events.length === 0 && along.length === 0) tell(true)
    else this.save(events, tell)
  }

  /** Stores the station as it is now, with what happened to it, and says whether the store took it. */
  store(happenings: ReadonlyArray<StationHappening>, done: (isStored: boolean) => void): void {
    if (this.recording !== undefined) {
      for (const happening of happenings) this.emit(happening)
      this.recording.push(done)
      return
    }
    let isTaken = false
    this.record(
      () => this.store(happenings, (isStored) => void (isTaken = isStored)),
      () => done(isTaken)
    )
  }

  /** Tells what was held back, once nothing of it waits for the store any more. */
  private release(held: ReadonlyArray<StationEvent>): void {
    if (--this.holders > 0) return
    this.held = undefined
    for (const event of held) this.owner.engine.events.publish(event)
  }

  /** Stores what changed, when something did; after the save that is going on, when that one fails. */
  flush(): void {
    if (this.waiting !== undefined)
      this.waiting.push(() => {
        if (this.dirty) this.write([], () => {})
        else this.proceed()
      })
    else if (this.dirty) this.save([], () => {})
  }

  /** Completes when the store has been given everything. */
  stored(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.waiting === undefined
        ? Effect.void
        : Effect.andThen(
            Effect.callback<void>((resume) => {
              this.waiting?.push(() => {
                this.proceed()
                resume(Effect.void)
              })
            }),
            this.stored()
          )
    )
  }

  /** Saves one after the other, and goes on when it is done; in the same tick with a synchronous store. */
  private save(events: ReadonlyArray<StationEvent>, done: (isStored: boolean) => void): void {
    if (this.waiting !== undefined) {
      this.waiting.push(() => this.write(events, done))
      return
    }
    this.waiting = []
    this.write(events, done)
  }

  private write(events: ReadonlyArray<StationEvent>, done: (isStored: boolean) => void): void {
    this.dirty = false
    const { engine } = this.owner
    const all = this.owed.length === 0 ? events : [...this.owed, ...events]
    const saving = engine.store.save(this.owner.snapshot(), all)
    runInline(engine.run, Exit.isExit(saving) ? saving : this.inTime(saving), (exit) => {
      this.saved(exit, all, done)
      this.proceed()
    })
  }

  /** The save is over: on to what waits for it, in the order it came. */
  private proceed(): void {
    const next = this.waiting?.shift()
    if (next === undefined) this.waiting = undefined
    else next()
  }

  /** A store that hangs must not silence its station for ever. */
  private inTime(saving: Effect.Effect<void, StaleEpoch | StoreError>): Effect.Effect<void, StaleEpoch | StoreError> {
    const { storeTimeout } = this.owner.engine.settings
    return Effect.timeoutOrElse(saving, {
      duration: storeTimeout,
      orElse: () => Effect.fail(new StoreError({ detail: `the store took longer than ${storeTimeout / 1000} s` }))
    })
  }

  private saved(
    exit: Exit.Exit<void, StaleEpoch | StoreError>,
    events: ReadonlyArray<StationEvent>,
    done: (isStored: boolean) => void
  ): void {
    const { duties } = this.owner
    if (Exit.isSuccess(exit)) {
      if (this.owed.length > 0) this.owed = []
      duties.saved()
      return done(true)
    }
    const error = Exit.findErrorOption(exit)
    const message = error._tag === "Some" ? error.value.message : "the store failed"
    if (error._tag === "Some" && error.value._tag === "StaleEpoch") {
      this.owed = []
      duties.saved()
      // Found out while it has no link here, this is nothing wrong: the station went to another node.
      if (this.owner.session !== undefined) this.tellFailure(message, 0)
      // Another node has the station: its link goes first, so that nothing is acknowledged that was not stored.
      this.owner.fence()
      return done(false)
    }
    const lost = events.filter((event) => event.durable)
    this.owed = lost.slice(-maxOwed)
    this.dirty = true
    duties.unsaved()
    this.tellFailure(message, lost.length - this.owed.length)
    done(false) // the station is answered all the same
  }

  private tellFailure(message: string, givenUp: number): void {
    const { engine, identity } = this.owner
    this.emit({ _tag: "StoreFailed", message, givenUp })
    const annotations = { station: identity, connectionId: `${identity}#${this.epoch}` }
    const line = givenUp === 0 ? message : `${message}; ${givenUp} durable events given up`
    engine.run(Effect.annotateLogs(Effect.logError(`${identity}: ${line}`), annotations))
  }
}
