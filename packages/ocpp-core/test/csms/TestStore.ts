/** A store for tests, and lives of a CSMS over it. */
import { Effect, Layer, Logger, type Scope } from "effect"
import {
  type Acceptor,
  Csms,
  type CsmsOptions,
  type StaleEpoch,
  type StationEvent,
  type StationSnapshot,
  StationStore,
  type StoreError
} from "../../src/index.ts"
import { bootsAs, settle } from "./support.ts"

/** A store that keeps JSON only, and whose writes are held back while `isSlow`. */
export class TestStore {
  readonly texts = new Map<string, string>()
  readonly events: Array<StationEvent> = []
  readonly log: Array<string> = []
  isSlow = false
  private readonly waiting: Array<() => void> = []
  /** What becomes of the next writes. */
  refuseWith: ((snapshot: StationSnapshot) => StoreError | StaleEpoch) | undefined = undefined

  readonly layer = Layer.succeed(StationStore, {
    load: (identity) =>
      Effect.sync(() => {
        const text = this.texts.get(identity.toLowerCase())
        return text === undefined ? undefined : (JSON.parse(text) as StationSnapshot)
      }),
    save: (snapshot, events) => {
      this.log.push(`save ${events.map(({ _tag }) => _tag).join()}`)
      const write = Effect.suspend(() => {
        if (this.refuseWith !== undefined) return Effect.fail(this.refuseWith(snapshot))
        this.texts.set(snapshot.identity.toLowerCase(), JSON.stringify(snapshot))
        this.events.push(...events)
        return Effect.void
      })
      if (!this.isSlow) return write
      return Effect.andThen(
        Effect.callback<void>((resume) => void this.waiting.push(() => resume(Effect.void))),
        write
      )
    },
    remove: (identity) => Effect.sync(() => void this.texts.delete(identity.toLowerCase()))
  })

  /** Lets the oldest write that is held back go on. */
  readonly release = Effect.andThen(
    Effect.sync(() => this.waiting.shift()?.()),
    settle
  )

  /** One life of a CSMS over this store. */
  csms<A, E>(life: Effect.Effect<A, E, Csms | Acceptor | Scope.Scope>, options: CsmsOptions = {}) {
    const layer = Csms.layer({ BootNotification: bootsAs("Accepted") }, { inventory: "off", ...options }).pipe(
      Layer.provide(this.layer),
      Layer.provideMerge(Logger.layer([]))
    )
    return Effect.scoped(Effect.provide(life, layer))
  }
}
