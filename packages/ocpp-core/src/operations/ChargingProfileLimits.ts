/** The checks of a charging profile that need what the station reported of itself. Pure. */
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import { capacity, type DeviceModel, entry, type VariableQuery } from "../blocks/DeviceModel.ts"
import { DeviceModel as Model } from "../blocks/DeviceModelAccess.ts"
import { isLapsed } from "../blocks/SmartCharging.ts"
import type { CheckedProfile, Finding, ProfileCheck } from "./ChargingProfileRules.ts"

/** See the head of the file. */
export const againstDeviceModel: ReadonlyArray<ProfileCheck> = [
  {
    rule: "K-13",
    find: ({ evseId, mirror, profile }) => {
      if (evseId === undefined || !periodsOf(profile).some(({ phaseToUse }) => phaseToUse !== undefined)) return false
      const model = mirror.provisioning.deviceModel
      if (!isComplete(model)) return lacks("ACPhaseSwitchingSupported")
      const concerned = evseId === 0 ? evsesOf(model) : [evseId]
      const cannot = concerned.filter((id) => !switchesPhases(model, id))
      return cannot.length > 0 && `phaseToUse needs an EVSE that can switch phases, which ${cannot.join(", ")} cannot`
    }
  },
  {
    rule: "K-14",
    find: ({ mirror, profile }) => {
      const units = rateUnits(mirror.provisioning.deviceModel)
      if (units === undefined) return lacks("RateUnit")
      const other = profile.chargingSchedule.find(({ chargingRateUnit }) => !units.includes(chargingRateUnit))
      return other !== undefined && `the station takes limits in ${units.join(", ")}, not in ${other.chargingRateUnit}`
    }
  },
  {
    rule: "K-15",
    find: ({ mirror, profile: { stackLevel } }) => {
      const most = numberOf(mirror.provisioning.deviceModel, "ProfileStackLevel")
      if (most === undefined) return lacks("ProfileStackLevel")
      return stackLevel > most && `stackLevel ${stackLevel} is above ${most}, the highest of this station`
    }
  },
  {
    rule: "K-16",
    find: ({ mirror, profile }) => {
      const most = numberOf(mirror.provisioning.deviceModel, "PeriodsPerSchedule")
      return most === undefined ? lacks("PeriodsPerSchedule") : tooLong(profile, most, "station")
    }
  },
  {
    rule: "K-16",
    carrier: "SetChargingProfile",
    find: ({ needs, profile }) => {
      const concerns = profile.chargingProfilePurpose === "TxProfile" && needs !== undefined
      if (concerns && needs === "Unknown") return { lacks: "the charging needs of the EV" }
      const most = concerns && needs !== "Unknown" ? needs.maxScheduleTuples : undefined
      return most !== undefined && tooLong(profile, most, "EV")
    }
  },
  {
    rule: "K-22",
    find: (checked) => {
      const most = mostProfiles(checked.mirror.provisioning.deviceModel)
      if (most === undefined) return lacks("Entries[ChargingProfiles]")
      const all = countedWith(checked)
      const certain = all.filter(({ uncertain }) => uncertain !== true)
      if (certain.length >= most) return `the station holds ${most} charging profiles, and has as many`
      const doubtful = all.length >= most && all.find(({ uncertain }) => uncertain === true)
      if (doubtful) return lacksCertainty(doubtful)
      return isWhole(checked) ? false : lacksReport
    }
  },
  {
    rule: "K-23",
    find: ({ evseId, mirror }) => {
      if (evseId === undefined || evseId === 0) return false
      const model = mirror.provisioning.deviceModel
      if (!isComplete(model)) return { lacks: "a complete inventory" }
      return !evsesOf(model).includes(evseId) && `the station has no EVSE ${evseId}`
    }
  },
  {
    rule: "K-52",
    isWarning: true,
    find: ({ evseId, mirror, profile }) => {
      const names = periodsOf(profile).some(
        ({ numberPhases, phaseToUse }) => numberPhases !== undefined || phaseToUse !== undefined
      )
      if (!names || evseId === undefined || evseId === 0) return false
      const model = mirror.provisioning.deviceModel
      const phases = model.stale ? undefined : Model.read(model, "EVSE", "SupplyPhases", { evseId })
      if (phases === undefined) return { lacks: `EVSE.SupplyPhases of EVSE ${evseId}` }
      return phases === 0 && `EVSE ${evseId} is DC: numberPhases and phaseToUse mean nothing`
    }
  }
]

