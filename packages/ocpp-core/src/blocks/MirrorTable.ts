/** Which block has what to do with an action, or with the end of a job: tables made once of all blocks. */
import type { Action, CsmsAction } from "@wattline/ocpp-v201"
import type { Block, Consumer, Doubt, Exchange, Reducer } from "./Block.ts"
import { availability } from "./Availability.ts"
import { certificates } from "./CertificateManagement.ts"
import { diagnostics } from "./Diagnostics.ts"
import { displayMessages } from "./DisplayMessage.ts"
import { evCharging } from "./EVCharging.ts"
import { firmwareManagement } from "./FirmwareManagement.ts"
import { provisioning } from "./Provisioning.ts"
import { localAuthorizationList } from "./LocalAuthorizationList.ts"
import { metering } from "./Meters.ts"
import { remoteControl } from "./RemoteControl.ts"
import { reservations } from "./Reservation.ts"
import { security } from "./Security.ts"
import { smartCharging } from "./SmartCharging.ts"
import { tariffAndCost } from "./TariffAndCost.ts"
import { transactions } from "./Transactions.ts"
import { type ChangeOf, type CollectedKind, jobActions, type JobKind } from "./JobKinds.ts"
import * as Jobs from "./Jobs.ts"
import type { MirrorEvent, Slot, StationMirror } from "./Mirror.ts"

/** The blocks, each with the slot of the mirror that holds its state. */
export const blocks: { readonly [S in Slot]: Block<StationMirror[S], MirrorEvent> } = {
  provisioning,
  availability,
  transactions,
  remoteControl,
  localAuthorizationList,
  reservations,
  security,
  tariffAndCost,
  metering,
  smartCharging,
  evCharging,
  certificates,
  firmwareManagement,
  displayMessages,
  diagnostics
}

/** A reducer of one block for one action, and where its state is. */
interface Step {
  readonly slot: Slot
  readonly action: Action
  /** The one cast: it gets the state of its slot and exchanges of its action, which the table sees to and no type can say. */
  readonly reducer: Reducer<unknown, MirrorEvent, Action>
}

/** The slots of all blocks, in the order in which they fold. */
export const slots = Object.keys(blocks) as ReadonlyArray<Slot>

const steps = slots.flatMap((slot) =>
  (Object.entries(blocks[slot].reduce) as ReadonlyArray<readonly [Action, Step["reducer"]]>).map(
    ([action, reducer]): Step => ({ slot, action, reducer })
  )
)

/** What a block takes from one kind of job, and where its state is. */
interface Taking {
  readonly slot: Slot
  readonly kind: JobKind
  /** The same cast: it gets ends of its own kind. */
  readonly consumer: Consumer<unknown, MirrorEvent, JobKind>
}

const takings = slots.flatMap((slot) =>
  (Object.entries(blocks[slot].jobs ?? {}) as ReadonlyArray<readonly [JobKind, Taking["consumer"]]>).map(
    ([kind, consumer]): Taking => ({ slot, kind, consumer })
  )
)

/** Kind of job → the consumers of its blocks. */
export const consumers = Object.groupBy(takings, ({ kind }) => kind)

/** What an unknown outcome of one action leaves in doubt, and where its state is. */
interface Doubting {
  readonly slot: Slot
  readonly action: Action
  /** The same cast: it gets requests of its action. */
  readonly doubt: Doubt<unknown, CsmsAction>
}

const doubtings = slots.flatMap((slot) =>
  (Object.entries(blocks[slot].unanswered ?? {}) as ReadonlyArray<readonly [CsmsAction, Doubting["doubt"]]>).map(
    ([action, doubt]): Doubting => ({ slot, action, doubt })
  )
)

/** Action → what its blocks doubt. */
export const doubts = Object.groupBy(doubtings, ({ action }) => action)

/** What a block has of an action that open reports need not know of, and where its state is. */
export interface Noting {
  readonly slot: Slot
  readonly kind: CollectedKind
  readonly action: Action
  /** The same cast: it gets exchanges of its action, and the state of its slot. */
  readonly changes: (
    exchange: Pick<Exchange, "at" | "request" | "response"> | Pick<Exchange, "at" | "request">,
    after: unknown,
    before: unknown
  ) => ReadonlyArray<ChangeOf<CollectedKind>>
}

/** Action → what is noted of it. */
export const notings = Object.groupBy(
  slots.flatMap((slot) =>
    (Object.entries(blocks[slot].since ?? {}) as ReadonlyArray<readonly [CollectedKind, object]>).flatMap(
      ([kind, byAction]) =>
        (Object.entries(byAction) as ReadonlyArray<readonly [Action, Noting["changes"]]>).map(
          ([action, changes]): Noting => ({ slot, kind, action, changes })
        )
    )
  ),
  ({ action }) => action
)

/** What an exchange of one action changes. */
interface Row {
  readonly steps: ReadonlyArray<Step>
  readonly isBoot?: true
  readonly fold?: typeof Jobs.hear
}

const rows = (): { readonly [A in Action]?: Row } => {
  const byAction: { [A in Action]?: Row } = Object.create(null) // so that any text may be looked up
  for (const step of steps) byAction[step.action] = { steps: [...(byAction[step.action]?.steps ?? []), step] }
  byAction.BootNotification = { steps: [], ...byAction.BootNotification, isBoot: true }
  for (const action of jobActions.asks) byAction[action] = { steps: [], ...byAction[action], fold: Jobs.acknowledge }
  for (const action of jobActions.followUps) byAction[action] = { steps: [], ...byAction[action], fold: Jobs.hear }
  return byAction
}

/** Action → the reducers of its blocks, and what it means for jobs. */
export const table = rows()
