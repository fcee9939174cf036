/** The variables of the station (OCPP 2.0.1 Part 2, device model): what it reports, and what may be read and written. */

interface Evse {
  readonly id: number
  readonly connectorId?: number
}
interface Component {
  readonly name: string
  readonly evse?: Evse
}
interface Variable {
  readonly name: string
  readonly instance?: string
}
interface Characteristics {
  readonly dataType: "string" | "integer" | "decimal" | "boolean" | "OptionList" | "MemberList" | "SequenceList"
  readonly unit?: string
  readonly minLimit?: number
  readonly maxLimit?: number
  readonly valuesList?: string
}
interface Entry {
  readonly component: Component
  readonly variable: Variable
  readonly mutability: "ReadOnly" | "ReadWrite" | "WriteOnly"
  readonly characteristics: Characteristics
  value: string
}

/** Names one attribute of one variable, as GetVariables and SetVariables do. */
export interface VariableName {
  readonly component: Component
  readonly variable: Variable
  readonly attributeType?: string
}

const entry =
  (mutability: Entry["mutability"]) =>
  (
    component: string | Component,
    variable: string | Variable,
    value: string,
    characteristics: Characteristics | Characteristics["dataType"] = "string"
  ): Entry => ({
    component: typeof component === "string" ? { name: component } : component,
    variable: typeof variable === "string" ? { name: variable } : variable,
    mutability,
    characteristics: typeof characteristics === "string" ? { dataType: characteristics } : characteristics,
    value
  })

const fixed = entry("ReadOnly")
const open = entry("ReadWrite")
const secret = entry("WriteOnly")

const seconds = { dataType: "integer", unit: "s", minLimit: 0 } as const
const measurands = {
  dataType: "MemberList",
  valuesList: "Energy.Active.Import.Register,Power.Active.Import,Voltage,SoC"
} as const
const availability = {
  dataType: "OptionList",
  valuesList: "Available,Occupied,Reserved,Unavailable,Faulted"
} as const
const txPoints = { dataType: "MemberList", valuesList: "EVConnected,Authorized,EnergyTransfer" } as const

/** Who the station is: what BootNotification and the device model both tell. */
export const nameplate = {
  vendorName: "Wattline",
  model: "HPC 300",
  serialNumber: "WL-2611-0007",
  firmwareVersion: "2.4.1"
}

const evse = (id: number): ReadonlyArray<Entry> => [
  fixed({ name: "EVSE", evse: { id } }, "AvailabilityState", "Available", availability),
  fixed({ name: "EVSE", evse: { id } }, "Power", "0", { dataType: "decimal", unit: "W", maxLimit: 300_000 }),
  fixed({ name: "EVSE", evse: { id } }, "SupplyPhases", "3", "integer"),
  fixed({ name: "Connector", evse: { id, connectorId: 1 } }, "AvailabilityState", "Available", availability),
  fixed({ name: "Connector", evse: { id, connectorId: 1 } }, "ConnectorType", "cCCS2"),
  fixed({ name: "Connector", evse: { id, connectorId: 1 } }, "SupplyPhases", "3", "integer")
]

