/**
 * Messages that a request of the CSMS brings: reports, logs, firmware, triggered messages (CE-1 to CE-7, R-164, R-166). Every
 * requestId must have been asked for; parts are counted from 0 and end once.
 */
import { ocpp201 } from "@wattline/ocpp-core/engine"
import type { Action } from "@wattline/ocpp-v201"
import { Bounded } from "./Bounded.ts"
import type { Tell } from "./Finding.ts"
import { hash } from "./hash.ts"
import type { Check, Exchange, MakeCheck, SentCall, StationLog } from "./StationLog.ts"

/** One kind of follow-up. */
interface Kind {
  /** The requests that bring it. */
  readonly requests: ReadonlyArray<Action>
  /** Requirements: the same requestId, the numbering, that all of it comes. */
  readonly rules: { readonly id: string; readonly seqNo?: string; readonly all: string }
  /** `false`: states of one job without end mark. */
  readonly isReport: boolean
}

const kinds: { readonly [action: string]: Kind | undefined } = {
  NotifyReport: {
    requests: ["GetBaseReport", "GetReport"],
    rules: { id: "B07.FR.04", seqNo: "B07.FR.10", all: "B07.FR.03" },
    isReport: true
  },
  NotifyMonitoringReport: {
    requests: ["GetMonitoringReport"],
    rules: { id: "N02.FR.04", seqNo: "N-5", all: "N02.FR.03" },
    isReport: true
  },
  NotifyCustomerInformation: {
    requests: ["CustomerInformation"],
    rules: { id: "N-17", seqNo: "N-17", all: "N09.FR.05" },
    isReport: true
  },
  NotifyDisplayMessages: {
    requests: ["GetDisplayMessages"],
    rules: { id: "O-5", all: "O-5" },
    isReport: true
  },
  ReportChargingProfiles: {
    requests: ["GetChargingProfiles"],
    rules: { id: "K09.FR.01", all: "K09.FR.02" },
    isReport: true
  },
  LogStatusNotification: { requests: ["GetLog"], rules: { id: "N01.FR.07", all: "N01.FR.13" }, isReport: false },
  FirmwareStatusNotification: {
    requests: ["UpdateFirmware"],
    rules: { id: "L01.FR.10", all: "L01.FR.20" },
    isReport: false
  },
  PublishFirmwareStatusNotification: {
    requests: ["PublishFirmware"],
    rules: { id: "L03.FR.01", all: "L03.FR.01" },
    isReport: false
  }
}

/** Request → what it brings. */
const followUpOf: ReadonlyMap<string, string> = new Map(
  Object.entries(kinds).flatMap(([action, kind]) => (kind?.requests ?? []).map((request) => [request, action] as const))
)

const accepting: ReadonlySet<unknown> = new Set(["Accepted", "AcceptedCanceled"])

interface Job {
  readonly line: number
  readonly action: string
  readonly kind: Kind
  /** `undefined` until the request is answered. */
  status: unknown
  /** Of the last sign of it. */
  at: number | undefined
  nextSeqNo: number
  isComplete: boolean
  /** The station has rebooted since; what is left of it need not come. */
  isForgotten: boolean
  /** The last part of it. */
  last: Sent | undefined
}

/** A part that may come again: its delivery failed, or its answer was lost with the connection. */
interface Sent {
  readonly content: number
  readonly messageId: string
  readonly connection: number
  hasFailed: boolean
}

const sent = ({ connection, messageId, payload }: SentCall): Sent => ({
  content: hash(JSON.stringify({ ...(payload as object), generatedAt: undefined })),
  messageId,
  connection,
  hasFailed: false
})

const isRetry = (before: Sent | undefined, now: Sent): boolean =>
  before?.content === now.content && (before.hasFailed || before.connection !== now.connection)

interface Trigger {
  readonly line: number
  readonly at: number | undefined
  readonly messageId: string
  readonly awaited: string
  isAccepted: boolean
}

interface Part {
  readonly requestId?: number
  readonly seqNo?: number
  readonly tbc?: boolean
  readonly status?: string
}