/** Whether all profiles of the station are known: without a report, others may have set some (K-35). */
export const isWhole = ({ mirror }: CheckedProfile): boolean =>
  mirror.smartCharging.reportedAt !== undefined && mirror.smartCharging.isTruncated !== true

/** What a check lacks that looked at the profiles known, and found nothing. */
export const lacksReport: Finding = { lacks: "a complete report of the charging profiles" }

/** Units in which the station takes limits; `undefined` when that is not known, or may have changed (K-14, K-32). */
export const rateUnits = (model: DeviceModel): ReadonlyArray<string> | undefined =>
  isFresh(model, "RateUnit") ? Model.read(model, "SmartChargingCtrlr", "RateUnit") : undefined

/** Profiles that the station holds at most; `undefined` when that is not known, or may have changed (K-22, K-33). */
export const mostProfiles = (model: DeviceModel): number | undefined => {
  const query = { component: "SmartChargingCtrlr", variable: "Entries", instance: "ChargingProfiles" }
  const most = model.stale ? undefined : capacity(model, query, Infinity)
  return most === Infinity ? undefined : most
}

const lacks = (variable: string): Finding => ({ lacks: `SmartChargingCtrlr.${variable}` })

const isComplete = (model: DeviceModel): boolean => model.inventoryAt !== undefined && !model.stale

const isFresh = (model: DeviceModel, variable: string): boolean =>
  !model.stale && entry(model, { component: "SmartChargingCtrlr", variable })?.attributes.Actual?.stale === false

const numberOf = (model: DeviceModel, variable: "PeriodsPerSchedule" | "ProfileStackLevel"): number | undefined =>
  isFresh(model, variable) ? Model.read(model, "SmartChargingCtrlr", variable) : undefined

/** EVSEs that the device model has components of. */
const evsesOf = (model: DeviceModel): ReadonlyArray<number> => [
  ...new Set(Object.values(model.components).flatMap(({ component }) => component.evse?.id ?? []))
]

/** As reported for the EVSE, else for the station (K01.FR.20). */
const switchesPhases = (model: DeviceModel, evseId: number): boolean => {
  const query: VariableQuery = { component: "SmartChargingCtrlr", variable: "ACPhaseSwitchingSupported" }
  const value = Model.value(model, { ...query, evseId }) ?? Model.value(model, query)
  return value?.toLowerCase() === "true"
}

const tooLong = ({ chargingSchedule }: ChargingProfileType, most: number, whose: string): Finding =>
  chargingSchedule.some(({ chargingSchedulePeriod }) => chargingSchedulePeriod.length > most) &&
  `a schedule of this ${whose} has at most ${most} periods`

/** What a check lacks while it is not known whether the station has a profile (ST-3). */
export const lacksCertainty = ({ profile: { id } }: { readonly profile: { readonly id: number } }): Finding => ({
  lacks: `whether the station has profile ${id}, about which an answer was lost`
})

/** Profiles beside which the station would have this one; one with the same id makes room for it. */
const countedWith = ({ mirror, now, profile }: CheckedProfile) => {
  const { external, pending, profiles } = mirror.smartCharging
  const waiting = pending.filter((one) => !isLapsed(one, now, mirror))
  return [...profiles, ...external, ...waiting].filter((known) => known.profile.id !== profile.id)
}

const periodsOf = ({ chargingSchedule }: ChargingProfileType) =>
  chargingSchedule.flatMap(({ chargingSchedulePeriod }) => chargingSchedulePeriod)
