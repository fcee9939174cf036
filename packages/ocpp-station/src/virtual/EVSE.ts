/** The hardware of a virtual station: EVSEs with connectors and a meter each. Plain mutable data; the parts say who writes what. */
import type { ConnectorEnumType } from "@wattline/ocpp-v201"
import type { EV } from "./EV.ts"
import type { RunningTransaction } from "./parts.ts"

/** What an EVSE can give. */
export interface Supply {
  /** AC phases, 1 to 3; 0 is DC. */
  readonly phases: 0 | 1 | 2 | 3
  /** V between phase and neutral, or of the DC output at its nominal point. */
  readonly voltage: number
  /** A per phase, or of the DC output. */
  readonly maxCurrent: number
}

/** One socket or plug. */
export interface Connector {
  readonly id: number
  readonly type: ConnectorEnumType
}

/** One place where an EV can charge. */
export class EVSE {
  /** The cable that is plugged in, and the EV at its end. Written by the Availability part. */
  plugged: { readonly connectorId: number; readonly ev: EV } | undefined = undefined
  /** Written by the Transactions part. */
  transaction: RunningTransaction | undefined = undefined
  readonly id: number
  readonly connectors: ReadonlyArray<Connector>
  readonly supply: Supply

  constructor(id: number, connectors: ReadonlyArray<Connector>, supply: Supply) {
    this.id = id
    this.connectors = connectors
    this.supply = supply
  }
}

/** What an EVSE can give at most, in W. */
export const maxPower = ({ maxCurrent, phases, voltage }: Supply): number => maxCurrent * voltage * Math.max(1, phases)
