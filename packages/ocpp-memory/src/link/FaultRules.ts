/** Applies the faults of one direction to its texts, one after the other. */
import * as Duration from "effect/Duration"
import type { Fault, Pick } from "../Fault.ts"

/** What becomes of one text. */
export interface Verdict {
  readonly copies: number
  /** Milliseconds. */
  readonly delay: number
  readonly cut: boolean
  readonly halfOpen: boolean
}

const untouched: Verdict = { copies: 1, delay: 0, cut: false, halfOpen: false }

/** The faults of one direction, with their counts. */
export class FaultRules {
  private rules: Array<{ readonly fault: Fault; seen: number }> = []

  add(fault: Fault): void {
    this.rules.push({ fault, seen: 0 })
  }

  clear(): void {
    this.rules = []
  }

  /** Counts the text with every fault and says what they make of it together. */
  judge(text: string): Verdict {
    if (this.rules.length === 0) return untouched
    const acting: Array<Fault> = []
    for (const rule of this.rules) {
      rule.seen += 1
      if (picks(rule.fault.pick, rule.seen, text)) acting.push(rule.fault)
    }
    const has = (tag: Fault["_tag"]) => acting.some((fault) => fault._tag === tag)
    return {
      copies: has("Drop") ? 0 : 1 + acting.filter((fault) => fault._tag === "Duplicate").length,
      delay: acting.reduce((sum, fault) => (fault._tag === "Delay" ? sum + Duration.toMillis(fault.by) : sum), 0),
      cut: has("Cut"),
      halfOpen: has("HalfOpen")
    }
  }
}

const picks = (pick: Pick, seen: number, text: string): boolean => {
  if (pick._tag === "When") return pick.test(text)
  if (pick._tag === "Nth") return seen === pick.n
  return pick._tag === "Every" || seen <= pick.count
}
