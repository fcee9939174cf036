/** One station as lines for the terminal: pure, from what there is to see and a size. */
import { countText, durationText, energyText } from "../report/numbers.ts"
import type { Colours } from "../terminal/colours.ts"
import { clip, printable, width } from "../terminal/printable.ts"
import type { EvseView, StationView } from "./StationView.ts"

/** Room for the lines. */
export interface Room {
  readonly columns: number
  readonly rows: number
}

type Paint = (text: string) => string

/** A piece of a line; the first ones are kept where it is narrow. */
type Piece = readonly [text: string, paint: Paint]

const asIs: Paint = (text) => text

const gap = "  "

/** The lines, none wider than `columns`; EVSEs that do not fit are counted, the chosen one and the busy ones come first. */
export const stationFrame = (view: StationView, { columns, rows }: Room, colours: Colours): ReadonlyArray<string> => {
  const blocks = view.evses.map((evse) => evseLines(evse, evse.id === view.selected, columns, colours))
  const kept = fitting(view, blocks, Math.max(3, rows))
  const left = view.evses.length - kept.length
  return [
    head(view, columns, colours),
    ...kept.flatMap((index) => blocks[index] ?? []),
    ...(left === 0 ? [] : [line([[`  … and ${countText(left)} more`, colours.dim]], columns)]),
    ...view.display.map((text) =>
      line(
        [
          ["  display", colours.dim],
          [printable(text, 500), colours.bold]
        ],
        columns
      )
    ),
    ...(view.undelivered === 0
      ? []
      : [
          line(
            [
              [
                `  ${countText(view.undelivered)} message${view.undelivered === 1 ? "" : "s"} not delivered`,
                colours.yellow
              ]
            ],
            columns
          )
        ])
  ]
}

/** Indices of the EVSEs that there is room for, in order. */
const fitting = ({ evses, selected }: StationView, blocks: ReadonlyArray<ReadonlyArray<string>>, rows: number) => {
  const order = evses
    .map((evse, index) => [index, evse.id === selected ? 0 : evse.cable !== undefined ? 1 : 2] as const)
    .toSorted((one, other) => one[1] - other[1])
  let used = 0
  const kept: Array<number> = []
  for (const [index] of order) {
    used += blocks[index]?.length ?? 0
    if (used > rows && kept.length > 0) break
    kept.push(index)
  }
  return kept.toSorted((one, other) => one - other)
}

const head = (view: StationView, columns: number, colours: Colours): string => {
  const { hardware, identity, retryIn, state, url } = view
  const [paint, text] = {
    Accepted: [colours.green, "● online, accepted"],
    Pending: [colours.yellow, "● online, pending"],
    Rejected: [colours.red, "● online, rejected"],
    Booting: [colours.yellow, "● online, booting"],
    Connecting: [colours.yellow, "○ connecting"],
    Waiting: [
      colours.red,
      retryIn === undefined ? "○ offline" : `○ offline, tries again in ${durationText(Math.ceil(retryIn))}`
    ],
    Stopped: [colours.red, "○ stopped"]
  }[state] as [Paint, string]
  return line(
    [
      [printable(identity, 48), colours.bold],
      [text, paint],
      [printable(hardware), colours.dim],
      [printable(url, 200), colours.dim]
    ],
    columns
  )
}

const statusPaint = (status: string, colours: Colours): Paint =>
  ({
    Available: colours.green,
    Occupied: colours.cyan,
    Reserved: colours.yellow,
    Unavailable: colours.dim,
    Faulted: colours.red
  })[status] ?? colours.dim

const evseLines = (evse: EvseView, isSelected: boolean, columns: number, colours: Colours): ReadonlyArray<string> => {
  const { cable, connectors, limit, power, supply, transaction } = evse
  const mark = isSelected ? "▸" : " "
  const first: ReadonlyArray<Piece> = [
    [`${mark} EVSE ${evse.id}`, isSelected ? colours.bold : asIs],
    ...connectors.map(({ id, status }): Piece => [
      connectors.length === 1 ? status.padEnd(11) : `${id} ${status}`,
      statusPaint(status, colours)
    ]),
    ...(cable === undefined ? [] : carPieces(cable, colours)),
    [`${supply}${connectors.length === 1 ? ` ${connectors[0]?.type ?? ""}` : ""}`, colours.dim],
    ...(limit === undefined ? [] : [[`limit ${energyText(limit, "W")}`, colours.yellow] as const])
  ]
  if (transaction === undefined) return [line(first, columns)]
  const { cost, energy, id, isRunning, state } = transaction
  const second: ReadonlyArray<Piece> = [
    [
      isRunning ? `    ${state.padEnd(13)}` : `    ended (${state})`,
      isRunning ? (state === "Charging" ? colours.green : colours.yellow) : colours.dim
    ],
    ...(isRunning ? [[energyText(power, "W").padStart(8), colours.bold] as const] : []),
    [energyText(energy).padStart(9), isRunning ? colours.bold : colours.dim],
    ...(cost === undefined ? [] : [[`costs ${cost.toFixed(2)}`, isRunning ? asIs : colours.dim] as const]),
    [`transaction ${printable(id, 36)}`, colours.dim]
  ]
  return [line(first, columns), line(second, columns)]
}

const carPieces = (cable: NonNullable<EvseView["cable"]>, colours: Colours): ReadonlyArray<Piece> => {
  const { ev, stateOfCharge, target } = cable
  const percent = `${Math.floor(stateOfCharge * 100 + 1e-9)} %`
  return [
    [
      `${printable(ev, 20)} ${bar(stateOfCharge, 10)} ${percent.padStart(5)}`,
      stateOfCharge >= target ? colours.green : asIs
    ]
  ]
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

/** `██████▌   `: a share from 0 to 1 in so many columns. */
export const bar = (share: number, columns: number): string => {
  const parts = Math.round(Math.max(0, Math.min(1, share)) * columns * 8)
  const text = "█".repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? "")
  return `▕${text.padEnd(columns)}▏`
}

/** Pieces side by side, as many as there is room for; the first is cut when it alone is too wide. */
const line = (pieces: ReadonlyArray<Piece>, columns: number): string => {
  let text = ""
  let used = 0
  for (const [index, [piece, paint]] of pieces.entries()) {
    const wanted = width(piece) + (index === 0 ? 0 : gap.length)
    const shown =
      used + wanted <= columns ? piece : index <= 1 ? clip(piece, columns - used - (index === 0 ? 0 : gap.length)) : ""
    if (shown === "") break
    text += (index === 0 ? "" : gap) + paint(shown)
    used += width(shown) + (index === 0 ? 0 : gap.length)
  }
  return text
}
