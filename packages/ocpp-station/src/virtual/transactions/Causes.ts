/** What can change a transaction: the triggerReason each is told with, and the stoppedReason when it stops it. One table. */
import type { ChargingStateEnumType, ReasonEnumType, TriggerReasonEnumType } from "@wattline/ocpp-v201"

/** The reasons one cause has on the wire. */
export interface Cause {
  readonly triggerReason: TriggerReasonEnumType
  /** Why the transaction stops, when it stops with this; absent where it cannot, or where what flows says more. */
  readonly stoppedReason?: ReasonEnumType
}

/** By what happened. */
export const causes = {
  Arrived: { triggerReason: "EVDetected" },
  Departed: { triggerReason: "EVDeparted", stoppedReason: "Local" }, // E06.FR.01
  PluggedIn: { triggerReason: "CablePluggedIn" },
  PluggedOut: { triggerReason: "EVCommunicationLost", stoppedReason: "EVDisconnected" }, // E06.FR.02, E09
  Authorized: { triggerReason: "Authorized" }, // E02.FR.01
  RemotelyStarted: { triggerReason: "RemoteStart" }, // F01.FR.19, F02.FR.21
  Signed: { triggerReason: "SignedDataReceived" }, // E01.FR.04
  Stopped: { triggerReason: "StopAuthorized", stoppedReason: "Local" }, // E07.FR.02, E07.FR.05
  StoppedByMasterPass: { triggerReason: "StopAuthorized", stoppedReason: "MasterPass" }, // C16.FR.07
  RemotelyStopped: { triggerReason: "RemoteStop", stoppedReason: "Remote" }, // F03.FR.03
  Deauthorized: { triggerReason: "Deauthorized", stoppedReason: "DeAuthorized" }, // E05.FR.10
  NotConnected: { triggerReason: "EVConnectTimeout", stoppedReason: "Timeout" }, // E03.FR.05
  EmergencyStopped: { triggerReason: "AbnormalCondition", stoppedReason: "EmergencyStop" }, // E06.FR.16
  FlowChanged: { triggerReason: "ChargingStateChanged" }, // E01.FR.18
  SuspendedByEV: { triggerReason: "ChargingStateChanged", stoppedReason: "StoppedByEV" }, // E06.FR.07
  SuspendedByEVSE: { triggerReason: "ChargingStateChanged", stoppedReason: "Other" }, // E06.FR.07, E05.FR.02
  LimitChanged: { triggerReason: "ChargingRateChanged" },
  Sampled: { triggerReason: "MeterValuePeriodic" }, // J02.FR.11
  Aligned: { triggerReason: "MeterValueClock" }, // J01.FR.22
  Triggered: { triggerReason: "Trigger" } // F06.FR.07
} as const satisfies Record<string, Cause>

/** Why what flows has changed: it says who stopped it, where that is a stop point (E06.FR.07). */
export const flowCause = (state: ChargingStateEnumType): Cause => flowCauses[state] ?? causes.FlowChanged

const flowCauses: { readonly [S in ChargingStateEnumType]?: Cause } = {
  SuspendedEV: causes.SuspendedByEV,
  SuspendedEVSE: causes.SuspendedByEVSE
}
