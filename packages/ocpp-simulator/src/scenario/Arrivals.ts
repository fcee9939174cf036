/**
 * What happens in a fleet by chance, as pure functions of a random stream: arrivals, sessions, faults. Every station has a
 * stream of its own, so that what happens at one does not depend on how many there are.
 */
import type { NamedEV } from "./EVModels.ts"
import type { IdTokenType } from "@wattline/ocpp-v201"
import { fill } from "./Stations.ts"
import type { ArrivalPattern, FaultKind, Scenario, Spread } from "./Scenario.ts"

/** A random number from 0 to 1 (1 excluded). */
export type Random = () => number

/** Random numbers: xoshiro128** (Blackman, Vigna 2018) with 53 bits each; four 32-bit words of state. */
export class Xoshiro {
  private a: number
  private b: number
  private c: number
  private d: number

  /** With this state, which must not be all zeros. */
  constructor(a: number, b: number, c: number, d: number) {
    this.a = a
    this.b = b
    this.c = c
    this.d = d
  }

  /** With a state that splitmix32 makes of a seed of 32 bits. */
  static seeded(seed: number): Xoshiro {
    let state = seed | 0
    const word = (): number => {
      state = (state + 0x9e3779b9) | 0
      let mixed = state ^ (state >>> 16)
      mixed = Math.imul(mixed, 0x21f0aaad)
      mixed ^= mixed >>> 15
      mixed = Math.imul(mixed, 0x735a2d97)
      return mixed ^ (mixed >>> 15)
    }
    return new Xoshiro(word(), word(), word(), word())
  }

  /** 32 random bits. */
  bits(): number {
    const scaled = Math.imul(this.b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9)
    const shifted = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= shifted
    this.d = (this.d << 11) | (this.d >>> 21)
    return result >>> 0
  }

  /** From 0 to 1 (1 excluded). */
  next(): number {
    return ((this.bits() >>> 5) * 67_108_864 + (this.bits() >>> 6)) / 9_007_199_254_740_992
  }
}

/** The random stream of one purpose: the same for the same seed and label, and independent of those of other labels. */
export const derive = (seed: number, label: string): Random => {
  const stream = Xoshiro.seeded(hash(`${seed}/${label}`))
  return () => stream.next()
}

/** 32 bits of a text: FNV-1a, mixed once more so that texts that differ in one digit are far apart. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  return value ^ (value >>> 13)
}

const hour = 3_600_000

/** An exponential number with mean 1. */
const exponential = (random: Random): number => -Math.log(1 - random())

/**
 * When the next EV comes to a station, after `from`, in milliseconds since 1970; `Infinity` when none does within a year. A Poisson
 * process whose rate is that of the hour and the day (UTC). Takes one random number.
 */
export const nextArrival = (random: Random, pattern: ArrivalPattern, from: number): number => {
  let left = exponential(random)
  let at = from
  // No run is longer than a year.
  for (let hours = 0; hours < 366 * 24; hours++) {
    const end = (Math.floor(at / hour) + 1) * hour
    const rate = rateAt(pattern, at)
    const expected = (rate * (end - at)) / hour
    if (expected > left) return at + (left / rate) * hour
    left -= expected
    at = end
  }
  return Infinity
}

/** Sessions per hour at a moment. */
export const rateAt = ({ perHour, weekday, weekend }: ArrivalPattern, at: number): number => {
  const hours = Math.floor(at / hour)
  // 1970 began on a Thursday.
  const isWeekend = (Math.floor(hours / 24) + 3) % 7 >= 5
  return perHour * ((isWeekend ? weekend : weekday)[((hours % 24) + 24) % 24] ?? 0)
}

/** When something happens next that happens so often an hour, after `from`; `Infinity` when it never does. */
export const nextEvent = (random: Random, perHour: number, from: number): number => {
  const wait = exponential(random)
  return perHour > 0 ? from + (wait / perHour) * hour : Infinity
}

