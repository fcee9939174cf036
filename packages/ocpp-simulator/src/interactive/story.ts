/** What happens as lines of the log: pure. Text that comes from outside is made printable. */
import type { ClientEvent } from "@wattline/ocpp-station"
import type { Happening } from "@wattline/ocpp-station/virtual"
import { withAdvice } from "../fleet/unaccepted.ts"
import { countText, durationText, energyText } from "../report/numbers.ts"
import type { Colours } from "../terminal/colours.ts"
import { clip, printable, width } from "../terminal/printable.ts"
import type { Message } from "./messages.ts"

/** How a line looks: plain news, good news, bad news, something by the way, or a command. */
export type Tone = "news" | "good" | "bad" | "aside" | "command"

/** A line of the log. */
export interface Line {
  readonly tone: Tone
  readonly text: string
}

const news = (text: string): Line => ({ tone: "news", text })
const good = (text: string): Line => ({ tone: "good", text })
const bad = (text: string): Line => ({ tone: "bad", text })
const aside = (text: string): Line => ({ tone: "aside", text })

const short = (id: string): string => printable(id, 12)

/** What is said of something that happened; `undefined` where the messages say it all. */
export const tell = (event: Happening | ClientEvent): Line | undefined => {
  switch (event._tag) {
    case "CablePlugged":
      return news(`EVSE ${event.evseId}: cable plugged in at connector ${event.connectorId}`)
    case "CableUnplugged":
      return news(`EVSE ${event.evseId}: cable taken out`)
    case "StatusChanged":
      return (event.status === "Faulted" ? bad : news)(
        `EVSE ${event.evseId}: connector ${event.connectorId} is ${event.status}`
      )
    case "TokenPresented":
      return news(
        `Token ${printable(event.idToken, 36)} presented${event.evseId === undefined ? "" : ` at EVSE ${event.evseId}`}`
      )
    case "TokenJudged":
      return (event.accepted ? good : bad)(
        `Token ${printable(event.idToken, 36)} ${event.accepted ? "accepted" : "refused"}, decided by ${event.by}`
      )
    case "TransactionStarted":
      return good(`EVSE ${event.evseId}: transaction ${short(event.transactionId)} started`)
    case "ChargingStateChanged":
      return news(`EVSE ${event.evseId}: ${event.chargingState}`)
    case "TransactionEnded":
      return good(
        `EVSE ${event.evseId}: transaction ${short(event.transactionId)} ended (${event.stoppedReason}), ` +
          `${energyText(event.energyWh)}${event.totalCost === undefined ? "" : `, costs ${event.totalCost.toFixed(2)}`}`
      )
    case "CostUpdated":
      return news(`Transaction ${short(event.transactionId)} costs ${event.totalCost.toFixed(2)} so far`)
    case "LimitChanged":
      return news(
        event.power === undefined
          ? `EVSE ${event.evseId}: no limit any more`
          : `EVSE ${event.evseId}: limited to ${energyText(event.power, "W")}`
      )
    case "MessageShown":
      return news(`Display: ${printable(event.content, 200)}`)
    case "MessageRemoved":
      return news(`Display: message ${event.id} is gone`)
    case "FirmwareStatus":
      return news(`Firmware: ${event.status}`)
    case "LogStatus":
      return news(`Log: ${event.status}`)
    case "CertificateInstalled":
      return news(`${event.type} installed`)
    case "CertificateRenewed":
      return news(`${event.type} renewed`)
    case "VariableChanged":
      return news(
        `${printable(event.component)}.${printable(event.variable)} is now ${
          /password/iu.test(event.variable) ? "•••" : printable(event.value, 200)
        }`
      )
    case "Rebooting":
      return news(`Rebooting (${event.reason})`)
    case "Connected":
      return good(`Connected with ${printable(event.protocol)} to ${printable(event.url, 200)}`)
    case "ConnectFailed":
      return bad(
        `No connection: ${withAdvice(printable(event.detail, 300), event.status)} Next attempt in ${durationText(event.retryIn)}`
      )
    case "Disconnected":
      return (event.code === 1000 || event.code === 1001 ? news : bad)(
        `Disconnected (${event.code}${event.reason === "" ? "" : ` ${printable(event.reason)}`})` +
          (event.retryIn === undefined ? "" : `; next attempt in ${durationText(event.retryIn)}`)
      )
    case "BootAnswered":
      return (event.status === "Accepted" ? good : bad)(
        `The CSMS says ${event.status}, interval ${durationText(event.interval)}`
      )
    case "CallEnded":
      return event.end === "Timeout" || event.end === "ConnectionLost" || event.end === "InvalidResponse"
        ? bad(
            `${event.action}: ${callEnds[event.end]}` +
              (event.detail === undefined ? "" : `: ${printable(event.detail, 200)}`)
          )
        : undefined
    case "HandlerFailed":
      return bad(`${printable(event.action)} could not be carried out: ${printable(event.message, 300)}`)
    case "MessageGivenUp":
      return bad(`${event.action} was given up after ${countText(event.attempts)} attempts`)
    case "MessageDropped":
      return bad(`${event.action} was dropped: the queue is full`)
    case "QueueNotStored":
      return bad(`The queue cannot be stored: ${printable(event.message, 300)}`)
    case "StrayAnswer":
      return bad(`An answer to nothing came${event.messageId === undefined ? "" : `: ${printable(event.messageId)}`}`)
    case "StateChanged":
    case "Answered":
      return undefined
  }
}

