/**
 * The lifecycle of one charging station, as its CSMS sees it. Everything that decides a state lives in this file, as data.
 * Nothing here sends, waits or reads a clock: `Station.ts` runs the table.
 */

/** Where a station is in its life. */
export type StationState =
  | "Disconnected" // no link; no answer to a BootNotification on record
  | "Connected" // link open, no registration on record
  | "Booting" // first BootNotification received, its answer outstanding
  | "Rebooting" // the same, with an earlier registration on record
  | "Pending" // B02
  | "Rejected" // B03
  | "Accepted" // B01
  | "ResetScheduled" // accepted; a reset waits for the end of a transaction (B12.FR.01)
  | "Resetting" // accepted; a reset was accepted, the reboot is expected (B11.FR.03, B12.FR.02)
  | "Restarting" // link lost while resetting: the BootNotification is expected
  | "Offline" // link lost; its registration stays on record (B04, R-183)

/** What can happen to it. */
export type LifecycleEvent =
  | "LinkOpened" // and nothing is on record
  | "ResumedAccepted" // link opened, Accepted on record
  | "ResumedPending" // link opened, Pending on record
  | "ResumedRejected" // link opened, Rejected on record
  | "LinkClosed"
  | "Fenced" // a newer connection exists on another node
  | "BootNotification"
  | "BootAccepted"
  | "BootPending"
  | "BootRejected"
  | "ResetAccepted"
  | "ResetScheduled"
  | "ResetLapsed" // the reboot did not come

/** Every state, in the order of a station's life. */
export const stationStates = [
  "Disconnected",
  "Connected",
  "Booting",
  "Rebooting",
  "Pending",
  "Rejected",
  "Accepted",
  "ResetScheduled",
  "Resetting",
  "Restarting",
  "Offline"
] as const satisfies ReadonlyArray<StationState>

/** Every event. */
export const lifecycleEvents = [
  "LinkOpened",
  "ResumedAccepted",
  "ResumedPending",
  "ResumedRejected",
  "LinkClosed",
  "Fenced",
  "BootNotification",
  "BootAccepted",
  "BootPending",
  "BootRejected",
  "ResetAccepted",
  "ResetScheduled",
  "ResetLapsed"
] as const satisfies ReadonlyArray<LifecycleEvent>

type Transitions = { readonly [S in StationState]: { readonly [E in LifecycleEvent]?: StationState } }

/** state × event → state. An absent cell is an event that is illegal in that state. */
export const transitions = {
  Disconnected: { LinkOpened: "Connected" },
  Connected: { LinkClosed: "Disconnected", Fenced: "Disconnected", BootNotification: "Booting" },
  Booting: {
    LinkClosed: "Disconnected",
    Fenced: "Disconnected",
    BootAccepted: "Accepted", // B01.FR.02
    BootPending: "Pending", // B02.FR.01
    BootRejected: "Rejected" // B03.FR.01
  },
  Rebooting: {
    LinkClosed: "Offline", // the registration before this boot still holds
    Fenced: "Offline",
    BootAccepted: "Accepted",
    BootPending: "Pending",
    BootRejected: "Rejected"
  },
  // Pending and Rejected stations boot again after the interval (B02.FR.08, B03.FR.06), or when triggered (B02.FR.01).
  Pending: { LinkClosed: "Offline", Fenced: "Offline", BootNotification: "Rebooting" },
  Rejected: { LinkClosed: "Offline", Fenced: "Offline", BootNotification: "Rebooting" },
  Accepted: {
    LinkClosed: "Offline",
    Fenced: "Offline",
    BootNotification: "Rebooting", // legal at any time: reboot, new network profile (B10.FR.10), triggered
    ResetAccepted: "Resetting",
    ResetScheduled: "ResetScheduled"
  },
  ResetScheduled: {
    LinkClosed: "Restarting", // LC-16: the reset may run while nobody watches
    Fenced: "Offline",
    BootNotification: "Rebooting",
    ResetAccepted: "Resetting",
    ResetScheduled: "ResetScheduled",
    ResetLapsed: "Accepted"
  },
  Resetting: {
    LinkClosed: "Restarting",
    Fenced: "Offline",
    BootNotification: "Rebooting", // B-28: any boot closes the reset
    ResetAccepted: "Resetting",
    ResetScheduled: "ResetScheduled",
    ResetLapsed: "Accepted"
  },
  Restarting: {
    ResumedAccepted: "Resetting", // back without a boot so far
    ResetLapsed: "Offline"
  },
  Offline: {
    ResumedAccepted: "Accepted", // B04: a reconnect needs no new boot
    ResumedPending: "Pending",
    ResumedRejected: "Rejected"
  }
} as const satisfies Transitions

/** The state after `event`, or `undefined` when `event` is illegal in `state`. */
export const next = (state: StationState, event: LifecycleEvent): StationState | undefined =>
  (transitions as Transitions)[state][event]

/** The answer to the last BootNotification, as the standard names it; `undefined` when none is on record. */
export type Registration = "Accepted" | "Pending" | "Rejected" | undefined

/** The event with which a link opens, by what is on record. */
export const linkOpened = (registration: Registration): LifecycleEvent =>
  registration === undefined ? "LinkOpened" : (`Resumed${registration}` as const)

/** Whether a station in this state has a link. */
export const isConnected = (state: StationState): boolean =>
  state !== "Disconnected" && state !== "Restarting" && state !== "Offline"

/** Whether it is registered and connected, so that it may say anything and be told anything. */
export const isReady = (state: StationState): boolean =>
  state === "Accepted" || state === "ResetScheduled" || state === "Resetting"

/** The table as a Mermaid diagram; `docs/station-state.md` is printed from it. */
export const mermaid = (): string =>
  ["stateDiagram-v2", "  [*] --> Disconnected"]
    .concat(
      Object.entries(transitions).flatMap(([from, row]) =>
        Object.entries(row).map(([event, to]) => `  ${from} --> ${to}: ${event}`)
      )
    )
    .join("\n")
