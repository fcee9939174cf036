/** Time: heartbeats by silence (G02), the clock in answers (R-175), and the variables that other rules about time go by. */
import type { Messages } from "@wattline/ocpp-v201"
import type { Tell } from "./Finding.ts"
import { limitVariables } from "./limits.ts"
import type { Side } from "./LogRecord.ts"
import type { Check, Exchange, MakeCheck, SentCall, StationLog } from "./StationLog.ts"

/** Variables that are watched, by their names in lower case (R-129). */
const watched: ReadonlyMap<string, string> = new Map(
  [
    "OCPPCommCtrlr.HeartbeatInterval",
    "OCPPCommCtrlr.MessageTimeout[Default]",
    "OCPPCommCtrlr.MessageAttempts[TransactionEvent]",
    "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]",
    ...limitVariables
  ].map((name) => [name.toLowerCase(), name])
)

/** A clock that is further off than this is not the clock of the CSMS; milliseconds. */
const clockTolerance = 60_000

interface Named {
  readonly component: { readonly name: string; readonly evse?: unknown }
  readonly variable: { readonly name: string; readonly instance?: string }
}

const nameOf = ({ component, variable: { instance, name } }: Named): string =>
  `${component.name}.${name}${instance === undefined ? "" : `[${instance}]`}`

class Timing implements Check {
  readonly #log: StationLog
  #heardAt: number | undefined
  #heartbeatAt: number | undefined
  /** Told once for each connection: whoever does it does it all the time. */
  #hasHurried = false
  #isClockTold = false
  #previousAt: number | undefined
  #hasGoneBack = false

  constructor(log: StationLog) {
    this.#log = log
  }

  seen(from: Side | undefined, tell: Tell): void {
    const { at } = this.#log
    if (at === undefined) return
    if (this.#previousAt !== undefined && at < this.#previousAt - this.#log.options.tolerance && !this.#hasGoneBack) {
      this.#hasGoneBack = true
      tell("note", ["log"], "the log goes back in time here; what is said about time may be wrong from now on")
    }
    this.#previousAt = at
    if (from !== "station") return
    this.#silence(tell)
    this.#heardAt = at
  }

  open(): void {
    this.#heardAt = this.#log.at
    this.#heartbeatAt = undefined
    this.#hasHurried = false
    this.#isClockTold = false
  }

  close(tell: Tell): void {
    this.#silence(tell)
    this.#heardAt = undefined
  }

  call(call: SentCall, tell: Tell): void {
    if (call.action === "Heartbeat") this.#heartbeat(tell)
    else if (call.action === "NotifyReport") this.#reported(call.payload as Messages["NotifyReport"]["request"])
    else if (call.action === "StatusNotification" || call.action === "TransactionEvent")
      this.#stationClock(call.payload as Messages["TransactionEvent"]["request"], tell)
  }

  answer({ call, response }: Exchange, tell: Tell): void {
    if (response === undefined) return
    if (call.action === "Heartbeat" || call.action === "BootNotification")
      this.#clock((response as Messages["Heartbeat"]["response"]).currentTime, tell)
    else if (call.action === "SetVariables") this.#set(call, response as Messages["SetVariables"]["response"])
    else if (call.action === "GetVariables") this.#got(response as Messages["GetVariables"]["response"])
  }

  /** Nothing was heard from the station for longer than its heartbeat interval. */
  #silence(tell: Tell): void {
    const log = this.#log
    const interval = log.number("OCPPCommCtrlr.HeartbeatInterval") ?? 0
    const silence = log.since(this.#heardAt)
    if (interval <= 0 || silence === undefined || !log.isOpen || log.registration !== "Accepted") return
    if (silence > interval * 1_100 + log.options.tolerance)
      tell(
        "warning",
        ["G02.FR.02", "R-174"],
        `the station was silent for ${Math.round(silence / 1_000)} s; its heartbeat interval is ${interval} s, unless pings stand in for it`
      )
  }

  #heartbeat(tell: Tell): void {
    const log = this.#log
    const interval = log.number("OCPPCommCtrlr.HeartbeatInterval") ?? 0
    const since = log.since(this.#heartbeatAt)
    this.#heartbeatAt = log.at
    if (this.#hasHurried || interval <= 0 || since === undefined || since >= interval * 500) return
    if (log.expectations.some(({ action }) => action === "Heartbeat")) return
    this.#hasHurried = true
    tell(
      "note",
      ["G02.FR.01"],
      `a Heartbeat ${Math.round(since / 1_000)} s after the one before; the heartbeat interval is ${interval} s`
    )
  }

  #clock(currentTime: string, tell: Tell): void {
    const off = this.#log.since(Date.parse(currentTime))
    if (off === undefined || Math.abs(off) <= clockTolerance) return
    tell(
      "warning",
      ["R-175", "G02.FR.03"],
      `currentTime is ${Math.round(Math.abs(off) / 1_000)} s away from the clock of the log; it is the time of the answer`
    )
  }

  /** Nobody reports the future; what is long past may have waited in a queue, and is not judged. */
  #stationClock({ timestamp }: { readonly timestamp: string }, tell: Tell): void {
    const off = this.#log.since(Date.parse(timestamp))
    if (this.#isClockTold || off === undefined || -off <= clockTolerance) return
    this.#isClockTold = true
    tell(
      "warning",
      ["E-28", "B01.FR.06"],
      `the timestamp is ${Math.round(-off / 1_000)} s ahead of the clock of the log; a station takes the time from the CSMS`
    )
  }

  #set(call: SentCall, { setVariableResult }: Messages["SetVariables"]["response"]): void {
    const asked = (call.payload as Messages["SetVariables"]["request"]).setVariableData
    for (const result of setVariableResult) {
      const name = nameOf(result).toLowerCase()
      const value = asked.find((item) => nameOf(item).toLowerCase() === name)?.attributeValue
      if (result.attributeStatus === "Accepted" && value !== undefined) this.#remember(name, value)
    }
  }

  #got({ getVariableResult }: Messages["GetVariables"]["response"]): void {
    for (const { attributeStatus, attributeType = "Actual", attributeValue, ...result } of getVariableResult)
      if (attributeStatus === "Accepted" && attributeType === "Actual" && attributeValue !== undefined)
        this.#remember(nameOf(result), attributeValue)
  }

  #reported({ reportData = [] }: Messages["NotifyReport"]["request"]): void {
    for (const report of reportData)
      for (const { type = "Actual", value } of report.variableAttribute)
        if (type === "Actual" && value !== undefined) this.#remember(nameOf(report), value)
  }

  #remember(name: string, value: string): void {
    const known = watched.get(name.toLowerCase())
    if (known !== undefined) this.#log.variables.set(known, value)
  }
}

/** Heartbeats and clocks. */
export const timing: MakeCheck = (log) => new Timing(log)