const entries = (): ReadonlyArray<Entry> => [
  fixed("ChargingStation", "VendorName", nameplate.vendorName),
  fixed("ChargingStation", "Model", nameplate.model),
  fixed("ChargingStation", "SerialNumber", nameplate.serialNumber),
  fixed("ChargingStation", "FirmwareVersion", nameplate.firmwareVersion),
  fixed("ChargingStation", "AvailabilityState", "Available", availability),
  fixed("ChargingStation", "SupplyPhases", "3", "integer"),
  ...evse(1),
  ...evse(2),
  open("OCPPCommCtrlr", "HeartbeatInterval", "300", { ...seconds, minLimit: 1, maxLimit: 86_400 }),
  open("OCPPCommCtrlr", "RetryBackOffWaitMinimum", "10", seconds),
  open("OCPPCommCtrlr", "NetworkConfigurationPriority", "1", { dataType: "SequenceList", valuesList: "1,2" }),
  open("OCPPCommCtrlr", "OfflineThreshold", "120", seconds),
  fixed("OCPPCommCtrlr", { name: "MessageTimeout", instance: "Default" }, "30", seconds),
  fixed("OCPPCommCtrlr", "FileTransferProtocols", "HTTPS", { dataType: "MemberList", valuesList: "HTTPS" }),
  fixed("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: "GetReport" }, "16", "integer"),
  fixed("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: "GetVariables" }, "16", "integer"),
  fixed("DeviceDataCtrlr", { name: "ItemsPerMessage", instance: "SetVariables" }, "16", "integer"),
  fixed("DeviceDataCtrlr", { name: "BytesPerMessage", instance: "GetVariables" }, "8192", "integer"),
  open("SampledDataCtrlr", "TxStartedMeasurands", "Energy.Active.Import.Register,SoC", measurands),
  open("SampledDataCtrlr", "TxUpdatedMeasurands", measurands.valuesList, measurands),
  open("SampledDataCtrlr", "TxUpdatedInterval", "60", { ...seconds, maxLimit: 3600 }),
  open("SampledDataCtrlr", "TxEndedMeasurands", "Energy.Active.Import.Register,SoC", measurands),
  open("AuthCtrlr", "AuthorizeRemoteStart", "true", "boolean"),
  open("AuthCtrlr", "LocalPreAuthorize", "false", "boolean"),
  open("TxCtrlr", "EVConnectionTimeOut", "60", seconds),
  open("TxCtrlr", "TxStartPoint", "Authorized", txPoints),
  open("TxCtrlr", "TxStopPoint", "Authorized", txPoints),
  open("TxCtrlr", "StopTxOnInvalidId", "true", "boolean"),
  fixed("SecurityCtrlr", "SecurityProfile", "1", "integer"),
  secret("SecurityCtrlr", "BasicAuthPassword", "", { dataType: "string", maxLimit: 64 }),
  open("ClockCtrlr", "TimeSource", "Heartbeat", { dataType: "SequenceList", valuesList: "Heartbeat,NTP" }),
  fixed("TariffCostCtrlr", "Currency", "EUR")
]

/** The station's own copy of its variables. */
export class DeviceModel {
  private readonly all = entries()

  /** The value of a variable the station itself relies on. */
  value(component: string, variable: string, instance = ""): string {
    return this.find({ component: { name: component }, variable: { name: variable, instance } })?.value ?? ""
  }

  /** Something measured or seen by the station: the only way a ReadOnly variable changes. */
  update(component: Component, variable: string, value: string): void {
    const found = this.find({ component, variable: { name: variable } })
    if (found !== undefined) found.value = value
  }

  /** One result of a GetVariablesResponse (B06). */
  get(name: VariableName): object {
    const found = this.find(name)
    const refused = found === undefined ? this.unknown(name) : found.mutability === "WriteOnly" ? "Rejected" : undefined
    return refused === undefined && isActual(name)
      ? { ...name, attributeStatus: "Accepted", attributeValue: found?.value }
      : { ...name, attributeStatus: refused ?? "NotSupportedAttributeType" }
  }

  /** One result of a SetVariablesResponse (B05). */
  set({ attributeValue, ...name }: VariableName & { readonly attributeValue: string }): object {
    const found = this.find(name)
    if (found === undefined) return { ...name, attributeStatus: this.unknown(name) }
    if (!isActual(name)) return { ...name, attributeStatus: "NotSupportedAttributeType" }
    // WriteOnly is the password: this station cannot change it while it runs.
    if (found.mutability !== "ReadWrite" || !fits(attributeValue, found.characteristics))
      return { ...name, attributeStatus: "Rejected" }
    found.value = attributeValue
    return { ...name, attributeStatus: "Accepted" }
  }

  /** The reportData of a base report, or `undefined` for one that this station does not make (B07). */
  report(reportBase: string): ReadonlyArray<object> | undefined {
    if (reportBase === "SummaryInventory") return undefined
    return this.all
      .filter(({ mutability }) => reportBase === "FullInventory" || mutability !== "ReadOnly")
      .map(({ component, variable, mutability, characteristics, value }) => ({
        component,
        variable,
        variableAttribute: [{ mutability, ...(mutability !== "WriteOnly" && { value }) }],
        variableCharacteristics: { ...characteristics, supportsMonitoring: false }
      }))
  }

  private find({ component, variable }: VariableName): Entry | undefined {
    return this.all.find((known) => isSame(known.component, component) && isSame(known.variable, variable))
  }

  private unknown({ component }: VariableName): string {
    return this.all.some((known) => isSame(known.component, component)) ? "UnknownVariable" : "UnknownComponent"
  }
}

const isActual = ({ attributeType }: VariableName): boolean => attributeType === undefined || attributeType === "Actual"

/** Names and instances compare without case. */
const isSame = (a: Component & Variable, b: Component & Variable): boolean =>
  keyOf(a) === keyOf(b) && a.evse?.id === b.evse?.id && a.evse?.connectorId === b.evse?.connectorId

const keyOf = ({ name, instance = "" }: Component & Variable): string => `${name}/${instance}`.toLowerCase()

const fits = (value: string, { dataType, minLimit, maxLimit, valuesList }: Characteristics): boolean => {
  const listed = valuesList?.split(",")
  switch (dataType) {
    case "integer":
    case "decimal":
      return value.trim() !== "" && Number(value) >= (minLimit ?? -Infinity) && Number(value) <= (maxLimit ?? Infinity)
    case "boolean":
      return value === "true" || value === "false"
    case "OptionList":
      return listed?.includes(value) ?? true
    case "MemberList":
    case "SequenceList":
      return value.split(",").every((member) => listed?.includes(member) ?? true)
    case "string":
      return value.length <= (maxLimit ?? 2500)
  }
}
