/** The physical components of a station, as its EVSEs and connectors have them. */
import type { ConnectorEnumType } from "@wattline/ocpp-v201"
import { type Connector, type EVSE, maxPower } from "../EVSE.ts"
import {
  type ComponentDefinition,
  constant,
  type Definition,
  live,
  noticed,
  present,
  readOnly,
  readWrite
} from "./Definition.ts"

/** What the inventory depends on: EVSEs of the same build give the same components. */
export type EvseBuild = Pick<EVSE, "id" | "connectors" | "supply">

const availabilityState = readOnly("OptionList", "Available", {
  valuesList: "Available,Occupied,Reserved,Unavailable,Faulted"
})

/** A number with at most three places, without an exponent (DM-14). */
const decimal = (value: number): string => `${Math.round(value * 1000) / 1000}`

const lighting: Definition = {
  ...readOnly("decimal", "100", { unit: "Percent", minLimit: 0, maxLimit: 100 }),
  others: { Target: "100", MinSet: "0", MaxSet: "100" }
}

/** Components of the station as a whole. */
export const stationHardware = (
  evses: ReadonlyArray<EvseBuild>
): { readonly [component: string]: ComponentDefinition } => {
  // A DC station takes three phases from the grid all the same.
  const phases = Math.max(...evses.map(({ supply }) => (supply.phases === 0 ? 3 : supply.phases)))
  const power = evses.reduce((sum, { supply }) => sum + maxPower(supply), 0)
  return {
    ChargingStation: {
      Available: present,
      AvailabilityState: availabilityState,
      SupplyPhases: constant("integer", `${phases}`, { minLimit: 0, maxLimit: 3 }),
      Power: live(
        "decimal",
        (station) => decimal(station.evses.reduce((sum, evse) => sum + station.power.reading(evse).power, 0)),
        { unit: "W", minLimit: 0, maxLimit: power }
      ),
      Problem: noticed,
      AllowNewSessionsPendingFirmwareUpdate: readWrite("boolean", "false"),
      Model: live("string", ({ chargingStation }) => chargingStation.model, { maxLimit: 20 }),
      VendorName: live("string", ({ chargingStation }) => chargingStation.vendorName, { maxLimit: 50 }),
      SerialNumber: live("string", ({ chargingStation }) => chargingStation.serialNumber ?? "", { maxLimit: 25 }),
      FirmwareVersion: live("string", ({ chargingStation }) => chargingStation.firmwareVersion ?? "", { maxLimit: 50 })
    },
    ElectricalFeed: {
      Active: present,
      ACVoltage: readOnly("decimal", "230", { unit: "V", minLimit: 0, maxLimit: 300 }),
      SupplyPhases: constant("integer", `${phases}`, { minLimit: 0, maxLimit: 3 }),
      PhaseRotation: constant("OptionList", "RST", { valuesList: "RST,RTS,SRT,STR,TRS,TSR" }),
      Problem: noticed
    },
    TemperatureSensor: {
      Available: present,
      Temperature: readOnly("decimal", "25", { unit: "Celsius", minLimit: -40, maxLimit: 125 }),
      Problem: noticed
    },
    CaseAccessSensor: { Available: present, Active: noticed },
    EmergencyStopSensor: { Available: present, Tripped: noticed },
    EnvironmentalLighting: { Available: present, Percent: lighting },
    TokenReader: { Available: present, Problem: noticed },
    Display: { Available: present, Problem: noticed }
  }
}

/** OCPPCommCtrlr of the station as a whole: what it can unlock depends on its connectors (part 2 §2.1.12). */
export const stationLock = (evses: ReadonlyArray<EvseBuild>): ComponentDefinition => ({
  UnlockOnEVSideDisconnect: evses.some(({ connectors }) => connectors.some(({ type }) => type.startsWith("s")))
    ? readWrite("boolean", "true")
    : constant("boolean", "false") // cables that are fixed have nothing to unlock
})

/** Components of one EVSE. */
export const evseHardware = ({ supply }: EvseBuild): { readonly [component: string]: ComponentDefinition } => {
  const phases = constant("integer", `${supply.phases}`, { minLimit: 0, maxLimit: 3 })
  const isDc = supply.phases === 0
  const [voltage, current] = isDc ? ["DCVoltage", "DCCurrent"] : ["ACVoltage", "ACCurrent"]
  return {
    EVSE: {
      Available: present,
      AvailabilityState: availabilityState,
      SupplyPhases: phases,
      Power: measured("power", { unit: "W", maxLimit: maxPower(supply) }),
      [voltage]: measured("voltage", { unit: "V", maxLimit: isDc ? 1000 : 300 }),
      [current]: measured("current", { unit: "A", maxLimit: supply.maxCurrent }),
      AllowReset: constant("boolean", "true"),
      ISO15118EvseId: readWrite("string", "", { maxLimit: 38 }),
      Problem: noticed
    },
    FiscalMetering: { EnergyImportRegister: measured("registerWh", { unit: "Wh" }) },
    ConnectedEV: {
      Available: live("boolean", (_station, evse) => `${evse?.plugged !== undefined}`),
      StateOfCharge: live(
        "decimal",
        (station, evse) => {
          const charge = evse?.plugged === undefined ? undefined : station.power.reading(evse).stateOfCharge
          return charge === undefined ? "" : decimal(charge)
        },
        { unit: "Percent", minLimit: 0, maxLimit: 100 }
      )
    }
  }
}

const measured = (
  reading: "power" | "voltage" | "current" | "registerWh",
  details: { readonly unit: string; readonly maxLimit?: number }
): Definition =>
  live("decimal", (station, evse) => (evse === undefined ? "" : decimal(station.power.reading(evse)[reading])), {
    minLimit: 0,
    ...details
  })

/** Which protocol a connector speaks, where it is not the pilot signal of IEC 61851-1. */
const protocols: { readonly [type in ConnectorEnumType]?: string } = {
  cCCS1: "ISO15118",
  cCCS2: "ISO15118",
  cG105: "CHAdeMO"
}

/** Components of one connector. */
export const connectorHardware = (
  { supply }: EvseBuild,
  { type }: Connector
): { readonly [component: string]: ComponentDefinition } => ({
  Connector: {
    Available: present,
    AvailabilityState: availabilityState,
    ConnectorType: constant("string", type, { maxLimit: 20 }),
    SupplyPhases: constant("integer", `${supply.phases}`, { minLimit: 0, maxLimit: 3 }),
    ChargeProtocol: constant("string", protocols[type] ?? (supply.phases === 0 ? "Unknown" : "CPPWM"), {
      maxLimit: 20
    }),
    Problem: noticed
  },
  ConnectorPlugRetentionLock: { Active: noticed, Problem: noticed }
})
