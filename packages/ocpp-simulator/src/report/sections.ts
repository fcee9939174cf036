/** The report as titles, facts and tables: what the text and the page have in common. */
import { failedOf } from "./counts.ts"
import { countText, durationText, energyText, figureText, millisecondsText, shareText } from "./numbers.ts"
import type { ActionReport, Latency, Report, Tally } from "./Report.ts"

/** A table; the first column is text, the others are numbers. */
export interface Table {
  readonly title: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** One number with its name. */
export interface Fact {
  readonly label: string
  readonly value: string
  /** More about it, shorter. */
  readonly note?: string
  /** Something that should not have happened. */
  readonly bad?: boolean
}

/** What a run was, in one line. */
export const summary = ({ clock, elapsed, scenario }: Report): string =>
  `${countText(scenario.stations)} ${scenario.supply} ${scenario.stations === 1 ? "station" : "stations"}, ` +
  `${durationText(elapsed)} of ${clock} time, seed ${scenario.seed}` +
  (elapsed < scenario.duration - 1 ? `; ended early, ${durationText(scenario.duration)} were planned` : "")

/** The numbers that matter most. */
export const facts = ({ connections, faults, messages, offlineQueue, sessions }: Report): ReadonlyArray<Fact> => {
  const failures = failedOf(messages)
  const broken = sum(faults)
  return [
    {
      label: "Messages",
      value: countText(messages.toCsms + messages.fromCsms),
      note: `${figureText(messages.perSecond)} per second`
    },
    {
      label: "Failed",
      value: countText(failures),
      note: `${shareText(failures, messages.toCsms)} of CALLs to the CSMS`,
      bad: failures > 0
    },
    {
      label: "Median answer",
      value: messages.latency === null ? "–" : millisecondsText(messages.latency.p50),
      note: messages.latency === null ? noLatency(messages.answered) : `p99 ${millisecondsText(messages.latency.p99)}`
    },
    {
      label: "Peak connected",
      value: countText(connections.peak),
      note: `${countText(connections.reconnects)} ${connections.reconnects === 1 ? "reconnect" : "reconnects"}`
    },
    {
      label: "Sessions",
      value: countText(sessions.started),
      note: `${countText(sessions.running)} still running`
    },
    { label: "Energy", value: energyText(sessions.energy), note: `of ${countText(sessions.ended)} ended sessions` },
    {
      label: "Faults made",
      value: countText(broken),
      note:
        `offline queue at most ${countText(offlineQueue.peak)}` +
        (offlineQueue.atEnd > 0 ? `, ${countText(offlineQueue.atEnd)} not delivered at the end` : "")
    }
  ]
}

const noLatency = (answered: number): string =>
  answered === 0 ? "nothing was answered" : "takes no time in virtual time"

/** All tables that have rows. */
export const tables = (report: Report): ReadonlyArray<Table> =>
  [
    actions(report, "toCsms"),
    actions(report, "fromCsms"),
    answers(report),
    connections(report),
    sessions(report),
    counts("Faults made", "Fault", report.faults)
  ].filter(({ rows }) => rows.length > 0)

type ActionColumn = readonly [title: string, cell: (action: ActionReport) => string]

const latencyColumn = (title: string, value: (latency: Latency) => number): ActionColumn => [
  title,
  ({ latency }) => (latency === null ? "–" : millisecondsText(value(latency)))
]

const actionColumns: ReadonlyArray<ActionColumn> = [
  ["Action", ({ action }) => action],
  ["CALLs", ({ calls }) => countText(calls)],
  ["Answered", ({ answered }) => countText(answered)],
  ["CALLERROR", ({ errors }) => countText(sum(errors))]
]

const sentColumns: ReadonlyArray<ActionColumn> = [
  ...actionColumns,
  ["Timeout", ({ timeouts }) => countText(timeouts)],
  ["Lost", ({ lost }) => countText(lost)],
  ["Invalid", ({ invalid }) => countText(invalid)]
]

const timedColumns: ReadonlyArray<ActionColumn> = [
  ...sentColumns,
  latencyColumn("p50", ({ p50 }) => p50),
  latencyColumn("p90", ({ p90 }) => p90),
  latencyColumn("p99", ({ p99 }) => p99),
  latencyColumn("Max", ({ max }) => max)
]

const actions = (report: Report, direction: ActionReport["direction"]): Table => {
  const own = direction === "toCsms"
  const columns = own ? (report.clock === "real" ? timedColumns : sentColumns) : actionColumns
  return {
    title: own ? "CALLs to the CSMS" : "CALLs of the CSMS",
    columns: columns.map(([title]) => title),
    rows: report.actions
      .filter((action) => action.direction === direction)
      .map((action) => columns.map(([, cell]) => cell(action)))
  }
}

const answers = (report: Report): Table => ({
  title: "Answers by status",
  columns: ["Action", "Answer", "Number", "Share"],
  rows: report.actions.flatMap(({ action, answered, direction, errors, statuses }) => {
    const all = answered + sum(errors)
    const row = ([name, count]: [string, number], error: boolean) => [
      direction === "toCsms" ? action : `${action} (of the CSMS)`,
      error ? `CALLERROR ${name}` : name,
      countText(count),
      shareText(count, all)
    ]
    return [
      ...Object.entries(statuses).map((entry) => row(entry, false)),
      ...Object.entries(errors).map((entry) => row(entry, true))
    ]
  })
})

const connections = ({ clock, connections: all }: Report): Table => ({
  title: "Connections",
  columns: ["What", "Number"],
  rows: [
    ["Attempts", countText(all.attempts)],
    ["Opened", countText(all.opened)],
    ["Opened again", countText(all.reconnects)],
    ...Object.entries(all.refused).map(([why, count]) => [`Refused: ${why}`, countText(count)]),
    ...Object.entries(all.closed).map(([code, count]) => [`Closed with ${code}`, countText(count)]),
    ["Boots accepted", countText(all.accepted)],
    ...(all.timeToAccept === null || clock === "virtual"
      ? []
      : [
          ["Attempt to accepted boot, p50", millisecondsText(all.timeToAccept.p50)],
          ["Attempt to accepted boot, p99", millisecondsText(all.timeToAccept.p99)]
        ]),
    ["Open at the end", countText(all.open)]
  ]
})

const sessions = ({ sessions: all }: Report): Table => ({
  title: "Sessions",
  columns: ["What", "Number"],
  rows: [
    ["Started", countText(all.started)],
    ["Ended", countText(all.ended)],
    ["At most at once", countText(all.peak)],
    ["Found no free EVSE", countText(all.turnedAway)],
    ["Token not accepted", countText(all.refused)],
    ["Energy", energyText(all.energy)],
    ...(all.withCost === 0 ? [] : [[`Cost, of ${countText(all.withCost)}`, all.cost.toFixed(2)]]),
    ...(all.meanDuration === null ? [] : [["Mean duration", durationText(all.meanDuration)]]),
    ...Object.entries(all.stoppedReasons).map(([reason, count]) => [`Ended: ${reason}`, countText(count)])
  ]
})

const counts = (title: string, column: string, tally: Tally): Table => ({
  title,
  columns: [column, "Number"],
  rows: Object.entries(tally).map(([name, count]) => [name, countText(count)])
})

const sum = (tally: Readonly<Partial<Tally>>): number =>
  Object.values(tally).reduce<number>((total, count) => total + (count ?? 0), 0)
