/**
 * The open links of one server, dealt out to slices so that the watch over them is one fiber that looks at one
 * slice at a time: no timer per station, and never all pings in one tick.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** How many parts the links are dealt out to. */
export const sliceCount = 64

/** What `Links` needs of a link. */
export interface WatchedLink {
  /** In which slice it is; only for `Links`. */
  slice: number
  /** Asks for a sign of life, or cuts the station off after `limit` questions without one. */
  checkLife(limit: number): void
  close(code: number, reason: string): void
  terminate(): void
}

/** The open links of one server. */
export class Links {
  private readonly slices = Array.from({ length: sliceCount }, () => new Set<WatchedLink>())
  private nextSlice = 0
  private count = 0
  private whenEmpty: (() => void) | undefined = undefined

  get size(): number {
    return this.count
  }

  add(link: WatchedLink): void {
    link.slice = this.nextSlice
    this.nextSlice = (this.nextSlice + 1) % sliceCount
    this.slices[link.slice]?.add(link)
    this.count++
  }

  delete(link: WatchedLink): void {
    if (this.slices[link.slice]?.delete(link) !== true) return
    this.count--
    if (this.count === 0) this.whenEmpty?.()
  }

  /** Starts the closing handshake of every link. */
  close(code: number, reason: string): void {
    for (const slice of this.slices) for (const link of slice) link.close(code, reason)
  }

  /** Cuts every link off. */
  terminate(): void {
    for (const slice of this.slices) for (const link of slice) link.terminate()
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
