/**
 * What must hold of a charging profile that goes along with a RequestStartTransaction (F-3, and the checks of block K that
 * apply there). Pure. A check whose data the station has not reported is left out.
 */
import type { ChargingProfileType, ChargingSchedulePeriodType, ChargingScheduleType } from "@wattline/ocpp-v201"
import { type DeviceModel, limit, typedValue, type VariableQuery } from "../blocks/DeviceModel.ts"
import type { BrokenRule } from "./CheckFailed.ts"

type Check = (
  profile: ChargingProfileType,
  evseId: number | undefined,
  model: DeviceModel
) => ReadonlyArray<string> | string | false

/** Every rule the profile breaks; none when it may be sent. `evseId` is that of the remote start. */
export const brokenBy = (
  profile: ChargingProfileType,
  evseId: number | undefined,
  model: DeviceModel
): ReadonlyArray<BrokenRule> =>
  Object.entries(checks).flatMap(([rule, check]) => {
    const found = check(profile, evseId, model)
    return (found === false ? [] : typeof found === "string" ? [found] : found).map((detail) => ({ rule, detail }))
  })

const checks: { readonly [rule: string]: Check } = {
  "F01.FR.09": ({ chargingProfilePurpose: purpose }) =>
    purpose !== "TxProfile" && `the purpose of the charging profile must be TxProfile, not ${purpose}`,
  "F01.FR.11": ({ transactionId }) =>
    transactionId !== undefined && "the charging profile must have no transactionId: there is no transaction yet",
  "K-7": ({ chargingProfileKind: kind, chargingSchedule }) =>
    (kind === "Absolute" || kind === "Recurring") &&
    chargingSchedule.some(({ startSchedule }) => startSchedule === undefined) &&
    `a charging profile of kind ${kind} needs a startSchedule`,
  "K-8": ({ chargingProfileKind: kind, chargingSchedule }) =>
    kind === "Relative" &&
    chargingSchedule.some(({ startSchedule }) => startSchedule !== undefined) &&
    "a charging profile of kind Relative has no startSchedule",
  "K-9": ({ chargingProfileKind: kind, recurrencyKind }) =>
    (kind === "Recurring") !== (recurrencyKind !== undefined) &&
    "recurrencyKind belongs to kind Recurring, and only to that",
  "K-10": ({ chargingSchedule }) =>
    chargingSchedule.some((schedule) => !isAscending(schedule)) &&
    "the first period of a schedule starts at 0, and each further one later than the one before",
  "K-11": ({ chargingSchedule }) =>
    chargingSchedule.length > 1 && "the charging profile of a remote start has exactly one schedule",
  "K-12": ({ chargingSchedule }) =>
    periodsOf(chargingSchedule).some(
      ({ numberPhases, phaseToUse }) =>
        (phaseToUse !== undefined && (numberPhases !== 1 || phaseToUse < 1 || phaseToUse > 3)) ||
        (numberPhases !== undefined && (numberPhases < 1 || numberPhases > 3))
    ) && "numberPhases and phaseToUse are 1 to 3, and phaseToUse needs numberPhases 1",
  "K-13": ({ chargingSchedule }, evseId, model) =>
    evseId !== undefined &&
    periodsOf(chargingSchedule).some(({ phaseToUse }) => phaseToUse !== undefined) &&
    isKnown(model) &&
    !isTrue(model, { component: "EVSE", variable: "ACPhaseSwitchingSupported", evseId }) &&
    `phaseToUse needs an EVSE that can switch phases, which ${evseId} did not report`,
  "K-14": ({ chargingSchedule }, _evseId, model) => {
    const units = typedValue(model, { component: "SmartChargingCtrlr", variable: "RateUnit" })
    return units?._tag === "MemberList" || units?._tag === "SequenceList"
      ? chargingSchedule
          .filter(({ chargingRateUnit }) => !units.value.includes(chargingRateUnit))
          .map(
            ({ chargingRateUnit }) =>
              `the station takes limits in ${units.value.join(", ")}, not in ${chargingRateUnit}`
          )
      : false
  },
  "K-15": ({ stackLevel }, _evseId, model) => {
    const most = mostOf(model, "ProfileStackLevel")
    return (stackLevel < 0 || stackLevel > most) && `stackLevel ${stackLevel} is not from 0 to ${most}`
  },
  "K-16": ({ chargingSchedule }, _evseId, model) => {
    const most = mostOf(model, "PeriodsPerSchedule")
    return (
      chargingSchedule.some(({ chargingSchedulePeriod }) => chargingSchedulePeriod.length > most) &&
      `a schedule of this station has at most ${most} periods`
    )
  },
  "K-17": ({ chargingSchedule }) =>
    (periodsOf(chargingSchedule).some(({ limit: rate }) => rate < 0 || !hasOneDecimal(rate)) ||
      chargingSchedule.some(
        ({ minChargingRate }) => minChargingRate !== undefined && !hasOneDecimal(minChargingRate)
      )) &&
    "limit and minChargingRate have at most one decimal place, and a limit is not negative",
  "K-24": ({ validFrom, validTo }) =>
    validFrom !== undefined &&
    validTo !== undefined &&
    Date.parse(validFrom) >= Date.parse(validTo) &&
    "validFrom must be before validTo"
}

const periodsOf = (schedules: ReadonlyArray<ChargingScheduleType>): ReadonlyArray<ChargingSchedulePeriodType> =>
  schedules.flatMap(({ chargingSchedulePeriod }) => chargingSchedulePeriod)

const isAscending = ({ chargingSchedulePeriod: periods }: ChargingScheduleType): boolean =>
  periods.every(({ startPeriod }, at) =>
    at === 0 ? startPeriod === 0 : startPeriod > (periods[at - 1]?.startPeriod ?? 0)
  )

// 8.1 * 10 is 81.00000000000001 for some numbers; what is sent has six decimals at most.
const hasOneDecimal = (rate: number): boolean => Math.abs(rate * 10 - Math.round(rate * 10)) < 1e-5

const isKnown = (model: DeviceModel): boolean => model.inventoryAt !== undefined && !model.stale

const isTrue = (model: DeviceModel, query: VariableQuery): boolean => {
  const value = typedValue(model, query)
  return value?._tag === "boolean" && value.value
}

const mostOf = (model: DeviceModel, variable: string): number =>
  limit(model, { component: "SmartChargingCtrlr", variable }, Infinity) ?? Infinity
