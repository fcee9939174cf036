/** Streams as async iterables: subscribed at once, pulled as fast as the consumer reads. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { Bridge } from "./Bridge.ts"
import { rejectionOf } from "./Bridge.ts"

/** How to listen. */
export interface PromiseEventsOptions {
  /** Ends the iteration, without an error, when it is aborted; what was not read yet is dropped. */
  readonly signal?: AbortSignal | undefined
}

/**
 * A subscription, for one `for await` loop: leaving the loop ends it, and so do an abort of its signal, `await using`, and
 * `close()` of the CSMS or the station, which first lets the loop read what is left. It buffers `eventBuffer` events (default
 * 4096; 1024 of a station's client) for a slow reader; beyond, an `EventsMissed` says how many were left out. For several
 * readers, subscribe several times.
 */
export interface PromiseEvents<A> extends AsyncIterableIterator<A, undefined, undefined>, AsyncDisposable {
  readonly next: () => Promise<IteratorResult<A, undefined>>
  readonly return: () => Promise<IteratorResult<A, undefined>>
  readonly [Symbol.asyncIterator]: () => PromiseEvents<A>
}

/** Subscribes now. Once the bridge is closed, the first read is rejected with its `closed`. */
export const listen = <A>(
  bridge: Bridge,
  stream: Stream.Stream<A>,
  { signal }: PromiseEventsOptions = {}
): PromiseEvents<A> => {
  const subscription = new Subscription<A>()
  if (bridge.isClosed) subscription.fail(bridge.closed())
  else if (signal?.aborted === true) subscription.stop()
  else subscription.start(stream, signal)
  return subscription
}

interface Reader<A> {
  readonly resolve: (result: IteratorResult<A, undefined>) => void
  readonly reject: (reason: unknown) => void
}

const noMore = { done: true, value: undefined } as const

class Subscription<A> implements PromiseEvents<A> {
  /** What the stream gave last, as far as it was not read yet. */
  private chunk: Iterator<A, undefined> = [][Symbol.iterator]()
  /** Lets the stream go on to its next chunk; `undefined` while it does. */
  private more: (() => void) | undefined = undefined
  private readers: Array<Reader<A>> = []
  private ended: { readonly failure: unknown } | undefined = undefined
  private fiber: Fiber.Fiber<void> | undefined = undefined
  private ignoreSignal: (() => void) | undefined = undefined

  start(stream: Stream.Stream<A>, signal: AbortSignal | undefined): void {
    const stop = (): void => this.stop()
    signal?.addEventListener("abort", stop, { once: true })
    this.ignoreSignal = () => signal?.removeEventListener("abort", stop)
    // It runs up to the subscription now; from then on one chunk is in hand, and the rest is in the buffer of the core.
    const fiber = Effect.runFork(
      Stream.runForEachArray(stream, (chunk) =>
        Effect.callback<void>((resume) => this.take(chunk, () => resume(Exit.void)))
      )
    )
    this.fiber = fiber
    fiber.addObserver((exit) => {
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) this.fail(rejectionOf(exit.cause))
      else this.finish(undefined)
    })
  }

  private take(chunk: ReadonlyArray<A>, more: () => void): void {
    this.chunk = chunk[Symbol.iterator]()
    const waiting = this.readers
    this.readers = []
    this.more = more
    for (const reader of waiting) this.read(reader)
  }

  private read(reader: Reader<A>): void {
    const item = this.chunk.next()
    if (item.done !== true) return reader.resolve(item)
    if (this.ended !== undefined) return settle(reader, this.ended.failure)
    this.readers.push(reader)
    const { more } = this
    this.more = undefined
    more?.()
  }

  /** Nothing comes any more; what is in hand can still be read. */
  private finish(failure: unknown): void {
    if (this.ended !== undefined) return
    this.ended = { failure }
    this.ignoreSignal?.()
    const waiting = this.readers
    this.readers = []
    for (const reader of waiting) settle(reader, failure)
  }

  fail(failure: unknown): void {
    this.finish(failure)
  }

  stop(): void {
    this.chunk = [][Symbol.iterator]()
    this.more = undefined
    this.finish(undefined)
    this.fiber?.interruptUnsafe()
  }

  // --- PromiseEvents --------------------------------------------------------------------------------------------------

  readonly next = (): Promise<IteratorResult<A, undefined>> =>
    new Promise((resolve, reject) => this.read({ resolve, reject }))

  readonly return = (): Promise<IteratorResult<A, undefined>> => {
    this.stop()
    return Promise.resolve(noMore)
  }

  readonly [Symbol.asyncIterator] = (): PromiseEvents<A> => this

  readonly [Symbol.asyncDispose] = async (): Promise<void> => this.stop()
}

const settle = <A>(reader: Reader<A>, failure: unknown): void =>
  failure === undefined ? reader.resolve(noMore) : reader.reject(failure)
