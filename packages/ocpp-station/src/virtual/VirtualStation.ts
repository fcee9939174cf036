/** A station with behaviour: its hardware, the parts that make it act, and the client that speaks for it. */
import type { ChargingStationType } from "@wattline/ocpp-v201"
import type { Client } from "../client/Client.ts"
import type { EVSE } from "./EVSE.ts"
import type { Happening } from "./Happening.ts"
import type {
  AuthorizationPart,
  AvailabilityPart,
  ModelPart,
  MonitoringPart,
  PowerPart,
  SecurityPart,
  SmartChargingPart,
  TransactionsPart
} from "./parts.ts"

/** A moment to come that can be taken back. */
export interface Timer {
  cancel(): void
}

/** The station as its parts see it. */
export interface VirtualStation {
  readonly identity: string
  readonly client: Client
  /** Model, vendor, serial number and firmware, as in BootNotification. `firmwareVersion` changes with an update. */
  chargingStation: ChargingStationType
  readonly evses: ReadonlyArray<EVSE>
  readonly model: ModelPart
  readonly availability: AvailabilityPart
  readonly authorization: AuthorizationPart
  readonly transactions: TransactionsPart
  readonly power: PowerPart
  readonly smartCharging: SmartChargingPart
  readonly monitoring: MonitoringPart
  readonly security: SecurityPart
  /** The station's clock in milliseconds since 1970. */
  now(): number
  /** The same as on the wire: RFC 3339, UTC, whole seconds. */
  time(): string
  /** A random number from 0 to 1 (1 excluded); repeatable where the run has a seed. */
  random(): number
  /** A random UUID from the same source. */
  uuid(): string
  /** Calls `action` in `milliseconds` (at most a quarter of a second late). */
  after(milliseconds: number, action: () => void): Timer
  /** Publishes what happened. */
  tell(happening: Happening): void
  /** The EVSE with this id. */
  evse(id: number): EVSE | undefined
}
