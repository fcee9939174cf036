/** What a virtual station is built from. */
import type { ChargingStationType, ConnectorEnumType } from "@wattline/ocpp-v201"
import type { ClientSettings } from "../client/Client.ts"
import type { StationConnection } from "../client/Stations.ts"
import type { ControlOptions } from "./Control.ts"
import type { DeviceModelOptions } from "./DeviceModel.ts"
import type { DiagnosticsOptions } from "./Diagnostics.ts"
import type { DisplayOptions } from "./Display.ts"
import { EVSE, type Supply } from "./EVSE.ts"
import type { FirmwareOptions } from "./Firmware.ts"
import type { SecurityOptions } from "./Security.ts"
import type { SmartChargingOptions } from "./SmartCharging.ts"
import type { VendorMessage } from "./VendorMessages.ts"

/** One EVSE of a station to build; ids count from 1. */
export interface EVSEOptions {
  /** Connectors, of which one can be used at a time. Default one cCCS2 for DC, one sType2 for AC. */
  readonly connectors?: ReadonlyArray<ConnectorEnumType>
  /** Phases, V and A that it can give. Default AC, 3 phases, 230 V, 32 A. */
  readonly supply?: Supply
}

/** A virtual station to build. */
export interface VirtualStationOptions extends StationConnection {
  /** See `StationOptions.identity`. */
  readonly identity: string
  /** Default: vendor Wattline, model Virtual, the identity as serial number, firmware 1.0.0. */
  readonly chargingStation?: ChargingStationType
  /** Default one AC EVSE with one connector. */
  readonly evses?: ReadonlyArray<EVSEOptions>
  /** Actual values from the beginning and missing components; see `DeviceModelOptions`. */
  readonly model?: DeviceModelOptions
  /** How the client behaves at first; the CSMS changes it through the device model. */
  readonly settings?: Partial<ClientSettings>
  readonly control?: ControlOptions
  readonly firmware?: FirmwareOptions
  readonly diagnostics?: DiagnosticsOptions
  readonly display?: DisplayOptions
  readonly security?: SecurityOptions
  readonly smartCharging?: SmartChargingOptions
  /** What the station understands of DataTransfer (P01). */
  readonly vendorMessages?: ReadonlyArray<VendorMessage>
  /** Messages in the queue from which Updated events are dropped (E04.FR.07). Default 10,000. */
  readonly maxQueuedMessages?: number
}

/** What the station says of itself in its BootNotification. */
export const chargingStationOf = ({ chargingStation, identity }: VirtualStationOptions): ChargingStationType =>
  chargingStation ?? {
    vendorName: "Wattline",
    model: "Virtual",
    serialNumber: identity.slice(0, 25),
    firmwareVersion: "1.0.0"
  }

const ac: Supply = { phases: 3, voltage: 230, maxCurrent: 32 }

const evseOf = ({ connectors, supply = ac }: EVSEOptions, index: number): EVSE =>
  new EVSE(
    index + 1,
    (connectors ?? [supply.phases === 0 ? "cCCS2" : "sType2"]).map((type, at) => ({ id: at + 1, type })),
    supply
  )

/** What a station is built with; ids count from 1. */
export const evsesOf = (evses: ReadonlyArray<EVSEOptions> = [{}]): ReadonlyArray<EVSE> => evses.map(evseOf)
