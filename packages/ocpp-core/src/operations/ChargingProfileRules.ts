/**
 * What must hold of a charging profile before it is sent (block K, K-1 to K-27, K-50 to K-52, K-56; F-3 for the one that goes
 * along with a RequestStartTransaction). Pure. The checks are a table; a check whose data is not known, or may have changed,
 * is skipped and listed.
 */
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import type { EVNeeds } from "../blocks/EVCharging.ts"
import type { StationMirror } from "../blocks/Mirror.ts"
import { noSmartCharging } from "../blocks/SmartCharging.ts"
import { againstDeviceModel } from "./ChargingProfileLimits.ts"
import { againstInstalled } from "./ChargingProfileConflicts.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** With which message a profile goes out. */
export type ProfileCarrier = "SetChargingProfile" | "RequestStartTransaction"

/** A check that could not be made. */
export interface SkippedRule {
  readonly rule: string
  /** Which data is missing or may have changed. */
  readonly lacks: string
}

/** What the checks say of a profile. */
export interface ProfileVerdict {
  /** A profile that has any is not sent, unless it is allowed. */
  readonly broken: ReadonlyArray<BrokenRule>
  /** Never a reason not to send. */
  readonly warnings: ReadonlyArray<BrokenRule>
  readonly skipped: ReadonlyArray<SkippedRule>
}

/** A profile and what is known of the station it is for. */
export interface CheckedProfile {
  readonly carrier: ProfileCarrier
  readonly profile: ChargingProfileType
  /** Absent for a remote start that leaves the EVSE to the station. */
  readonly evseId: number | undefined
  readonly mirror: StationMirror
  /** Of the EV of the transaction; `undefined`: none were received. `"Unknown"`: they may have been, before a restart. */
  readonly needs: EVNeeds | "Unknown" | undefined
  /** CSMS clock, milliseconds since 1970. */
  readonly now: number
}

/** What one check finds: what is wrong, `false` for nothing, or which data it lacks. */
export type Finding = string | false | { readonly lacks: string }

/** One check. */
export interface ProfileCheck {
  /** The statement; or the requirement, where a remote start has one of its own. */
  readonly rule: string
  /** Absent: either. */
  readonly carrier?: ProfileCarrier
  readonly isWarning?: true
  readonly find: (checked: CheckedProfile) => Finding
}

/** All checks against one profile. */
export const verdictOn = (checked: CheckedProfile): ProfileVerdict => {
  const broken: Array<BrokenRule> = []
  const warnings: Array<BrokenRule> = []
  const skipped: Array<SkippedRule> = []
  for (const { carrier, find, isWarning, rule } of checks) {
    if (carrier !== undefined && carrier !== checked.carrier) continue
    const found = find(checked)
    if (found === false) continue
    if (typeof found === "object") skipped.push({ rule, lacks: found.lacks })
    else if (isWarning === true) warnings.push({ rule, detail: found })
    else broken.push({ rule, detail: found })
  }
  return { broken, warnings, skipped }
}

const set = "SetChargingProfile"
const start = "RequestStartTransaction"

