/**
 * What can go wrong on a link, as data. A fault looks at every text of one direction and acts on those its `Pick` names.
 * Only texts are lost, delayed or doubled; a close frame always arrives, behind what was sent before it.
 */
import type * as Duration from "effect/Duration"

/** The way of a text. */
export type Direction = "toCsms" | "toStation"

/** Which texts of a direction a fault acts on, counted from the moment the fault is set. */
export type Pick =
  | { readonly _tag: "Every" }
  /** The n-th text only; the first is 1. */
  | { readonly _tag: "Nth"; readonly n: number }
  /** The next `count` texts. */
  | { readonly _tag: "Next"; readonly count: number }
  /** Every text for which `test` is true. */
  | { readonly _tag: "When"; readonly test: (text: string) => boolean }

/** One fault. Several may act on the same text: delays add up, and a dropped text has no copies. */
export type Fault =
  /** The text is taken from the sender and never arrives. */
  | { readonly _tag: "Drop"; readonly direction: Direction; readonly pick: Pick }
  /** The text arrives twice, one right behind the other. */
  | { readonly _tag: "Duplicate"; readonly direction: Direction; readonly pick: Pick }
  /** The text arrives later, by Effect's `Clock`. What follows waits behind it: the order stays. */
  | { readonly _tag: "Delay"; readonly direction: Direction; readonly pick: Pick; readonly by: Duration.Input }
  /** The connection breaks in the place of this text: it never arrives, and both ends see 1006. */
  | { readonly _tag: "Cut"; readonly direction: Direction; readonly pick: Pick }
  /** The link falls silent with this text, as by `Faults.halfOpen`. */
  | { readonly _tag: "HalfOpen"; readonly direction: Direction; readonly pick: Pick }

/** Every text. */
export const every: Pick = { _tag: "Every" }
/** The n-th text from now; the first is 1. */
export const nth = (n: number): Pick => ({ _tag: "Nth", n })
/** The next `count` texts. */
export const next = (count = 1): Pick => ({ _tag: "Next", count })
/** Every text for which `test` is true. */
export const when = (test: (text: string) => boolean): Pick => ({ _tag: "When", test })

/** Loses texts; the next one unless told otherwise. */
export const drop = (direction: Direction, pick: Pick = next()): Fault => ({ _tag: "Drop", direction, pick })
/** Doubles texts; the next one unless told otherwise. */
export const duplicate = (direction: Direction, pick: Pick = next()): Fault => ({ _tag: "Duplicate", direction, pick })
/** Slows texts down; every one unless told otherwise. */
export const delay = (direction: Direction, by: Duration.Input, pick: Pick = every): Fault => ({
  _tag: "Delay",
  direction,
  pick,
  by
})
/** Breaks the connection in the place of a text; the next one unless told otherwise. */
export const cut = (direction: Direction, pick: Pick = next()): Fault => ({ _tag: "Cut", direction, pick })
/** Lets the link fall silent with a text; the next one unless told otherwise. */
export const halfOpen = (direction: Direction, pick: Pick = next()): Fault => ({ _tag: "HalfOpen", direction, pick })
