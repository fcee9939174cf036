/**
 * What a station checks of a charging profile before it takes it (K01 to K05, K15; F01 for the one of a remote start). Pure; the
 * first rule that is broken is the reason of the refusal.
 */
import type { ChargingProfileType } from "@wattline/ocpp-v201"

/** A charging profile as the station holds it. */
export interface Installed {
  /** 0: the station; for a TxDefaultProfile all EVSEs. */
  readonly evseId: number
  readonly profile: ChargingProfileType
  /** Milliseconds since 1970: since when it holds, where it has no validFrom. */
  readonly acceptedAt: number
}

/** A profile, and what the station knows that has a say in it. */
export interface Candidate {
  readonly profile: ChargingProfileType
  /** `undefined`: a remote start that leaves the EVSE to the station. */
  readonly evseId: number | undefined
  /** With a RequestStartTransaction, before there is a transaction. */
  readonly isStart: boolean
  readonly evseIds: ReadonlyArray<number>
  /** That runs on the EVSE. */
  readonly transactionId: string | undefined
  readonly installed: ReadonlyArray<Installed>
  /** Charging profiles that others have set. */
  readonly external: ReadonlyArray<Installed>
  /** SmartChargingCtrlr.RateUnit. */
  readonly rateUnits: ReadonlyArray<string>
  /** SmartChargingCtrlr.ProfileStackLevel. */
  readonly maxStackLevel: number
  /** SmartChargingCtrlr.PeriodsPerSchedule, or what the EV takes when that is less. */
  readonly maxPeriods: number
  /** SmartChargingCtrlr.Entries[ChargingProfiles].maxLimit. */
  readonly maxProfiles: number
  /** Whether the EVSE can choose the phase (ACPhaseSwitchingSupported). */
  readonly switchesPhases: boolean
  /** AC phases of the EVSE, of the widest one where none is named; 0 is DC. */
  readonly phases: number
  /** Where the EV of the transaction stands with its ISO 15118 charging needs. */
  readonly needs: "NoISO15118" | "NotTold" | "Told"
  /** Milliseconds since 1970. */
  readonly now: number
}

/** One rule of the standard. */
export interface ProfileRule {
  readonly id: string
  /** As in the appendix of reason codes. */
  readonly reasonCode: string
  readonly isBroken: (candidate: Candidate) => boolean
}

/** The first rule that a profile breaks. */
export const brokenRule = (candidate: Candidate): ProfileRule | undefined =>
  rules.find(({ isBroken }) => isBroken(candidate))

const isTx = ({ chargingProfilePurpose }: ChargingProfileType): boolean => chargingProfilePurpose === "TxProfile"
const isMax = ({ chargingProfilePurpose }: ChargingProfileType): boolean =>
  chargingProfilePurpose === "ChargingStationMaxProfile"
const isDefault = ({ chargingProfilePurpose }: ChargingProfileType): boolean =>
  chargingProfilePurpose === "TxDefaultProfile"

/** Transaction ids compare without case. */
const isSameId = (one: string | undefined, other: string | undefined): boolean =>
  one?.toLowerCase() === other?.toLowerCase()

const periodsOf = ({ chargingSchedule }: ChargingProfileType) =>
  chargingSchedule.flatMap(({ chargingSchedulePeriod }) => chargingSchedulePeriod)

const others = ({ installed, profile: { id } }: Candidate): ReadonlyArray<Installed> =>
  installed.filter((known) => known.profile.id !== id)

/** Milliseconds since 1970, of the part that is not over. */
const validity = ({ validFrom, validTo }: ChargingProfileType, from: number, now: number) => ({
  from: Math.max(now, validFrom === undefined ? from : Date.parse(validFrom)),
  to: validTo === undefined ? Infinity : Date.parse(validTo)
})

const overlap = ({ now, profile }: Candidate, other: Installed): boolean => {
  const one = validity(profile, now, now)
  const two = validity(other.profile, other.acceptedAt, now)
  return Math.max(one.from, two.from) < Math.min(one.to, two.to)
}

const phasesNamed = (profile: ChargingProfileType): ReadonlyArray<number> =>
  periodsOf(profile).flatMap(({ phaseToUse }) => phaseToUse ?? [])