/** A log-normal number with this mean and spread; takes two random numbers. */
export const vary = (random: Random, { mean, spread }: Spread): number => {
  const normal = Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random())
  if (spread === 0) return mean
  const variance = Math.log(1 + spread * spread)
  return mean * Math.exp(Math.sqrt(variance) * normal - variance / 2)
}

/** One visit of an EV. */
export interface SessionPlan {
  readonly model: NamedEV
  /** On arrival, 0 to 1. */
  readonly stateOfCharge: number
  /** Where the EV stops by itself, 0 to 1. */
  readonly target: number
  /** Milliseconds until the driver leaves. */
  readonly stay: number
  /** Whether the driver leaves as soon as the EV is full. */
  readonly untilFull: boolean
  readonly idToken: IdTokenType
  /** Whether the CSMS should know the token. */
  readonly known: boolean
  /** Nobody swipes; RequestStartTransaction is waited for. */
  readonly remoteStart: boolean
  /** Nobody swipes at the end; RequestStopTransaction, or the cable, ends it. */
  readonly remoteStop: boolean
}

/** Plans one visit. Takes always as many random numbers, whatever comes out. */
export const session = (random: Random, scenario: Scenario): SessionPlan => {
  const { evs, sessions, stations } = scenario
  const charges = evs.filter(({ model }) => (stations.supply === "AC" ? model.maxAcPower : model.maxDcPower) > 0)
  const model = pick(random, charges)
  const stay = vary(random, sessions.stay) * 1000
  const energyWh = vary(random, sessions.energy)
  const known = random() >= scenario.tokens.unknown
  const idToken = token(random, scenario, known)
  return {
    model,
    stateOfCharge: Math.max(0.02, sessions.target - energyWh / model.capacityWh),
    target: sessions.target,
    stay,
    untilFull: sessions.untilFull,
    idToken,
    known,
    remoteStart: random() < sessions.remoteStart,
    remoteStop: random() < sessions.remoteStop
  }
}

const pick = (random: Random, evs: Scenario["evs"]): NamedEV => {
  let left = random() * evs.reduce((sum, { share }) => sum + share, 0)
  for (const { model, share } of evs) {
    left -= share
    if (left < 0) return model
  }
  const last = evs.at(-1)
  if (last === undefined) throw new RangeError("a scenario has at least one EV that can charge")
  return last.model
}

const token = (random: Random, { tokens }: Scenario, known: boolean): IdTokenType => {
  const { count, list, template, type, unknownTemplate } = tokens
  const size = known && list.length > 0 ? list.length : count
  const index = Math.floor(random() * size)
  const made = fill(known ? template : unknownTemplate, index + 1, String(count).length)
  return { idToken: known ? (list[index] ?? made) : made, type }
}

/** All tokens that the CSMS should know. */
export const knownTokens = ({ tokens }: Scenario): ReadonlyArray<IdTokenType> =>
  tokens.list.length > 0
    ? tokens.list.map((idToken) => ({ idToken, type: tokens.type }))
    : Array.from({ length: tokens.count }, (_, index) => ({
        idToken: fill(tokens.template, index + 1, String(tokens.count).length),
        type: tokens.type
      }))

/** Something that goes wrong at one station. */
export interface Fault {
  readonly kind: FaultKind
  /** Milliseconds since 1970. */
  readonly at: number
  /** Milliseconds. */
  readonly lasting: number
}

/** The next fault of a station after `from`; `undefined` when none ever comes. */
export const nextFault = (random: Random, faults: Scenario["faults"], from: number): Fault | undefined => {
  const kinds = Object.entries(faults) as ReadonlyArray<[FaultKind, Scenario["faults"][FaultKind]]>
  const perHour = kinds.reduce((sum, [, rate]) => sum + rate.perHour, 0)
  if (perHour === 0) return undefined
  const at = nextEvent(random, perHour, from)
  let left = random() * perHour
  const found = kinds.find(([, rate]) => (left -= rate.perHour) < 0) ?? kinds.findLast(([, rate]) => rate.perHour > 0)
  if (found === undefined) return undefined
  const [kind, rate] = found
  return { kind, at, lasting: vary(random, rate.lasting) * 1000 }
}
