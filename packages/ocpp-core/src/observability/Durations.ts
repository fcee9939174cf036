/** How long things took, by action, sorted into buckets. One array of numbers per action, made when it first happens. */

/** Upper bounds of the buckets in seconds. The clock counts milliseconds. */
export const bounds: ReadonlyArray<number> = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** The durations of one action, in seconds. Mutable: it is added to in place. */
export interface Histogram {
  /** One more than `bounds`: the last is for what took longer than all of them. */
  readonly counts: Array<number>
  count: number
  sum: number
  min: number
  max: number
}

/** See the head of the file. */
export class Durations {
  private readonly histograms = new Map<string, Histogram>()
  /** Told of each action the first time. */
  onNew: ((action: string, histogram: Histogram) => void) | undefined = undefined

  /** Adds one that took so many milliseconds. A clock that was set back counts as no time. */
  add(action: string, milliseconds: number): void {
    const histogram = this.histograms.get(action) ?? this.make(action)
    const seconds = milliseconds > 0 ? milliseconds / 1000 : 0
    let bucket = 0
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++
    histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1
    histogram.count++
    histogram.sum += seconds
    if (seconds < histogram.min) histogram.min = seconds
    if (seconds > histogram.max) histogram.max = seconds
  }

  /** What was counted so far. */
  get(action: string): Histogram | undefined {
    return this.histograms.get(action)
  }

  private make(action: string): Histogram {
    const counts = Array.from({ length: bounds.length + 1 }, () => 0)
    const histogram = { counts, count: 0, sum: 0, min: Number.MAX_VALUE, max: -Number.MAX_VALUE }
    this.histograms.set(action, histogram)
    this.onNew?.(action, histogram)
    return histogram
  }
}
