/**
 * Fingerprints of the last events of a transaction: a number that comes again is a resend (E-5) when the fingerprint is
 * known, and another event under the same number (E-6) when it is not. Made for each event, so it reads as little as can be.
 */
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { includes } from "./SequenceRanges.ts"
import { isBefore } from "./Timestamp.ts"
import type { Transaction } from "./Transaction.ts"

/** Ascending pairs, flat: seqNo, fingerprint, seqNo, fingerprint … Several of one seqNo are events that contradict each other. */
export type EventPrints = ReadonlyArray<number>

/** Events that a transaction remembers the fingerprints of: those with the highest seqNos. */
export const maxPrints = 8

/**
 * Fingerprint of what an event says, 30 bits: timestamps, reasons, states, ids, token, and all readings by their value.
 * What is not looked at: the labels of readings, signatures, customData, and `offline`, which a station sets when it sends an
 * event again that it had sent before the link broke (E11.FR.07).
 */
export const printOf = (request: TransactionEventRequest): number => {
  const { eventType, evse, idToken, meterValue, transactionInfo: info } = request
  let print = mixText(17, request.timestamp)
  print = mixWord(print, eventType)
  print = mixWord(print, request.triggerReason)
  print = mixWord(print, info.chargingState)
  if (info.stoppedReason !== undefined) print = mixWord(print, info.stoppedReason)
  if (info.remoteStartId !== undefined) print = mix(print, info.remoteStartId)
  if (info.timeSpentCharging !== undefined) print = mix(print, info.timeSpentCharging)
  if (request.reservationId !== undefined) print = mix(print, request.reservationId)
  if (evse !== undefined) print = mix(mix(print, evse.id), evse.connectorId ?? -1)
  if (idToken !== undefined) print = mixWord(mixText(print, idToken.idToken), idToken.type)
  if (meterValue === undefined) return print & 0x3fff_ffff
  for (const { timestamp, sampledValue } of meterValue) {
    if (timestamp !== request.timestamp) print = mixText(print, timestamp)
    for (const { value } of sampledValue) print = mixNumber(print, value)
  }
  return print & 0x3fff_ffff
}

/** The fingerprints with one more, at most `maxPrints`. The same array when it is known, or too old to be kept. */
export const addPrint = (prints: EventPrints, seqNo: number, print: number): EventPrints => {
  let at = prints.length
  while (at > 0 && isAbove(prints, at - 2, seqNo, print)) at -= 2
  if (at > 0 && prints[at - 2] === seqNo && prints[at - 1] === print) return prints
  const from = prints.length >= maxPrints * 2 ? 2 : 0
  if (at < from) return prints
  const next: Array<number> = []
  for (let i = from; i < at; i++) next.push(prints[i]!)
  next.push(seqNo, print)
  for (let i = at; i < prints.length; i++) next.push(prints[i]!)
  return next
}

const isAbove = (prints: EventPrints, i: number, seqNo: number, print: number): boolean =>
  prints[i]! > seqNo || (prints[i] === seqNo && prints[i + 1]! > print)

/** What an event is to its transaction. */
export type EventNovelty =
  | "New" // its number was not there yet
  | "Repeated" // known already (E-5)
  | "Conflicting" // another event had this number (E-6)

/** Whether an event is known already. An event is told by its number; what has the same number, by its content. */
export const noveltyOf = (before: Transaction, request: TransactionEventRequest): EventNovelty => {
  const { seqNo } = request
  if (!includes(before.received, seqNo)) return "New"
  const { prints = [] } = before
  const print = printOf(request)
  let isRemembered = false
  for (let i = prints.length - 2; i >= 0; i -= 2) {
    if (prints[i] !== seqNo) continue
    if (prints[i + 1] === print) return "Repeated"
    isRemembered = true
  }
  if (isRemembered || isUnseenEnd(before, request)) return "Conflicting"
  // Too long ago to be remembered. A station that counts from the beginning again gives itself away by its clock.
  return isBefore(before.updatedAt, request.timestamp) ? "Conflicting" : "Repeated"
}

/** A Started or an Ended that was never seen counts, even if a careless station uses a number twice (E-6). */
export const isUnseenEnd = ({ origin }: Transaction, { eventType }: TransactionEventRequest): boolean =>
  (eventType === "Ended" && origin.ended === undefined) || (eventType === "Started" && origin.started === undefined)

const mix = (print: number, n: number): number => (Math.imul(print, 31) + n) | 0

const mixText = (print: number, text: string): number => {
  const { length } = text
  let next = mix(print, length)
  // Two at a time: the multiplications wait for each other.
  for (let i = 1; i < length; i += 2) next = mix(next, (text.charCodeAt(i - 1) << 16) ^ text.charCodeAt(i))
  return length % 2 === 1 ? mix(next, text.charCodeAt(length - 1)) : next
}

/** Words of the enumerations of the standard: length and three characters tell any two of one enumeration apart. */
export const mixWord = (print: number, word: string | undefined): number => {
  if (word === undefined || word === "") return mix(print, 0)
  const { length } = word
  const middle = word.charCodeAt(length >> 1)
  return mix(print, (length << 24) ^ (word.charCodeAt(0) << 16) ^ (word.charCodeAt(length - 1) << 8) ^ middle)
}

const float = new Float64Array(1)
const halves = new Int32Array(float.buffer)

const mixNumber = (print: number, n: number): number => {
  if (n === (n | 0)) return mix(print, n)
  float[0] = n
  return mix(mix(print, halves[0]!), halves[1]!)
}
