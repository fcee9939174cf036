/** A transport inside the test: stations connect below any adapter, and it records when it opens and shuts. */
import { Effect, Layer } from "effect"
import { Acceptor } from "../../src/index.ts"
import type { CsmsEvent, PromiseEvents, Transport } from "../../src/promise.ts"
import { FakeStation } from "../support/FakeStation.ts"

/** See the head of the file. */
export class InProcess {
  /** `open`, then `shut`. */
  readonly log: Array<string> = []
  private acceptor: Acceptor["Service"] | undefined = undefined
  private readonly stations: Array<FakeStation> = []

  readonly transport: Transport = Layer.effectDiscard(
    Effect.gen({ self: this }, function* () {
      this.acceptor = yield* Acceptor
      yield* this.acceptor.announce({ adapter: "test", url: "test://csms/ocpp" })
      yield* Effect.acquireRelease(
        Effect.sync(() => this.log.push("open")),
        () => Effect.sync(() => this.shut())
      )
    })
  )

  private shut(): void {
    for (const station of this.stations) station.close(1001, "going away")
    this.log.push("shut")
  }

  /** The door of the core. */
  get door(): Acceptor["Service"] {
    if (this.acceptor === undefined) throw new Error("the transport was not built")
    return this.acceptor
  }

  connect(identity: string): FakeStation {
    const station = Effect.runSync(Effect.provideService(FakeStation.connect(identity), Acceptor, this.door))
    this.stations.push(station)
    return station
  }

  /** Connects and boots, so that CALLs of the CSMS go out. */
  boot(identity: string): FakeStation {
    const station = this.connect(identity)
    station.boot()
    return station
  }

  /** What the core decides about an upgrade request of this identity. */
  admit(identity: string, password?: string): Promise<unknown> {
    const authorization = password === undefined ? undefined : `Basic ${btoa(`${identity}:${password}`)}`
    const request = { protocols: "ocpp2.0.1", authorization, remoteAddress: undefined, secure: false }
    return Effect.runPromise(this.door.admit({ target: `/ocpp/${identity}`, ...request }))
  }
}

/** The next event with this tag; ends the subscription. */
export const next = async <Tag extends CsmsEvent["_tag"]>(
  events: PromiseEvents<CsmsEvent>,
  tag: Tag
): Promise<Extract<CsmsEvent, { readonly _tag: Tag }>> => {
  for await (const event of events) if (event._tag === tag) return event as Extract<CsmsEvent, { readonly _tag: Tag }>
  throw new Error(`there was no ${tag}`)
}

/** What a promise was rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => Promise.reject(new Error(`it was not rejected: ${JSON.stringify(value)}`)),
    (reason: unknown) => reason
  )

/** A promise to be settled by the test. */
export const deferred = <A = void>(): PromiseWithResolvers<A> => Promise.withResolvers<A>()

/** An abort that happens with the promise's reason. */
export const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    else signal.addEventListener("abort", () => resolve(signal.reason), { once: true })
  })
