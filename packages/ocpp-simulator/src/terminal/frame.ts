/** The live view of a fleet as lines: pure, from numbers and a width. */
import { countText, durationText, energyText, figureText, millisecondsText } from "../report/numbers.ts"
import type { Totals } from "../report/Totals.ts"
import type { Colours } from "./colours.ts"
import { clip, printable, width as widthOf } from "./printable.ts"

/** What is shown. */
export interface LiveState {
  readonly name: string
  /** Seconds of the run's clock. */
  readonly duration: number
  /** Seconds of the run's clock. */
  readonly rampUp: number
  readonly stations: number
  readonly clock: "real" | "virtual"
  readonly totals: Totals
  /** Messages per second lately, on the run's clock. */
  readonly perSecond: number
  /** Simulated seconds per second; shown with virtual time only. */
  readonly speed?: number | undefined
  /** Said at the end of the first line, for example `stopping …`. */
  readonly note?: string | undefined
}

/** The lines, none wider than `columns`; fewer things where it is narrow, never a broken line. */
export const frame = (state: LiveState, columns: number, colours: Colours): ReadonlyArray<string> => {
  const { totals } = state
  const elapsed = totals.elapsed / 1000
  const share = Math.min(1, state.duration > 0 ? elapsed / state.duration : 1)
  const virtual = state.clock === "virtual" ? ` · ${figureText(state.speed ?? 0)}× real time` : ""
  const title = [state.name, state.note].filter((part) => part !== undefined).map((part) => printable(part, 80))
  const rows: ReadonlyArray<Row> = [
    [
      "stations",
      `${countText(totals.fleet.connected)} of ${countText(state.stations)} connected, ${countText(totals.fleet.accepted)} accepted`,
      plural(totals.reconnects, "reconnect")
    ],
    [
      "messages",
      `${figureText(state.perSecond)} per second, ${countText(totals.toCsms)} sent, ${countText(totals.fromCsms)} received`,
      `${countText(totals.failures)} failed`
    ],
    [
      "answers",
      totals.latency === undefined
        ? "–"
        : `p50 ${millisecondsText(totals.latency.p50)}, p90 ${millisecondsText(totals.latency.p90)}, p99 ${millisecondsText(totals.latency.p99)}`,
      totals.latency === undefined ? "" : `max ${millisecondsText(totals.latency.max)}`
    ],
    [
      "sessions",
      `${countText(totals.fleet.transactions)} running, ${countText(totals.started)} started, ${countText(totals.ended)} ended`,
      energyText(totals.fleet.power, "W")
    ],
    [
      "trouble",
      `${plural(totals.faults, "fault")} made, ${countText(totals.fleet.queued)} in offline queues`,
      `${energyText(totals.energyWh)} charged`
    ]
  ]
  return [
    colours.bold(clip(title.join(" · "), columns)),
    progress(
      { share, ramp: state.duration > 0 ? Math.min(1, state.rampUp / state.duration) : 0 },
      `${durationText(elapsed)} of ${durationText(state.duration)}${virtual}`,
      columns,
      colours
    ),
    ...rows
      .filter(([label]) => label !== "answers" || state.clock === "real")
      .map((row) => rowLine(row, columns, colours, row[0] === "messages" && totals.failures > 0))
  ]
}

/** One line where nothing can be written over: a log, a pipe. */
export const plainLine = ({ clock, duration, perSecond, stations, totals }: LiveState): string => {
  const { fleet, latency } = totals
  return [
    `${durationText(totals.elapsed / 1000)} of ${durationText(duration)}`,
    `${countText(fleet.connected)}/${countText(stations)} connected`,
    `${figureText(perSecond)} messages/s`,
    ...(clock === "virtual" || latency === undefined
      ? []
      : [`p50 ${millisecondsText(latency.p50)}`, `p99 ${millisecondsText(latency.p99)}`]),
    `${countText(fleet.transactions)} transactions`,
    energyText(fleet.power, "W"),
    `${countText(totals.failures)} failed`,
    ...(fleet.queued > 0 ? [`${countText(fleet.queued)} queued`] : [])
  ].join(", ")
}

/** Label, what matters, and what is left out where it is narrow. */
type Row = readonly [label: string, main: string, more: string]

const rowLine = ([label, main, more]: Row, columns: number, colours: Colours, bad: boolean): string => {
  const head = `  ${label.padEnd(9)} `
  const room = columns - head.length
  if (room < 8) return clip(main, columns)
  const fits = more !== "" && widthOf(main) + widthOf(more) + 2 <= room
  const rest = fits ? `  ${bad ? colours.red(more) : colours.dim(more)}` : ""
  return `${colours.dim(head)}${bad && !fits ? colours.red(clip(main, room)) : clip(main, room)}${rest}`
}

/** `━━━━━━╺──── 12 %  1 min of 10 min`: the ramp-up is in another colour. */
const progress = (
  { ramp, share }: { readonly share: number; readonly ramp: number },
  text: string,
  columns: number,
  colours: Colours
): string => {
  const label = `${String(Math.floor(share * 100)).padStart(3)} %  ${text}`
  const room = Math.min(40, columns - widthOf(label) - 4)
  if (room < 6) return clip(label.trimStart(), columns)
  const filled = Math.round(share * room)
  const climbing = Math.min(filled, Math.round(ramp * room))
  const bar = colours.yellow("━".repeat(climbing)) + colours.green("━".repeat(filled - climbing))
  return `  ${bar}${colours.dim("─".repeat(room - filled))} ${label}`
}

const plural = (count: number, word: string): string => `${countText(count)} ${word}${count === 1 ? "" : "s"}`
