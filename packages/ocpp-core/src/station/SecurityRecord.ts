/**
 * What the library has learned of a station's security, beside what the directory says: the highest security profile it
 * connected with, those it may connect with next, its serial number, its passwords. Pure, from record to record.
 */
import type { SecurityProfile } from "../transport/Transport.ts"
import type { CertificateRecord } from "./CertificateRecord.ts"
import * as PasswordRecord from "./PasswordRecord.ts"

/** See the head of the file. Plain data, part of the snapshot; holds salted hashes of passwords, and no password. */
export interface SecurityRecord {
  /** The profile of the last connection of profile 1 to 3; lower ones are refused. */
  readonly securityProfile?: SecurityProfile
  /** The station went from profile 3 to 2 as it was told to, although the directory may still say 3. */
  readonly downgraded?: true
  /** Profiles of network connection profiles that the station accepted: it may connect with one of them next. */
  readonly nextProfiles?: ReadonlyArray<SecurityProfile>
  /** The serial number of its BootNotification that was the CN of its certificate: its certificates must have it. */
  readonly serialNumber?: string
  /** Passwords that the library gave it. */
  readonly password?: PasswordRecord.PasswordRecord
  /** What became of its certificates, from its first renewal on. */
  readonly certificates?: CertificateRecord
}

/** The same for whoever looks at a station: without hashes. */
export interface SecurityView extends Omit<SecurityRecord, "password"> {
  /** Password changes that are undecided: so many more passwords than one are accepted. */
  readonly openPasswords: number
  /** Whether the password in force is one that the library gave the station, in place of the directory's. */
  readonly passwordChanged?: true
}

/** Nothing learned. Shared. */
export const nothing: SecurityRecord = Object.freeze({})

/** The profile that a station must use, and those it may use instead. */
export interface ExpectedProfiles {
  readonly expected: SecurityProfile
  readonly next: ReadonlyArray<SecurityProfile>
}

/** `directory` is the profile that the directory has. */
export const expectedProfiles = (record: SecurityRecord | undefined, directory: SecurityProfile): ExpectedProfiles => {
  const { downgraded, nextProfiles = [], securityProfile = directory } = record ?? {}
  const isLowered = downgraded === true && securityProfile < directory
  const expected = isLowered || securityProfile > directory ? securityProfile : directory
  const next = nextProfiles.filter((profile) => profile > expected || isDowngrade(expected, profile))
  return { expected, next }
}

/** The one downgrade that OCPP can bring about. */
const isDowngrade = (from: SecurityProfile, to: number): boolean => from === 3 && to === 2

/** A connection with this profile was opened. */
export const connectedWith = (record: SecurityRecord, profile: SecurityProfile): SecurityRecord => {
  const before = record.securityProfile
  if (profile === 0 || profile === before) return record
  const { downgraded: _, nextProfiles = [], ...rest } = record
  const next = nextProfiles.filter((one) => one > profile)
  return {
    ...rest,
    securityProfile: profile,
    ...(before !== undefined && isDowngrade(before, profile) && { downgraded: true }),
    ...(next.length > 0 && { nextProfiles: next })
  }
}

/**
 * The station accepted a network connection profile with this security profile while it was connected with `active`.
 * A lower one counts only as the downgrade from 3 to 2 of a station that allows it. Profile 0 is left by the
 * directory alone: it is for stations that have no credentials.
 */
export const profileAccepted = (
  record: SecurityRecord,
  active: SecurityProfile,
  offered: number,
  allowsDowngrade: boolean
): SecurityRecord => {
  const { nextProfiles = [] } = record
  const isNext = (active !== 0 && offered > active) || (isDowngrade(active, offered) && allowsDowngrade)
  if (!isProfile(offered) || !isNext || nextProfiles.includes(offered)) return record
  return { ...record, nextProfiles: [...nextProfiles, offered] }
}

const isProfile = (offered: number): offered is 1 | 2 | 3 => offered === 1 || offered === 2 || offered === 3

/** The station told the serial number that its certificate has. */
export const pinned = (record: SecurityRecord, serialNumber: string): SecurityRecord =>
  record.serialNumber === serialNumber ? record : { ...record, serialNumber }

/** Replaces the record of the passwords. */
export const withPassword = (record: SecurityRecord, password: PasswordRecord.PasswordRecord): SecurityRecord =>
  record.password === password ? record : { ...record, password }

/** Replaces the record of the certificates. */
export const withCertificates = (record: SecurityRecord, certificates: CertificateRecord): SecurityRecord =>
  record.certificates === certificates ? record : { ...record, certificates }

/** A record as it was stored, for a process that begins. */
export const restored = (record: SecurityRecord | undefined): SecurityRecord =>
  record?.password === undefined ? (record ?? nothing) : withPassword(record, PasswordRecord.restored(record.password))

/** What may be shown; `undefined` when nothing was learned. */
export const view = (record: SecurityRecord): SecurityView | undefined => {
  if (record === nothing) return undefined
  const { password, ...rest } = record
  const openPasswords = password?.open.length ?? 0
  return { ...rest, openPasswords, ...(password?.current !== undefined && { passwordChanged: true }) }
}
