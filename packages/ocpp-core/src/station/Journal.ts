/**
 * What happens to one station, as numbered events: told in order, and what must survive stored before the message that
 * caused it is answered. A slow store holds the events back, not the station's own state.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StationEvent, StationHappening } from "../csms/Events.ts"
import { type StaleEpoch, type StationSnapshot, StoreError } from "../csms/StationStore.ts"
import { type Engine, runInline } from "./Engine.ts"

/** Events that are stored before the message that caused them is answered. */
const durable: ReadonlySet<StationHappening["_tag"]> = new Set<StationHappening["_tag"]>([
  "Booted",
  "TransactionStarted",
  "TransactionUpdated",
  "TransactionEnded",
  "TransactionConflict",
  "SecurityProfileChanged",
  "PasswordChanged",
  "CertificateReplaced"
])

/** Whose journal it is. */
export interface JournalOwner {
  readonly engine: Engine
  readonly identity: string
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
  /** Whether something changed since the last save. */
  dirty = false
  /** Events that wait for the store; `undefined` while none has to. */
  private held: Array<StationEvent> | undefined = undefined
  /** How many `record`s and `store`s the held events wait for. */
  private holders = 0
  /** What waits for the save that is going on; `undefined` when there is none. */
  private saving: Array<() => void> | undefined = undefined
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
    const keep = durable.has(happening._tag)
    if (!keep && !engine.events.active) return
    const event: StationEvent = { ...happening, identity, epoch, seq, at: engine.now(), durable: keep }
    if (this.held === undefined) engine.events.publish(event)
    else this.held.push(event)
  }

  /** Runs `happen`, stores what it emitted if that must be, then tells it and goes on with `done`. */
  record(happen: () => void, done: () => void): void {
    const held = (this.held ??= [])
    const first = held.length
    this.holders++
    happen()
    const events = held.slice(first).filter((event) => event.durable)
    const tell = (): void => {
      this.release(held)
      done()
    }
    if (events.length === 0) tell()
    else this.save(events, tell)
  }

  /** Stores the station as it is now, with what happened to it, and says whether the store took it. */
  store(happenings: ReadonlyArray<StationHappening>, done: (isStored: boolean) => void): void {
    const held = (this.held ??= [])
    const first = held.length
    this.holders++
    for (const happening of happenings) this.emit(happening)
    this.save(held.slice(first), (isStored) => {
      this.release(held)
      done(isStored)
    })
  }

  /** Tells what was held back, once nothing of it waits for the store any more. */
  private release(held: ReadonlyArray<StationEvent>): void {
    if (--this.holders > 0) return
    this.held = undefined
    for (const event of held) this.owner.engine.events.publish(event)
  }

  /** Stores what changed, when something did. */
  flush(): void {
    if (this.dirty) this.save([], () => {})
  }

  /** Completes when the store has taken all that it was given. */
  stored(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.saving === undefined
        ? Effect.void
        : Effect.andThen(
            Effect.callback<void>((resume) => void this.saving?.push(() => resume(Effect.void))),
            this.stored()
          )
    )
  }

  /** Saves one after the other, and goes on when it is done; in the same tick with a synchronous store. */
  private save(events: ReadonlyArray<StationEvent>, done: (isStored: boolean) => void): void {
    if (this.saving !== undefined) {
      this.saving.push(() => this.save(events, done))
      return
    }
    this.dirty = false
    const queue: Array<() => void> = (this.saving = [])
    const { engine } = this.owner
    const saving = engine.store.save(this.owner.snapshot(), events)
    runInline(engine.run, Exit.isExit(saving) ? saving : this.inTime(saving), (exit) => {
      this.saving = undefined
      this.saved(exit, done)
      for (const resume of queue) resume()
    })
  }

  /** A store that hangs must not silence its station for ever. */
  private inTime(saving: Effect.Effect<void, StaleEpoch | StoreError>): Effect.Effect<void, StaleEpoch | StoreError> {
    const { storeTimeout } = this.owner.engine.settings
    return Effect.timeoutOrElse(saving, {
      duration: storeTimeout,
      orElse: () => Effect.fail(new StoreError({ detail: `the store took longer than ${storeTimeout / 1000} s` }))
    })
  }

  private saved(exit: Exit.Exit<void, StaleEpoch | StoreError>, done: (isStored: boolean) => void): void {
    if (Exit.isSuccess(exit)) return done(true)
    const error = Exit.findErrorOption(exit)
    const message = error._tag === "Some" ? error.value.message : "the store failed"
    const { engine, identity } = this.owner
    this.emit({ _tag: "StoreFailed", message })
    const annotations = { station: identity, connectionId: `${identity}#${this.epoch}` }
    engine.run(Effect.annotateLogs(Effect.logError(`${identity}: ${message}`), annotations))
    // Another node has the station: its link goes first, so that nothing is acknowledged that was not stored.
    if (error._tag === "Some" && error.value._tag === "StaleEpoch") this.owner.fence()
    done(false) // otherwise the station is answered all the same
  }
}
