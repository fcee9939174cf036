/** What there is to see of one station at a moment: plain data for the frame and for conditions. */
import type { StationState } from "@wattline/ocpp-station"
import type { ConnectorStatusEnumType } from "@wattline/ocpp-v201"

/** See the head of the file. */
export interface StationView {
  readonly identity: string
  /** Vendor, model and firmware. */
  readonly hardware: string
  readonly url: string
  readonly state: StationState
  /** Seconds until the next attempt to connect, where that is known. */
  readonly retryIn: number | undefined
  /** TransactionEvents and security events that the CSMS has not acknowledged. */
  readonly undelivered: number
  /** The texts that the displays show. */
  readonly display: ReadonlyArray<string>
  /** The EVSE that keys and commands mean when they name none. */
  readonly selected: number
  readonly evses: ReadonlyArray<EvseView>
}

/** One EVSE. */
export interface EvseView {
  readonly id: number
  /** What it can give: `AC 3 × 32 A`. */
  readonly supply: string
  /** W that it can give at most. */
  readonly maxPower: number
  readonly connectors: ReadonlyArray<{
    readonly id: number
    readonly type: string
    readonly status: ConnectorStatusEnumType
  }>
  /** The cable that is in, and the EV at its end; shares are 0 to 1. */
  readonly cable:
    | {
        readonly connectorId: number
        readonly ev: string
        readonly stateOfCharge: number
        readonly target: number
      }
    | undefined
  /** The running transaction, or the last one. */
  readonly transaction: TransactionView | undefined
  /** W that flow. */
  readonly power: number
  /** W that smart charging allows; `undefined`: no limit. */
  readonly limit: number | undefined
}

/** One transaction. */
export interface TransactionView {
  readonly id: string
  readonly isRunning: boolean
  /** As in TransactionEvent; of one that has ended, why: `Local`, `EVDisconnected`, … */
  readonly state: string
  /** Wh delivered in it. */
  readonly energy: number
  /** What it costs so far, in the currency of the CSMS; `undefined` while it has not said. */
  readonly cost: number | undefined
}