const limitsTransactions = (profile: ChargingProfileType): boolean => isTx(profile) || isDefault(profile)

/** See the head of the file, in the order in which they are looked at. */
export const rules: ReadonlyArray<ProfileRule> = [
  {
    id: "K01.FR.28",
    reasonCode: "UnknownEvse",
    isBroken: ({ evseId, evseIds }) => evseId !== undefined && evseId !== 0 && !evseIds.includes(evseId)
  },
  {
    id: "K01.FR.22",
    reasonCode: "InvalidProfile",
    isBroken: ({ profile }) => profile.chargingProfilePurpose === "ChargingStationExternalConstraints"
  },
  { id: "F01.FR.09", reasonCode: "InvalidProfile", isBroken: ({ isStart, profile }) => isStart && !isTx(profile) },
  {
    id: "F01.FR.11",
    reasonCode: "InvalidProfile",
    isBroken: ({ isStart, profile }) => isStart && profile.transactionId !== undefined
  },
  {
    id: "K01.FR.05",
    reasonCode: "DuplicateProfile",
    isBroken: ({ external, profile: { id } }) => external.some(({ profile }) => profile.id === id)
  },
  {
    id: "K01.FR.16",
    reasonCode: "InvalidProfile",
    isBroken: ({ evseId, profile }) => isTx(profile) && evseId === 0
  },
  {
    id: "K04.FR.03",
    reasonCode: "InvalidProfile",
    isBroken: ({ evseId, profile }) => isMax(profile) && evseId !== 0
  },
  {
    id: "K01.FR.38",
    reasonCode: "InvalidProfile",
    isBroken: ({ profile }) => isMax(profile) && profile.chargingProfileKind === "Relative"
  },
  {
    id: "K01.FR.03",
    reasonCode: "MissingParam",
    isBroken: ({ isStart, profile }) => !isStart && isTx(profile) && profile.transactionId === undefined
  },
  {
    id: "K01.FR.03",
    reasonCode: "InvalidProfile",
    isBroken: ({ profile }) => !isTx(profile) && profile.transactionId !== undefined
  },
  {
    id: "K01.FR.09",
    reasonCode: "TxNotFound",
    isBroken: ({ isStart, profile, transactionId }) => !isStart && isTx(profile) && transactionId === undefined
  },
  {
    id: "K01.FR.33",
    reasonCode: "TxNotFound",
    isBroken: ({ isStart, profile, transactionId }) =>
      !isStart && isTx(profile) && !isSameId(profile.transactionId, transactionId)
  },
  {
    id: "K15.FR.17",
    reasonCode: "InvalidMessageSeq",
    isBroken: ({ isStart, needs, profile }) => !isStart && isTx(profile) && needs === "NotTold"
  },
  {
    id: "K01.FR.40",
    reasonCode: "InvalidSchedule",
    isBroken: ({ profile: { chargingProfileKind: kind, chargingSchedule } }) =>
      kind !== "Relative" && chargingSchedule.some(({ startSchedule }) => startSchedule === undefined)
  },
  {
    id: "K01.FR.41",
    reasonCode: "InvalidSchedule",
    isBroken: ({ profile: { chargingProfileKind: kind, chargingSchedule } }) =>
      kind === "Relative" && chargingSchedule.some(({ startSchedule }) => startSchedule !== undefined)
  },
  {
    id: "K-9",
    reasonCode: "InvalidProfile",
    isBroken: ({ profile: { chargingProfileKind: kind, recurrencyKind } }) =>
      (kind === "Recurring") !== (recurrencyKind !== undefined)
  },
  {
    id: "K01.FR.31",
    reasonCode: "InvalidSchedule",
    isBroken: ({ profile }) =>
      profile.chargingSchedule.some(({ chargingSchedulePeriod: [first] }) => first?.startPeriod !== 0)
  },
  {
    id: "K01.FR.35",
    reasonCode: "InvalidSchedule",
    isBroken: ({ profile }) =>
      profile.chargingSchedule.some(({ chargingSchedulePeriod: periods }) =>
        periods.some(({ startPeriod }, at) => at > 0 && startPeriod <= (periods[at - 1]?.startPeriod ?? 0))
      )
  },
  {
    id: "K01.FR.34",
    reasonCode: "InvalidSchedule",
    isBroken: ({ needs, profile }) => profile.chargingSchedule.length > 1 && !(isTx(profile) && needs === "Told")
  },
  {
    id: "K01.FR.37",
    reasonCode: "InvalidProfile",
    isBroken: ({ profile: { validFrom, validTo } }) =>
      validFrom !== undefined && validTo !== undefined && Date.parse(validFrom) >= Date.parse(validTo)
  },
  {
    id: "K-17",
    reasonCode: "InvalidSchedule",
    isBroken: ({ profile }) => periodsOf(profile).some(({ limit }) => limit < 0)
  },
  {
    id: "K01.FR.19",
    reasonCode: "InvalidSchedule",
    isBroken: ({ phases, profile }) =>
      phases > 0 &&
      periodsOf(profile).some(
        ({ numberPhases = 3, phaseToUse }) =>
          numberPhases < 1 ||
          numberPhases > 3 ||
          (phaseToUse !== undefined && (numberPhases !== 1 || phaseToUse < 1 || phaseToUse > 3))
      )
  },
  {
    // An EVSE that cannot choose uses L1.
    id: "K01.FR.48",
    reasonCode: "InvalidSchedule",
    isBroken: ({ phases, profile, switchesPhases }) =>
      phases > 0 && !switchesPhases && phasesNamed(profile).some((phase) => phase !== 1)
  },
  {
    id: "K-25",
    reasonCode: "InvalidSchedule",
    isBroken: ({ evseId, external, installed, profile }) => {
      const phases = phasesNamed(profile)
      return (
        phases.length > 0 &&
        [...installed, ...external].some(
          (other) =>
            other.profile.id !== profile.id &&
            limitsTransactions(other.profile) !== limitsTransactions(profile) &&
            (evseId === 0 || other.evseId === 0 || other.evseId === evseId) &&
            phasesNamed(other.profile).some((phase) => !phases.includes(phase))
        )
      )
    }
  },
  {
    id: "K01.FR.26",
    reasonCode: "UnsupportedRateUnit",
    isBroken: ({ profile, rateUnits }) =>
      profile.chargingSchedule.some(({ chargingRateUnit }) => !rateUnits.includes(chargingRateUnit))
  },
  {
    id: "K-15",
    reasonCode: "InvalidStackLevel",
    isBroken: ({ maxStackLevel, profile: { stackLevel } }) => stackLevel < 0 || stackLevel > maxStackLevel
  },
  {
    id: "K-16",
    reasonCode: "TooManyElements",
    isBroken: ({ maxPeriods, profile }) =>
      profile.chargingSchedule.some(({ chargingSchedulePeriod }) => chargingSchedulePeriod.length > maxPeriods)
  },
  {
    id: "K01.FR.06",
    reasonCode: "DuplicateProfile",
    isBroken: (candidate) =>
      !isTx(candidate.profile) &&
      others(candidate).some(
        (other) =>
          other.evseId === candidate.evseId &&
          other.profile.stackLevel === candidate.profile.stackLevel &&
          other.profile.chargingProfilePurpose === candidate.profile.chargingProfilePurpose &&
          overlap(candidate, other)
      )
  },
  {
    id: "K01.FR.39",
    reasonCode: "DuplicateProfile",
    isBroken: (candidate) =>
      !candidate.isStart &&
      isTx(candidate.profile) &&
      others(candidate).some(
        ({ profile }) =>
          isTx(profile) &&
          profile.stackLevel === candidate.profile.stackLevel &&
          isSameId(profile.transactionId, candidate.profile.transactionId)
      )
  },
  {
    // K01.FR.52 and K01.FR.53, whichever was there first.
    id: "K01.FR.52",
    reasonCode: "DuplicateProfile",
    isBroken: (candidate) =>
      isDefault(candidate.profile) &&
      others(candidate).some(
        ({ evseId, profile }) =>
          isDefault(profile) &&
          profile.stackLevel === candidate.profile.stackLevel &&
          (evseId === 0) !== (candidate.evseId === 0)
      )
  },
  {
    id: "K-22",
    reasonCode: "TooManyElements",
    isBroken: (candidate) => others(candidate).length >= candidate.maxProfiles
  }
]
