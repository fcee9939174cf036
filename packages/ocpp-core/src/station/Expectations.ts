/**
 * What a TriggerMessage asked for and a Pending station may therefore send (B02.FR.02, LC-6, LC-7); parts of reports belong to
 * their job. Pure: every function gives a new list.
 */

import type { Expected } from "../rpc/Protocol.ts"

/** One exemption from the boot gate. Plain data. */
export interface Expectation extends Expected {
  /** The CALL that brought it about; it is withdrawn with it (LC-6). */
  readonly callId: string
  /** EVSEs that have used it already, when `evseId` is absent. */
  readonly usedBy: ReadonlyArray<number>
  /** CSMS clock in milliseconds. */
  readonly expiresAt: number
}

/** The expectations of one station; none is the shared empty list. */
export type Expectations = ReadonlyArray<Expectation>

/** Nothing is expected. */
export const none: Expectations = []

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const integer = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined)

/** Adds what the CALL `callId` will bring, if the station accepts it. */
export const add = (list: Expectations, callId: string, expected: Expected, expiresAt: number): Expectations => [
  ...list,
  { ...expected, callId, usedBy: [], expiresAt }
]

/** Withdraws what a CALL brought about, when the station did not accept it (LC-6). */
export const withdraw = (list: Expectations, callId: string): Expectations => {
  const rest = list.filter((expectation) => expectation.callId !== callId)
  return rest.length === 0 ? none : rest
}

/** The EVSE of a message that names none; it counts once. */
const unnamed = -1

/** The EVSE a message is about. */
const evseOf = (payload: unknown): number => {
  const fields = record(payload)
  return integer(fields["evseId"]) ?? integer(record(fields["evse"])["id"]) ?? unnamed
}

const matches = (expectation: Expectation, action: string, payload: unknown, now: number): boolean => {
  if (expectation.action !== action || expectation.expiresAt <= now) return false
  const evse = evseOf(payload)
  if (expectation.evseId === undefined) return !expectation.usedBy.includes(evse)
  return evse === expectation.evseId || evse === unnamed // a TransactionEvent names its EVSE once only
}

/** Lets a message through, when it is expected: the list after it used up its exemption; `undefined` when it is not. */
export const use = (list: Expectations, action: string, payload: unknown, now: number): Expectations | undefined => {
  const found = list.find((expectation) => matches(expectation, action, payload, now))
  if (found === undefined) return undefined
  const rest = list
    .filter((expectation) => expectation.expiresAt > now)
    .flatMap((expectation) => (expectation === found ? remainderOf(found, payload) : [expectation]))
  return rest.length === 0 ? none : rest
}

/** What is left of an exemption after one message used it. */
const remainderOf = (used: Expectation, payload: unknown): Expectations => {
  const evse = evseOf(payload)
  return used.evseId === undefined && evse !== unnamed ? [{ ...used, usedBy: [...used.usedBy, evse] }] : none
}
