/** Compares what the stations made with what the CSMS knows, transaction by transaction. Pure. */
import type { KnownTransaction, Ledger, MadeEvent, MadeTransaction } from "./contract.ts"

/** What is wrong with a transaction, or with the CSMS as a whole. */
export type Fault =
  | "Lost" // the CSMS does not know of an event that was made
  | "Doubled" // it counts an event more than once
  | "Invented" // it knows of something that was not made
  | "Disordered" // the events came in another order than they were made in
  | "Open" // it does not know that it has ended, or believes that something is missing
  | "Energy" // it counts another amount than the meter
  | "Anomaly" // it tells of something wrong

/** One finding. */
export interface Finding {
  readonly fault: Fault
  readonly detail: string
}

/** What came of the comparison. */
export interface Verdict {
  readonly transactions: number
  readonly events: number
  /** Of these, how many the next process of the station ended, because the one that made them was killed. */
  readonly cutOff: number
  /** Events that a handler was asked about once more, because the answer had not reached the station; counted once. */
  readonly handledAgain: number
  /** Wh by the meters of the stations, and by the CSMS, of what ended with its process alive. */
  readonly meteredWh: number
  readonly countedWh: number
  readonly findings: ReadonlyArray<Finding>
}

/** Wh that two readings may differ by their rounding. */
const rounding = 0.21

/** See the head of the file. */
export const judge = (made: ReadonlyArray<MadeTransaction>, { anomalies, transactions }: Ledger): Verdict => {
  const findings: Array<Finding> = []
  const known = new Map(transactions.map((transaction) => [keyOf(transaction), transaction]))
  let count = 0
  let events = 0
  let cutOff = 0
  let meteredWh = 0
  let countedWh = 0
  for (const written of made) {
    const counted = known.get(keyOf(written))
    const transaction = withoutCut(written, counted)
    known.delete(keyOf(transaction))
    if (transaction.events.length === 0) continue
    count += 1
    events += transaction.events.length
    if (transaction.energyWh === undefined) cutOff += 1
    else {
      meteredWh += transaction.energyWh
      countedWh += counted?.energyWh ?? 0
    }
    findings.push(...compare(transaction, counted))
  }
  for (const { identity, transactionId } of known.values())
    findings.push({ fault: "Invented", detail: `${identity} made no transaction ${transactionId}` })
  for (const [tag, times] of Object.entries(anomalies)) findings.push({ fault: "Anomaly", detail: `${times} × ${tag}` })
  return {
    transactions: count,
    events,
    cutOff,
    handledAgain: transactions.reduce((sum, { handledAgain }) => sum + handledAgain, 0),
    meteredWh,
    countedWh,
    findings
  }
}

const keyOf = ({ identity, transactionId }: { readonly identity: string; readonly transactionId: string }): string =>
  `${identity.toLowerCase()}\n${transactionId}`

/** What a killed process wrote down last may not have come into its queue; then the next one counts on from the event before. */
const withoutCut = (made: MadeTransaction, known: KnownTransaction | undefined): MadeTransaction => ({
  ...made,
  events: made.events.filter(({ isCut, kind, seqNo }, at) => {
    if (isCut !== true) return true
    if (made.events[at + 1]?.seqNo === seqNo) return false
    return known?.stored.some((stored) => stored[0] === kind && stored[1] === seqNo)
  })
})

const textOf = ({ kind, seqNo }: MadeEvent): string => `${kind}${seqNo}`

const compare = (made: MadeTransaction, known: KnownTransaction | undefined): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const find = (fault: Fault, detail: string): void => {
    findings.push({ fault, detail: `${made.identity}, transaction ${made.transactionId}: ${detail}` })
  }
  const wanted = made.events.map(textOf)
  if (made.events.at(-1)?.kind !== "E") find("Open", "the station itself never ended it")
  if (wanted.some((text, at) => text !== `${at === 0 ? "S" : text.slice(0, 1)}${at}`))
    find("Disordered", `the station itself made ${wanted.join(" ")}`)
  const stored = known?.stored.map(([kind, seqNo]) => `${kind}${seqNo}`) ?? []
  const times = countOf(stored)
  for (const text of wanted) if (!times.has(text)) find("Lost", `${text} never counted`)
  for (const [text, count] of times) {
    if (count > 1) find("Doubled", `${text} counted ${count} times`)
    if (!wanted.includes(text)) find("Invented", `${text} was not made`)
  }
  if (findings.length === 0 && stored.join(" ") !== wanted.join(" "))
    find("Disordered", `counted as ${stored.join(" ")}`)
  if (known === undefined) return findings
  const handled = new Set(known.handled)
  for (const { seqNo } of made.events) if (!handled.has(seqNo)) find("Lost", `the handler was not asked about ${seqNo}`)
  compareMirror(made, known, find)
  return findings
}

const compareMirror = (
  made: MadeTransaction,
  { energyWh, mirrored }: KnownTransaction,
  find: (fault: Fault, detail: string) => void
): void => {
  if (isOtherAmount(made.energyWh, energyWh)) find("Energy", `${energyWh} Wh counted, ${made.energyWh} Wh metered`)
  if (mirrored === undefined) return
  const last = made.events.length - 1
  const { conflicts, givenUp, isComplete, isRunning, received } = mirrored
  if (conflicts > 0) find("Doubled", `${conflicts} seqNos came with two meanings`)
  if (received.length !== 2 || received[0] !== 0 || received[1] !== last)
    find("Open", `the CSMS has received ${received.join(",")} of 0,${last}`)
  if (isRunning || !isComplete || givenUp !== undefined) find("Open", "the CSMS does not count it as complete")
  if (isOtherAmount(made.energyWh, mirrored.energyWh))
    find("Energy", `${mirrored.energyWh} Wh in the mirror, ${made.energyWh} Wh metered`)
}

/** A process that was killed has written no meter down: nothing to compare. */
const isOtherAmount = (metered: number | undefined, counted: number | undefined): boolean =>
  metered !== undefined && (counted === undefined || Math.abs(metered - counted) > rounding)

const countOf = (texts: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const times = new Map<string, number>()
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1)
  return times
}
