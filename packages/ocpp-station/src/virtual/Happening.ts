/** What happens at a virtual station, for a display, a log or statistics. Plain data. */
import type { ChargingStateEnumType, ConnectorStatusEnumType } from "@wattline/ocpp-v201"

/** One happening; `at` and the identity are added where it is published. */
export type Happening =
  | { readonly _tag: "CablePlugged"; readonly evseId: number; readonly connectorId: number }
  | { readonly _tag: "CableUnplugged"; readonly evseId: number; readonly connectorId: number }
  | {
      readonly _tag: "StatusChanged"
      readonly evseId: number
      readonly connectorId: number
      readonly status: ConnectorStatusEnumType
    }
  | { readonly _tag: "TokenPresented"; readonly evseId?: number; readonly idToken: string }
  | { readonly _tag: "TokenJudged"; readonly idToken: string; readonly accepted: boolean; readonly by: string }
  | { readonly _tag: "TransactionStarted"; readonly evseId: number; readonly transactionId: string }
  | {
      readonly _tag: "ChargingStateChanged"
      readonly evseId: number
      readonly transactionId: string
      readonly chargingState: ChargingStateEnumType
    }
  | {
      readonly _tag: "TransactionEnded"
      readonly evseId: number
      readonly transactionId: string
      readonly energyWh: number
      readonly stoppedReason: string
      /** What the CSMS says it costs, once it has. */
      readonly totalCost?: number
    }
  | { readonly _tag: "CostUpdated"; readonly transactionId: string; readonly totalCost: number }
  | { readonly _tag: "LimitChanged"; readonly evseId: number; readonly power: number | undefined }
  | { readonly _tag: "MessageShown"; readonly id: number; readonly content: string; readonly transactionId?: string }
  | { readonly _tag: "MessageRemoved"; readonly id: number }
  | { readonly _tag: "FirmwareStatus"; readonly status: string; readonly requestId?: number }
  | { readonly _tag: "LogStatus"; readonly status: string; readonly requestId?: number }
  | { readonly _tag: "CertificateInstalled"; readonly type: string }
  | { readonly _tag: "CertificateRenewed"; readonly type: string }
  | { readonly _tag: "VariableChanged"; readonly component: string; readonly variable: string; readonly value: string }
  | { readonly _tag: "Rebooting"; readonly reason: string }
