/**
 * A run in a bounded number of buckets of equal width. When they are used up, each two become one and the width doubles: a
 * run of a minute and one of a year take the same memory.
 */
import { Histogram } from "./Histogram.ts"

/** What is counted: so many in a bucket. */
const counterNames = ["toCsms", "fromCsms", "failures"] as const
/** What is looked at now and then: the mean of a bucket. */
const gaugeNames = ["connected", "accepted", "transactions", "power", "queued"] as const

/** Name of a counter. */
export type CounterName = (typeof counterNames)[number]
/** Name of a gauge; `power` in W. */
export type GaugeName = (typeof gaugeNames)[number]

/** See the head of the file. */
export class TimeSeries {
  /** Milliseconds. */
  width: number
  /** Buckets in use. */
  length = 0
  private readonly counters: { readonly [N in CounterName]: Float64Array }
  private readonly sums: { readonly [N in GaugeName]: Float64Array }
  private readonly samples: Float64Array
  private readonly latencies: Array<Histogram | undefined> = []
  private readonly size: number

  /** At most `size` buckets, an even number, of `width` milliseconds to begin with. */
  constructor(size: number, width: number) {
    this.size = size
    this.width = width
    this.counters = columns(counterNames, size)
    this.sums = columns(gaugeNames, size)
    this.samples = new Float64Array(size)
  }

  /** Counts one at so many milliseconds after the start. */
  add(name: CounterName, elapsed: number): void {
    this.counters[name][this.bucket(elapsed)]!++
  }

  /** Adds how long an answer took. */
  latency(elapsed: number, milliseconds: number): void {
    const bucket = this.bucket(elapsed)
    const histogram = (this.latencies[bucket] ??= new Histogram())
    histogram.add(milliseconds)
  }

  /** Looks at all gauges at once. */
  sample(elapsed: number, values: { readonly [N in GaugeName]: number }): void {
    const bucket = this.bucket(elapsed)
    for (const name of gaugeNames) this.sums[name][bucket]! += values[name]
    this.samples[bucket]!++
  }

  /** Buckets that are at least half over at `elapsed`; always one, when something happened. */
  complete(elapsed: number): number {
    return Math.min(this.length, Math.max(1, Math.floor(elapsed / this.width + 0.5)))
  }

  /** Of one bucket, per second, `elapsed` milliseconds after the start: the last bucket is not over then. */
  rate(name: CounterName, bucket: number, elapsed: number): number {
    const time = Math.min(this.width, elapsed - bucket * this.width)
    return time > 0 ? ((this.counters[name][bucket] ?? 0) * 1000) / time : 0
  }

  /** Of one bucket; `undefined` when nobody looked. */
  gauge(name: GaugeName, bucket: number): number | undefined {
    const samples = this.samples[bucket] ?? 0
    return samples === 0 ? undefined : (this.sums[name][bucket] ?? 0) / samples
  }

  /** Milliseconds that this share of the answers in one bucket took at most. */
  percentile(bucket: number, share: number): number | undefined {
    return this.latencies[bucket]?.percentile(share)
  }

  private bucket(elapsed: number): number {
    let bucket = Math.max(0, Math.floor(elapsed / this.width))
    while (bucket >= this.size) {
      this.halve()
      bucket = Math.floor(elapsed / this.width)
    }
    if (bucket >= this.length) this.length = bucket + 1
    return bucket
  }

  private halve(): void {
    for (const name of counterNames) pairUp(this.counters[name])
    for (const name of gaugeNames) pairUp(this.sums[name])
    pairUp(this.samples)
    for (let bucket = 0; bucket < this.size / 2; bucket++) {
      const [one, two] = [this.latencies[2 * bucket], this.latencies[2 * bucket + 1]]
      if (one !== undefined && two !== undefined) one.merge(two)
      this.latencies[bucket] = one ?? two
    }
    this.latencies.length = this.size / 2
    this.width *= 2
    this.length = Math.ceil(this.length / 2)
  }
}

const columns = <N extends string>(names: ReadonlyArray<N>, size: number): { readonly [K in N]: Float64Array } =>
  Object.fromEntries(names.map((name) => [name, new Float64Array(size)])) as { [K in N]: Float64Array }

const pairUp = (values: Float64Array): void => {
  const middle = values.length / 2
  for (let index = 0; index < middle; index++) values[index] = values[2 * index]! + values[2 * index + 1]!
  values.fill(0, middle)
}
