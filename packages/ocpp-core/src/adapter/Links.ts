/**
 * The open links of one server, dealt out to slices so that the watch over them is one fiber that looks at one
 * slice at a time: no timer per station, and never all pings in one tick.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { LinkHandler } from "../transport/Link.ts"
import type { Acceptor } from "../transport/Transport.ts"

/** How many parts the links are dealt out to. */
export const sliceCount = 64

/** What `Links` needs of a link. */
export interface WatchedLink {
  /** In which slice it is; only for `Links`. */
  slice: number
  /** Asks for a sign of life, or cuts the station off after `limit` questions without one. */
  checkLife(limit: number): void
  /** The core's side; `undefined` until the core has it. */
  readonly handler: LinkHandler | undefined
  close(code: number, reason: string): void
  terminate(): void
}

/** The open links of one server. */
export class Links {
  private readonly slices = Array.from({ length: sliceCount }, () => new Set<WatchedLink>())
  private readonly random: () => number
  /** The slices that the next links come to; every round of 64 takes each once, in an order of its own. */
  private nextSlices: Array<number> = []
  private count = 0
  private whenEmpty: (() => void) | undefined = undefined

  /** `random` gives numbers from 0 up to 1. */
  constructor(random: () => number = Math.random) {
    this.random = random
  }

  get size(): number {
    return this.count
  }

  /**
   * From now on the link is watched. How long after this its first ping comes is chance, so that stations which connected
   * together are not pinged together, and yet all pings are spread evenly over the interval.
   */
  /** Some open link, `undefined` when there is none. */
  any(): WatchedLink | undefined {
    for (const slice of this.slices) for (const link of slice) return link
    return undefined
  }

  add(link: WatchedLink): void {
    link.slice = this.nextSlices.pop() ?? this.deal()
    this.slices[link.slice]?.add(link)
    this.count++
  }

  /** Shuffles all slices, keeps them for the next links, and takes one. */
  private deal(): number {
    const slices = Array.from({ length: sliceCount }, (_, slice) => ({ slice, at: this.random() }))
    this.nextSlices = slices.toSorted((a, b) => a.at - b.at).map(({ slice }) => slice)
    return this.nextSlices.pop() ?? 0
  }

  delete(link: WatchedLink): void {
    if (this.slices[link.slice]?.delete(link) !== true) return
    this.count--
    if (this.count === 0) this.whenEmpty?.()
  }

  /** The core's sides of all links. */
  handlers(): ReadonlyArray<LinkHandler> {
    return this.slices.flatMap((slice) => Array.from(slice).flatMap(({ handler }) => handler ?? []))
  }

  /** Starts the closing handshake of every link. */
  close(code: number, reason: string): void {
    for (const slice of this.slices) for (const link of slice) link.close(code, reason)
  }

  /** Cuts every link off. */
  terminate(): void {
    for (const slice of this.slices) for (const link of slice) link.terminate()
  }

  /**
   * The end of an adapter that takes no new stations any more: the core drains the links, what is left is told 1001, and
   * whoever does not take leave within `closeTimeout` seconds is cut off.
   */
  takeLeave(acceptor: Acceptor["Service"], closeTimeout: number): Effect.Effect<void> {
    const cutOff = Effect.andThen(
      Effect.sleep(Duration.seconds(closeTimeout)),
      Effect.sync(() => this.terminate())
    )
    return Effect.gen({ self: this }, function* () {
      yield* acceptor.drain(this.handlers())
      this.close(1001, "going away")
      const timer = yield* Effect.forkChild(Effect.interruptible(cutOff), { startImmediately: true })
      yield* this.empty
      yield* Fiber.interrupt(timer)
    })
  }

  /** Ends once no link is open. */
  readonly empty: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.count === 0) return resume(Effect.void)
    this.whenEmpty = () => resume(Effect.void)
  })

  /** Looks after every link once in `interval` seconds, for ever; a silent one is cut off after `limit` pings. */
  watch(interval: number, limit: number): Effect.Effect<never> {
    let next = 0
    const visit = Effect.sync(() => {
      for (const link of this.slices[next] ?? []) link.checkLife(limit)
      next = (next + 1) % sliceCount
    })
    return Effect.forever(Effect.andThen(Effect.sleep(Duration.seconds(interval / sliceCount)), visit))
  }
}
