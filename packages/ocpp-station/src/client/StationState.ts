/**
 * The lifecycle of a station as its client lives it. Everything that decides a state is in this table; nothing here sends,
 * waits or reads a clock.
 */

/** Where the client is. */
export type StationState =
  | "Stopped" // not started, or stopped; no link, no attempt to get one
  | "Connecting" // an attempt is on its way
  | "Waiting" // the last attempt failed or the link was lost; the next attempt waits for its turn
  | "Booting" // the link is open; BootNotification is not answered yet, or is still to be sent (B01)
  | "Pending" // the CSMS wants to configure the station first (B02)
  | "Rejected" // the CSMS does not want the station now (B03)
  | "Accepted" // in operation

/** What happens to the client. */
export type LifecycleEvent =
  | "Start"
  | "Stop"
  | "Opened" // the link is open, and the station is not accepted
  | "Resumed" // the link is open, and the station was accepted since it booted
  | "HeldPending" // the link is open again, and the interval of the last answer, Pending, is not over
  | "HeldRejected" // the same for Rejected (B03.FR.06)
  | "Lost" // the attempt failed, or the link is gone
  | "Retry" // the wait is over
  | "Boot" // a BootNotification goes out again
  | "BootAccepted"
  | "BootPending"
  | "BootRejected"
  | "BootFailed" // no answer, or a CALLERROR: it is sent again after a while (B01.FR.05)
  | "Reboot" // the station restarts: it forgets that it was accepted

/** All states. */
export const stationStates = [
  "Stopped",
  "Connecting",
  "Waiting",
  "Booting",
  "Pending",
  "Rejected",
  "Accepted"
] as const satisfies ReadonlyArray<StationState>

/** All events. */
export const lifecycleEvents = [
  "Start",
  "Stop",
  "Opened",
  "Resumed",
  "HeldPending",
  "HeldRejected",
  "Lost",
  "Retry",
  "Boot",
  "BootAccepted",
  "BootPending",
  "BootRejected",
  "BootFailed",
  "Reboot"
] as const satisfies ReadonlyArray<LifecycleEvent>

type Transitions = { readonly [S in StationState]: { readonly [E in LifecycleEvent]?: StationState } }

const down = { Stop: "Stopped", Reboot: "Waiting" } as const
const up = { ...down, Lost: "Waiting", Boot: "Booting" } as const

/** state × event → state. An absent cell is an event that cannot happen in that state. */
export const transitions = {
  Stopped: { Start: "Connecting", Stop: "Stopped" },
  Connecting: {
    ...down,
    Opened: "Booting",
    Resumed: "Accepted",
    HeldPending: "Pending",
    HeldRejected: "Rejected",
    Lost: "Waiting"
  },
  Waiting: { ...down, Retry: "Connecting", Lost: "Waiting" },
  Booting: {
    ...up,
    BootAccepted: "Accepted", // B01
    BootPending: "Pending", // B02
    BootRejected: "Rejected", // B03
    BootFailed: "Booting"
  },
  Pending: up,
  Rejected: up,
  Accepted: up
} as const satisfies Transitions

/** The state after `event`, or `undefined` when `event` cannot happen in `state`. */
export const next = (state: StationState, event: LifecycleEvent): StationState | undefined =>
  (transitions as Transitions)[state][event]
