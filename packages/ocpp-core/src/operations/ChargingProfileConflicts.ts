/** The checks of a charging profile against the profiles and the transactions that the station has. Pure. */
import type { HeldProfile } from "../blocks/HeldProfile.ts"
import type { ExternalProfile } from "../blocks/ReportedProfiles.ts"
import type { InstalledProfile } from "../blocks/SmartCharging.ts"
import { findTransaction } from "../blocks/Transactions.ts"
import { isWhole, lacksCertainty, lacksReport } from "./ChargingProfileLimits.ts"
import type { CheckedProfile, Finding, ProfileCheck } from "./ChargingProfileRules.ts"

const carrier = "SetChargingProfile"

/** See the head of the file. */
export const againstInstalled: ReadonlyArray<ProfileCheck> = [
  {
    rule: "K-18",
    carrier,
    find: (checked) => {
      const { evseId, now, profile } = checked
      if (isTx(profile)) return false
      const ours = validity(profile, now, now)
      return collision(
        checked,
        (other) =>
          other.evseId === evseId &&
          other.profile.stackLevel === profile.stackLevel &&
          other.profile.chargingProfilePurpose === profile.chargingProfilePurpose &&
          overlaps(ours, validity(other.profile, acceptedAt(other), now)),
        "stackLevel, purpose and EVSE, and is valid at the same time"
      )
    }
  },
  {
    rule: "K-19",
    carrier,
    find: (checked) => {
      const { profile } = checked
      if (!isTx(profile) || profile.transactionId === undefined) return false
      return collision(
        checked,
        (other) =>
          isTx(other.profile) &&
          other.profile.stackLevel === profile.stackLevel &&
          other.profile.transactionId === profile.transactionId,
        "stackLevel and transaction"
      )
    }
  },
  {
    rule: "K-20",
    carrier,
    find: (checked) => {
      const { evseId, profile } = checked
      if (!isDefault(profile)) return false
      return collision(
        checked,
        (other) =>
          isDefault(other.profile) &&
          other.profile.stackLevel === profile.stackLevel &&
          (other.evseId === 0) !== (evseId === 0),
        "stackLevel, and one of both is for all EVSEs"
      )
    }
  },
  {
    rule: "K-21",
    carrier,
    find: ({ evseId, mirror, profile }) => {
      const { transactionId } = profile
      if (!isTx(profile) || transactionId === undefined) return false
      const transaction = findTransaction(mirror.transactions, transactionId)
      if (transaction?.unconfirmed === true) return { lacks: "whether the transaction outlived the restart (E-29)" }
      if (transaction === undefined || !mirror.transactions.running.includes(transaction))
        return `the transaction ${transactionId} does not run`
      const { evse } = transaction
      return evse !== undefined && evse.id !== evseId && `the transaction runs on EVSE ${evse.id}, not on ${evseId}`
    }
  },
  {
    rule: "K-25",
    isWarning: true,
    carrier,
    find: (checked) => {
      const { evseId, mirror, now, profile } = checked
      const phases = phasesOf(profile)
      if (phases.length === 0) return false
      const isSharing = (other: { readonly evseId?: number }): boolean =>
        evseId === 0 || other.evseId === 0 || other.evseId === undefined || other.evseId === evseId
      const limit = mirror.evCharging.limits.find(
        ({ schedules = [], ...one }) =>
          isSharing(one) &&
          !isStation(profile) &&
          phasesOf({ chargingSchedule: schedules }).some((phase) => !phases.includes(phase))
      )
      if (limit !== undefined) return `the limit of ${limit.source} names another phaseToUse`
      return collision(
        checked,
        (other) =>
          isStation(other.profile) !== isStation(profile) &&
          isSharing(other) &&
          validity(other.profile, -Infinity, now).to > now &&
          phasesOf(other.profile).some((phase) => !phases.includes(phase)),
        "EVSE, and another phaseToUse"
      )
    }
  },
  {
    rule: "K-50",
    find: ({ mirror, profile: { id } }) =>
      mirror.smartCharging.external.some(
        ({ profile }) => profile.id === id && profile.chargingProfilePurpose === "ChargingStationExternalConstraints"
      ) && `profile ${id} is a constraint by others, which a CSMS cannot replace`
  },
  {
    rule: "K-56",
    carrier,
    isWarning: true,
    find: ({ mirror, profile: { transactionId } }) => {
      const transaction = transactionId === undefined ? undefined : findTransaction(mirror.transactions, transactionId)
      return (
        transaction?.offline === true &&
        transaction.endedAt === undefined &&
        "events of the transaction happened offline: GetTransactionStatus tells whether it still runs"
      )
    }
  }
]

/** A profile that the station has. */
type Other = InstalledProfile | ExternalProfile

/** What is compared of two profiles. */
type Compared = Pick<HeldProfile, "chargingProfilePurpose">

/** All profiles known but the one with the same id, which is replaced (K01.FR.05). */
const others = ({ mirror, profile: { id } }: CheckedProfile): ReadonlyArray<Other> =>
  [...mirror.smartCharging.profiles, ...mirror.smartCharging.external].filter((known) => known.profile.id !== id)

const collision = (checked: CheckedProfile, collides: (other: Other) => boolean, what: string): Finding => {
  const all = others(checked)
  const other = all.find((known) => known.uncertain !== true && collides(known))
  if (other !== undefined) return `profile ${other.profile.id} has the same ${what}`
  // Even one that does not collide: something else may have taken its id.
  const doubtful = all.find(({ uncertain }) => uncertain === true)
  if (doubtful !== undefined) return lacksCertainty(doubtful)
  return isWhole(checked) ? false : lacksReport
}

const isTx = ({ chargingProfilePurpose }: Compared): boolean => chargingProfilePurpose === "TxProfile"

const isDefault = ({ chargingProfilePurpose }: Compared): boolean => chargingProfilePurpose === "TxDefaultProfile"

/** Of the two kinds that combine: those for the station, and those for transactions. */
const isStation = (profile: Compared): boolean => !isTx(profile) && !isDefault(profile)

const phasesOf = ({ chargingSchedule }: Pick<HeldProfile, "chargingSchedule">): ReadonlyArray<number> =>
  chargingSchedule.flatMap(({ chargingSchedulePeriod }) =>
    chargingSchedulePeriod.flatMap(({ phaseToUse }) => phaseToUse ?? [])
  )

/** Not known of a profile that only a report told of: it may have been there for ever. */
const acceptedAt = (other: Other): number => ("acceptedAt" in other ? (other.acceptedAt ?? -Infinity) : -Infinity)

/** Milliseconds since 1970. */
interface Interval {
  readonly from: number
  readonly to: number
}

/** What lies before the moment of sending does not count. */
const validity = (
  { validFrom, validTo }: Pick<HeldProfile, "validFrom" | "validTo">,
  absentFrom: number,
  now: number
): Interval => ({
  from: Math.max(now, validFrom === undefined ? absentFrom : Date.parse(validFrom)),
  to: validTo === undefined ? Infinity : Date.parse(validTo)
})

const overlaps = (a: Interval, b: Interval): boolean => Math.max(a.from, b.from) < Math.min(a.to, b.to)