class FollowUps implements Check {
  readonly #log: StationLog
  readonly #jobs = new Bounded<string, Job>(256)
  readonly #triggers = new Map<string, Trigger>()
  /** The seqNo the next NotifyEvent must have; `undefined` where the log does not tell. */
  #nextEvent: number | undefined
  #lastEvent: Sent | undefined
  /** The connection of the last BootNotification. */
  #bootedOn: number | undefined

  constructor(log: StationLog) {
    this.#log = log
  }

  call(call: SentCall, tell: Tell): void {
    if (call.from === "csms") return this.#asked(call, tell)
    this.#fulfil(call.action)
    if (call.action === "NotifyEvent") this.#event(call, tell)
    if (call.action === "BootNotification") this.#rebooted(call)
    const kind = Object.hasOwn(kinds, call.action) ? kinds[call.action] : undefined
    if (kind !== undefined) this.#part(call, kind, call.payload as Part, tell)
  }

  answer({ call, errorCode, response }: Exchange): void {
    if (errorCode !== undefined) this.lost(call)
    if (call.from !== "csms") return
    const trigger = this.#triggers.get(call.messageId)
    if (trigger !== undefined) {
      if ((response as { status?: unknown } | undefined)?.status === "Accepted") trigger.isAccepted = true
      else this.#triggers.delete(call.messageId)
    }
    const job = this.#jobOf(call)
    if (job === undefined) return
    job.status = (response as { status?: unknown } | undefined)?.status ?? "none"
    job.at = this.#log.at
  }

  lost(call: SentCall): void {
    const part = call.action === "NotifyEvent" ? this.#lastEvent : this.#lastPart(call)
    if (part?.messageId === call.messageId) part.hasFailed = true
  }

  open(): void {
    this.#nextEvent = undefined
  }

  end(tell: Tell): void {
    for (const job of this.#jobs.values()) if (job.kind.isReport) this.#unfinished(job, tell)
    for (const trigger of this.#triggers.values()) this.#missing(trigger, tell)
  }

  #lastPart({ action, payload }: SentCall): Sent | undefined {
    return this.#jobs.get(`${action} ${(payload as Part).requestId}`)?.last
  }

  #jobOf({ action, payload }: SentCall): Job | undefined {
    const followUp = followUpOf.get(action)
    return followUp === undefined ? undefined : this.#jobs.get(`${followUp} ${(payload as Part).requestId}`)
  }

