/** Operations that no mapped type can derive: those with type parameters, and those that take Effects. */
import type * as Effect from "effect/Effect"
import type { DataTransferRequest, MessageTriggerEnumType } from "@wattline/ocpp-v201"
import type { ResponseOf } from "../blocks/Block.ts"
import type { AskOf, JobKind } from "../blocks/JobKinds.ts"
import type { DataTransferOutcome, SendOptions } from "../operations/DataTransfer.ts"
import type { JobOptions, JobResult, StartedJob } from "../operations/Jobs.ts"
import type {
  LocalListEntry,
  LocalListUpdate,
  SendListOptions,
  SendListOutcome
} from "../operations/LocalAuthorizationList.ts"
import type { TriggerEvse, TriggerOptions, TriggerOutcome } from "../operations/TriggerMessage.ts"
import { attempt, type MaybePromise } from "./MaybePromise.ts"
import type { Abortable, PromiseResult } from "./Promised.ts"

/** How updates of a local list are sent. */
export interface PromiseSendUpdatesOptions extends SendListOptions, Abortable {
  /**
   * Gives the whole list as it is with these updates, for a station that cannot take them (D-6). Called when it is needed. What
   * it throws, the operation is rejected with.
   */
  readonly fullList?: () => MaybePromise<ReadonlyArray<LocalListEntry>>
}

/** Sends the CALL of a job, with this requestId in it: `(requestId) => station.call("GetDisplayMessages", { requestId })`. */
export type PromiseAsk<Kind extends JobKind, Action extends AskOf<Kind>> = (
  requestId: number
) => MaybePromise<ResponseOf<Action>>

/** By namespace; see the head of the file. */
export interface OwnOperations {
  readonly localAuthorizationList: {
    /**
     * Changes entries of the list: with idTokenInfo they are put in or replaced, without it taken out (D-4). When the station
     * answers Failed or VersionMismatch, or has no list, `fullList` is asked and sent, once (D-6, D-9). Rejects as
     * `sendFullList` does, and with what `fullList` throws.
     */
    readonly sendUpdates: (
      updates: ReadonlyArray<LocalListUpdate>,
      options?: PromiseSendUpdatesOptions
    ) => Promise<SendListOutcome>
  }
  readonly remoteControl: {
    /**
     * Asks for a message and waits for it; works while the station is Pending too (F-9). Without `evse`, MeterValues of every
     * known EVSE and a TransactionEvent of every running transaction are waited for (F06.FR.11). Rejects with `CheckFailed`
     * when a StatusNotification lacks the connector, an id is not greater than 0, or a BootNotification is asked of a station
     * that is Accepted.
     */
    readonly triggerMessage: <Message extends MessageTriggerEnumType>(
      requestedMessage: Message,
      ...rest: undefined extends TriggerEvse<Message>
        ? [evse?: TriggerEvse<Message>, options?: TriggerOptions & Abortable]
        : [evse: TriggerEvse<Message>, options?: TriggerOptions & Abortable]
    ) => Promise<TriggerOutcome>
  }
  readonly dataTransfer: {
    /** Sends a vendor's message (P01). The four statuses are values; with `schema`, the data of an Accepted answer is checked. */
    readonly send: <Data = unknown>(
      request: DataTransferRequest,
      options?: SendOptions<Data> & Abortable
    ) => Promise<DataTransferOutcome<Data>>
  }
  readonly jobs: {
    /**
     * Asks with a new requestId, collects what follows, and gives it all when the job is over (CE-1, CE-3, CE-5). The job goes
     * on when this is given up. Rejects with what `ask` throws.
     */
    readonly run: <Kind extends JobKind, Action extends AskOf<Kind>>(
      kind: Kind,
      ask: PromiseAsk<Kind, Action>,
      options?: JobOptions<Kind> & Abortable
    ) => Promise<JobResult<Kind> & { readonly response: ResponseOf<Action> }>
    /**
     * Asks with a new requestId, and gives the job to wait for later: `await job.ended()`. For what takes hours: logs and
     * firmware. Rejects with what `ask` throws.
     */
    readonly start: <Kind extends JobKind, Action extends AskOf<Kind>>(
      kind: Kind,
      ask: PromiseAsk<Kind, Action>,
      options?: Abortable
    ) => Promise<PromiseResult<StartedJob<Kind, ResponseOf<Action>>>>
    /**
     * Waits for the end of a job that is open, also one restored after a restart of the CSMS (CE-8); of one that is over it
     * gives the outcome, as long as it is among the last eight of the station. Rejects with `UnknownJob`.
     */
    readonly follow: <Kind extends JobKind>(
      kind: Kind,
      requestId: number,
      options?: JobOptions<Kind> & Abortable
    ) => Promise<JobResult<Kind>>
  }
}

/** The arguments of those that take Effects, as the core wants them. */
export const translations: { readonly [name: string]: Translation | undefined } = {
  "localAuthorizationList.sendUpdates": (
    updates: ReadonlyArray<LocalListUpdate>,
    { fullList, ...options }: PromiseSendUpdatesOptions = {}
  ) => [updates, fullList === undefined ? options : { ...options, fullList: asThrown(fullList) }],
  "jobs.run": (kind: JobKind, ask: Ask, options: unknown) => [kind, toEffect(ask), options],
  "jobs.start": (kind: JobKind, ask: Ask) => [kind, toEffect(ask)]
}

type Translation = (...args: never) => ReadonlyArray<unknown>

type Ask = (requestId: number) => MaybePromise<unknown>

const toEffect = (ask: Ask) => (requestId: number) => asThrown(() => ask(requestId))

const asThrown = <A>(evaluate: () => MaybePromise<A>): Effect.Effect<Awaited<A>, unknown> =>
  attempt(evaluate, (thrown) => thrown)