/** What the profile says by itself, and what is known of the EV. */
const againstItself: ReadonlyArray<ProfileCheck> = [
  {
    rule: "K-1",
    carrier: set,
    find: ({ profile }) =>
      profile.chargingProfilePurpose === "ChargingStationExternalConstraints" &&
      "a CSMS sets no profile of purpose ChargingStationExternalConstraints"
  },
  {
    rule: "F01.FR.09",
    carrier: start,
    find: ({ profile: { chargingProfilePurpose: purpose } }) =>
      purpose !== "TxProfile" && `the purpose of the charging profile must be TxProfile, not ${purpose}`
  },
  {
    rule: "K-2",
    carrier: set,
    find: ({ profile }) =>
      isTx(profile) && profile.transactionId === undefined && "a TxProfile names the transaction that it is for"
  },
  {
    rule: "F01.FR.11",
    carrier: start,
    find: ({ profile }) =>
      profile.transactionId !== undefined &&
      "the charging profile must have no transactionId: there is no transaction yet"
  },
  {
    rule: "K-3",
    carrier: set,
    find: ({ profile }) =>
      !isTx(profile) && profile.transactionId !== undefined && "only a TxProfile has a transactionId"
  },
  {
    rule: "K-4",
    carrier: set,
    find: ({ evseId = 0, profile }) => isTx(profile) && evseId <= 0 && "a TxProfile is for one EVSE, greater than 0"
  },
  {
    rule: "K-5",
    carrier: set,
    find: ({ evseId, profile }) => isMax(profile) && evseId !== 0 && "a ChargingStationMaxProfile is for evseId 0"
  },
  {
    rule: "K-6",
    carrier: set,
    find: ({ profile }) =>
      isMax(profile) &&
      profile.chargingProfileKind === "Relative" &&
      "a ChargingStationMaxProfile is not of kind Relative"
  },
  {
    rule: "K-7",
    find: ({ profile: { chargingProfileKind: kind, chargingSchedule } }) =>
      (kind === "Absolute" || kind === "Recurring") &&
      chargingSchedule.some(({ startSchedule }) => startSchedule === undefined) &&
      `a charging profile of kind ${kind} needs a startSchedule`
  },
  {
    rule: "K-8",
    find: ({ profile: { chargingProfileKind: kind, chargingSchedule } }) =>
      kind === "Relative" &&
      chargingSchedule.some(({ startSchedule }) => startSchedule !== undefined) &&
      "a charging profile of kind Relative has no startSchedule"
  },
  {
    rule: "K-9",
    find: ({ profile: { chargingProfileKind: kind, recurrencyKind } }) =>
      (kind === "Recurring") !== (recurrencyKind !== undefined) &&
      "recurrencyKind belongs to kind Recurring, and only to that"
  },
  {
    rule: "K-9",
    isWarning: true,
    find: ({ profile }) =>
      isTx(profile) && profile.chargingProfileKind === "Recurring" && "a TxProfile that recurs is seldom meant"
  },
  {
    rule: "K-10",
    find: ({ profile }) =>
      profile.chargingSchedule.some(({ chargingSchedulePeriod: periods }) =>
        periods.some(({ startPeriod }, at) =>
          at === 0 ? startPeriod !== 0 : startPeriod <= (periods[at - 1]?.startPeriod ?? 0)
        )
      ) && "the first period of a schedule starts at 0, and each further one later than the one before"
  },
  {
    rule: "K-11",
    carrier: start,
    find: ({ profile }) =>
      profile.chargingSchedule.length > 1 && "the charging profile of a remote start has exactly one schedule"
  },
  {
    rule: "K-11",
    carrier: set,
    find: ({ needs, profile }) => {
      const { chargingSchedule } = profile
      if (chargingSchedule.length === 1) return false
      if (!isTx(profile)) return "only a TxProfile may have several schedules"
      if (needs === undefined) return "several schedules are for an EV that has sent its charging needs"
      if (needs === "Unknown") return { lacks: "whether the EV has sent its charging needs" }
      return (
        (chargingSchedule.length > 3 || new Set(chargingSchedule.map(({ id }) => id)).size < chargingSchedule.length) &&
        "a charging profile has three schedules at most, with different ids"
      )
    }
  },
  {
    rule: "K-11",
    carrier: set,
    isWarning: true,
    find: ({ profile }) => profile.chargingSchedule.length > 1 && "one schedule is recommended (K15.FR.18)"
  },
  {
    rule: "K-12",
    find: ({ profile }) =>
      periodsOf(profile).some(
        ({ numberPhases, phaseToUse }) =>
          (phaseToUse !== undefined && (numberPhases !== 1 || phaseToUse < 1 || phaseToUse > 3)) ||
          (numberPhases !== undefined && (numberPhases < 1 || numberPhases > 3))
      ) && "numberPhases and phaseToUse are 1 to 3, and phaseToUse needs numberPhases 1"
  },
  {
    rule: "K-15",
    find: ({ profile: { stackLevel } }) => stackLevel < 0 && `stackLevel ${stackLevel} is below 0`
  },
  {
    rule: "K-17",
    find: ({ profile }) =>
      (periodsOf(profile).some(({ limit }) => limit < 0 || !hasOneDecimal(limit)) ||
        profile.chargingSchedule.some(
          ({ minChargingRate }) => minChargingRate !== undefined && !hasOneDecimal(minChargingRate)
        )) &&
      "limit and minChargingRate have at most one decimal place, and a limit is not negative"
  },
  {
    rule: "K-24",
    find: ({ profile: { validFrom, validTo } }) =>
      validFrom !== undefined &&
      validTo !== undefined &&
      Date.parse(validFrom) >= Date.parse(validTo) &&
      "validFrom must be before validTo"
  },
  {
    rule: "K-24",
    isWarning: true,
    find: ({ now, profile: { validTo } }) =>
      validTo !== undefined && Date.parse(validTo) <= now && "validTo has passed: the profile will never count"
  },
  {
    rule: "K-26",
    isWarning: true,
    find: ({ needs, profile }) => {
      if (profile.chargingSchedule.every(({ salesTariff }) => salesTariff === undefined)) return false
      if (isTx(profile) && needs === "Unknown") return { lacks: "whether the EV has sent its charging needs" }
      return (!isTx(profile) || needs === undefined) && "a salesTariff is for an EV that has sent its charging needs"
    }
  },
  { rule: "K-27", carrier: set, find: ({ mirror }) => noSmartCharging(mirror.provisioning.deviceModel) ?? false },
  {
    rule: "K-27",
    carrier: start,
    isWarning: true,
    find: ({ mirror }) => {
      const reason = noSmartCharging(mirror.provisioning.deviceModel)
      return reason !== undefined && `the station will ignore the charging profile: ${reason}`
    }
  },
  {
    rule: "K-51",
    isWarning: true,
    find: ({ profile }) =>
      profile.chargingSchedule.some(({ chargingSchedulePeriod: periods, duration = Infinity }) =>
        periods.some(({ startPeriod }) => startPeriod >= duration)
      ) && "a period that starts at the duration of its schedule or later never runs"
  },
  {
    rule: "K-56",
    carrier: set,
    isWarning: true,
    find: ({ profile }) =>
      isTx(profile) &&
      profile.chargingSchedule.some(({ duration }) => duration !== undefined) &&
      "a schedule without duration lasts to the end of the transaction (K02.FR.08)"
  }
]

const checks: ReadonlyArray<ProfileCheck> = [...againstItself, ...againstDeviceModel, ...againstInstalled]

const isTx = ({ chargingProfilePurpose }: ChargingProfileType): boolean => chargingProfilePurpose === "TxProfile"

const isMax = ({ chargingProfilePurpose }: ChargingProfileType): boolean =>
  chargingProfilePurpose === "ChargingStationMaxProfile"

const periodsOf = ({ chargingSchedule }: ChargingProfileType) =>
  chargingSchedule.flatMap(({ chargingSchedulePeriod }) => chargingSchedulePeriod)

// 8.1 * 10 is 81.00000000000001 for some numbers; what is sent has six decimals at most.
const hasOneDecimal = (rate: number): boolean => Math.abs(rate * 10 - Math.round(rate * 10)) < 1e-5