  #asked(call: SentCall, tell: Tell): void {
    const expected = ocpp201.expects(call.action, call.payload)
    if (expected !== undefined) this.#trigger(call, expected.action, tell)
    const followUp = followUpOf.get(call.action)
    const kind = followUp === undefined ? undefined : kinds[followUp]
    const { requestId } = call.payload as Part
    if (followUp === undefined || kind === undefined || requestId === undefined) return
    if (followUp === "NotifyReport") this.#log.reports.set(requestId, call.line)
    const key = `${followUp} ${requestId}`
    const former = this.#jobs.get(key)
    if (former !== undefined)
      tell(
        "warning",
        ["R-166"],
        `requestId ${requestId} was used for ${former.action} on line ${former.line} already; each request needs its own`
      )
    this.#jobs.set(key, {
      line: call.line,
      action: call.action,
      kind,
      status: undefined,
      at: this.#log.at,
      nextSeqNo: 0,
      isComplete: false,
      isForgotten: false,
      last: undefined
    })
  }

  #part(call: SentCall, kind: Kind, part: Part, tell: Tell): void {
    const { requestId } = part
    if (requestId === undefined) {
      // Idle, or no job at all: the answer to a TriggerMessage.
      if (part.status !== "Idle" && !kind.isReport && call.action !== "PublishFirmwareStatusNotification")
        tell("error", [kind.rules.all], `status ${part.status} belongs to a job, and needs its requestId`)
      return
    }
    const job = this.#jobs.get(`${call.action} ${requestId}`)
    if (job === undefined) {
      const isCertain = kind.isReport && this.#log.hasBooted
      return tell(
        isCertain ? "error" : "warning",
        [kind.rules.id, "R-164"],
        `nobody asked for requestId ${requestId} with ${kind.requests.join(" or ")} in this log`
      )
    }
    job.at = this.#log.at
    if (job.status !== undefined && !accepting.has(job.status))
      tell(
        "error",
        call.action === "NotifyReport" ? ["B07.FR.05", "R-164"] : [kind.rules.id, "R-164"],
        `${job.action} on line ${job.line} was not accepted, so nothing may come for its requestId ${requestId}`
      )
    if (!kind.isReport) return
    const now = sent(call)
    if (!isRetry(job.last, now)) this.#number(job, part, tell)
    job.last = now
  }

  #number(job: Job, { requestId, seqNo, tbc = false }: Part, tell: Tell): void {
    const ids = [job.kind.rules.seqNo ?? job.kind.rules.all, "CE-3"]
    if (job.isComplete) tell("error", ids, `requestId ${requestId} had its last part already (tbc was false)`)
    if (seqNo !== undefined && seqNo !== job.nextSeqNo && !job.isComplete)
      tell("error", ids, `seqNo is ${seqNo}; the parts of requestId ${requestId} are at ${job.nextSeqNo}`)
    job.nextSeqNo = (seqNo ?? job.nextSeqNo) + 1
    job.isComplete = !tbc
  }

  #event(call: SentCall, tell: Tell): void {
    const { seqNo = 0, tbc = false } = call.payload as Part
    const [before, now] = [this.#lastEvent, sent(call)]
    this.#lastEvent = now
    if (isRetry(before, now)) return
    const expected = this.#nextEvent
    if (expected !== undefined && seqNo !== expected)
      tell("error", ["N07.FR.07", "N08.FR.04"], `seqNo is ${seqNo}; it should be ${expected}`)
    this.#nextEvent = tbc ? seqNo + 1 : 0
  }

  /** Only the first BootNotification of a connection is a reboot (LC-16). */
  #rebooted({ connection, payload }: SentCall): void {
    const isFirst = connection !== this.#bootedOn
    this.#bootedOn = connection
    this.#nextEvent ??= 0
    if (!isFirst || (payload as { readonly reason?: string }).reason === "Triggered") return
    for (const job of this.#jobs.values()) job.isForgotten = true
    this.#triggers.clear()
  }

  #trigger({ line, messageId }: SentCall, awaited: string, tell: Tell): void {
    for (const trigger of this.#triggers.values()) {
      const waited = this.#log.since(trigger.at)
      if (waited !== undefined && waited > this.#log.options.followUpTimeout) this.#missing(trigger, tell)
    }
    if (this.#triggers.size < 64)
      this.#triggers.set(messageId, { line, at: this.#log.at, messageId, awaited, isAccepted: false })
  }

  #fulfil(action: string): void {
    for (const trigger of this.#triggers.values()) {
      if (trigger.awaited !== action) continue
      this.#triggers.delete(trigger.messageId)
      return
    }
  }

  #missing(trigger: Trigger, tell: Tell): void {
    this.#triggers.delete(trigger.messageId)
    if (!trigger.isAccepted) return
    const { since } = this.#due(trigger.at)
    tell(since, ["F06.FR.10"], `the station accepted to send ${trigger.awaited}, and it does not come`, {
      line: trigger.line,
      action: "TriggerMessage"
    })
  }

  #unfinished(job: Job, tell: Tell): void {
    if (job.isComplete || job.isForgotten || !accepting.has(job.status)) return
    const { since } = this.#due(job.at)
    tell(
      since,
      [job.kind.rules.all, "CE-4"],
      `${job.action} was accepted, and ${job.nextSeqNo === 0 ? "no part" : "no last part"} of what it asks for comes`,
      { line: job.line, action: job.action }
    )
  }

  /** A log that ends before something is due proves nothing. */
  #due(at: number | undefined): { readonly since: "warning" | "note" } {
    const waited = this.#log.since(at)
    return { since: waited !== undefined && waited < this.#log.options.followUpTimeout ? "note" : "warning" }
  }
}

/** Reports, jobs and triggered messages. */
export const followUps: MakeCheck = (log) => new FollowUps(log)