const callEnds = {
  Timeout: "no answer in time",
  ConnectionLost: "the connection was lost before the answer",
  InvalidResponse: "the answer breaks the schema"
} as const

/** A message as a line: `→ BootNotification {…}`, `← BootNotification ✓ {…}`. `columns` is what there is room for. */
export const messageLine = (message: Message, columns: number, colours: Colours): string => {
  const { action = "?", error, isCall, text, to } = message
  const arrow = to === "csms" ? colours.cyan("→") : colours.magenta("←")
  const name = printable(action, 50)
  const mark = isCall ? "" : error === undefined ? "✓ " : `✗ ${printable(error, 50)} `
  const head = isCall ? colours.bold(name) : name
  const room = Math.max(0, columns - name.length - mark.length - 3)
  return `${arrow} ${head} ${error === undefined ? colours.green(mark) : colours.red(mark)}${colours.dim(clip(printable(text, 100_000), room))}`.trimEnd()
}

const marks = { news: "•", good: "•", bad: "!", aside: " ", command: "›" } as const satisfies Record<Tone, string>

/** A line of the log with its mark and colour, broken at words where it is longer than `columns`. */
export const storyLine = ({ text, tone }: Line, columns: number, colours: Colours): string => {
  const paint = { news: plain, good: colours.green, bad: colours.red, aside: plain, command: colours.bold }[tone]
  const lines = text.split("\n").flatMap((line) => wrapped(line, columns - 2))
  return lines.map((line, index) => paint(`${index === 0 ? marks[tone] : " "} ${line}`)).join("\n")
}

/** A line in pieces that fit; words that are too long stand alone. */
const wrapped = (line: string, columns: number): ReadonlyArray<string> => {
  const pieces: Array<string> = []
  let rest = line
  while (width(rest) > columns) {
    const cut = rest.lastIndexOf(" ", columns)
    if (cut <= 0) break
    pieces.push(rest.slice(0, cut))
    rest = rest.slice(cut + 1)
  }
  return [...pieces, rest]
}

const plain = (text: string): string => text

/** What a command has to say. */
export const answer = (text: string): Line => aside(text)

/** Why a command was not carried out. */
export const complaint = (text: string): Line => bad(text)

/** `12:03:04`, UTC. */
export const clockText = (at: number): string => new Date(at).toISOString().slice(11, 19)
