/** How long things took, in buckets that are wider the longer it took: within 1.6 %, in one array of numbers. */

/** Buckets up to 128 µs are 1 µs wide; from there each power of two has 64. */
const fine = 128
const half = 64
/** 2^32 µs, somewhat more than an hour; what takes longer counts as that, `max` apart. */
const most = 4_294_967_295

/** Counts durations in milliseconds. Mutable: it is added to in place. The array grows to what is needed. */
export class Histogram {
  count = 0
  /** Milliseconds. */
  sum = 0
  /** Milliseconds; 0 when nothing was added. */
  max = 0
  private counts = new Uint32Array(0)

  /** Adds one. A clock that was set back counts as no time. */
  add(milliseconds: number): void {
    const time = milliseconds > 0 ? milliseconds : 0
    const slot = slotOf(time * 1000)
    if (slot >= this.counts.length) this.grow(slot + 1)
    this.counts[slot]!++
    this.count++
    this.sum += time
    if (time > this.max) this.max = time
  }

  /** Adds all of another. */
  merge(other: Histogram): void {
    if (other.counts.length > this.counts.length) this.grow(other.counts.length)
    for (let slot = 0; slot < other.counts.length; slot++) this.counts[slot]! += other.counts[slot]!
    this.count += other.count
    this.sum += other.sum
    if (other.max > this.max) this.max = other.max
  }

  /** Milliseconds that this share (0 to 1) took at most; `undefined` when nothing was added. */
  percentile(share: number): number | undefined {
    if (this.count === 0) return undefined
    const rank = Math.max(1, Math.ceil(share * this.count))
    let seen = 0
    for (let slot = 0; slot < this.counts.length; slot++) {
      seen += this.counts[slot]!
      if (seen >= rank) return Math.min(topOf(slot) / 1000, this.max)
    }
    return this.max
  }

  /** Milliseconds; `undefined` when nothing was added. */
  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.sum / this.count
  }

  private grow(slots: number): void {
    const larger = new Uint32Array(Math.max(256, 2 ** Math.ceil(Math.log2(slots))))
    larger.set(this.counts)
    this.counts = larger
  }
}

const slotOf = (microseconds: number): number => {
  const whole = microseconds >= most ? most : Math.floor(microseconds)
  if (whole < fine) return whole
  const shift = 25 - Math.clz32(whole)
  return shift * half + Math.floor(whole / 2 ** shift)
}

/** The longest time in µs that falls into a slot. */
const topOf = (slot: number): number => {
  if (slot < fine) return slot
  const shift = Math.floor(slot / half) - 1
  return (slot - shift * half + 1) * 2 ** shift - 1
}
