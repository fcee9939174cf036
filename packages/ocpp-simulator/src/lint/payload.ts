/** Rules that hold in every payload and that a JSON schema cannot say. Pure. */
import type { Side } from "./LogRecord.ts"
import type { FrameProblem } from "./frames.ts"

/** Fields that the schemas call integer, in any message; no decimal has one of these names. */
const integers: ReadonlySet<string> = new Set(
  (
    "amount amountMultiplier bulkSoC cableMaxCurrent cause chargingPriority chargingProfileId configurationSlot connectorId " +
    "duration ePriceLevel energyAmount evEnergyCapacity evMaxCurrent evMaxPower evMaxVoltage evMinCurrent eventId evseId " +
    "fullSoC id interval maxScheduleTuples messageTimeout multiplier numEPriceLevels numberOfPhasesUsed numberPhases " +
    "phaseToUse remoteStartId requestId reservationId retries retryInterval securityProfile seqNo severity stackLevel start " +
    "startPeriod stateOfCharge timeSpentCharging variableMonitoringId versionNumber"
  ).split(" ")
)

const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/
const fraction = /\.(\d+)/
const reversedDns = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i

/** Decimal places as JSON writes them. */
const decimals = (value: number): number => {
  const [digits = "", exponent = "0"] = String(value).split("e")
  return Math.max(0, (digits.split(".")[1] ?? "").length - Number(exponent))
}

type Report = (severity: FrameProblem["severity"], rules: ReadonlyArray<string>, message: string) => void

const string = (path: string, value: string, report: Report): void => {
  if (!dateTime.test(value)) return
  if ((fraction.exec(value)?.[1] ?? "").length > 3)
    report("error", ["R-126"], `${path} has more than three fractional digits`)
  if (/[+-]\d\d:\d\d$/.test(value)) report("note", ["R-126"], `${path} has an offset; UTC with Z is recommended`)
}

const number = (path: string, key: string, value: number, from: Side, report: Report): void => {
  if (integers.has(key) && (value > 2_147_483_647 || value < -2_147_483_648))
    report("error", ["R-128"], `${path} is ${value}, more than 32 bits`)
  if (from === "csms" && !integers.has(key) && decimals(value) > 6)
    report("error", ["R-127"], `${path} has more than six decimal places`)
}

const walk = (path: string, key: string, value: unknown, from: Side, report: Report): void => {
  if (typeof value === "string") string(path, value, report)
  else if (typeof value === "number") number(path, key, value, from, report)
  else if (Array.isArray(value)) value.forEach((item, at) => walk(`${path}[${at}]`, key, item, from, report))
  else if (typeof value === "object" && value !== null) fields(path, value as Record<string, unknown>, from, report)
}

const fields = (path: string, object: Readonly<Record<string, unknown>>, from: Side, report: Report): void => {
  const names = Object.keys(object)
  // GetChargingProfiles must have its chargingProfile; that it has no criterion is told as such (K09.FR.03).
  if (path !== "" && path !== "chargingProfile" && names.length === 0)
    report("error", ["R-123"], `${path} is {}; an optional field that is empty is left out`)
  for (const name of names) {
    const inside = path === "" ? name : `${path}.${name}`
    const value = object[name]
    if (name === "customData") {
      const vendor = (value as { readonly vendorId?: unknown } | null)?.vendorId
      if (typeof vendor === "string" && !reversedDns.test(vendor))
        report("note", ["R-202"], `${inside}.vendorId is no reversed DNS name, such as com.example`)
    } else walk(inside, name, value, from, report)
  }
}

/** What is wrong in a payload that its schema allows; one finding for each rule and payload. Never throws. */
export const payloadProblems = (action: string, payload: unknown, from: Side): ReadonlyArray<FrameProblem> => {
  const found = new Map<string, FrameProblem>()
  const report: Report = (severity, rules, message) => {
    const key = `${rules[0]} ${severity}`
    if (!found.has(key)) found.set(key, { severity, rules, message })
  }
  if (typeof payload !== "object" || payload === null) return []
  const { data: _, ...rest } = payload as Record<string, unknown>
  // What a vendor transfers is his own business (P-4).
  fields("", action === "DataTransfer" ? rest : (payload as Record<string, unknown>), from, report)
  return Array.from(found.values())
}
