/**
 * Which certificates a station may come with while its own is being renewed. A certificate that the CA stands behind
 * is good unless it was replaced: a renewed one replaces the old one once the station is in with it, so that a station that
 * cannot use the new one is never locked out. Certificates are SHA-256 fingerprints here. Pure.
 */

/** What became of the certificates of one station. Plain data, part of the security record. */
export interface CertificateRecord {
  /** The one it uses; absent when it has used none since its first renewal. */
  readonly inUse?: string
  /** Renewed ones that the station accepted, or may have, and has not used yet; oldest first. */
  readonly renewed: ReadonlyArray<string>
  /** Those that are not let in any more, oldest first. */
  readonly replaced: ReadonlyArray<string>
}

/** Renewed certificates that may wait for their first use. */
export const maxRenewed = 4
/** Replaced certificates that are remembered: the CA must see to older ones. */
export const maxReplaced = 16

const nothing: CertificateRecord = Object.freeze({ renewed: Object.freeze([]), replaced: Object.freeze([]) })

const without = (list: ReadonlyArray<string>, one: string): ReadonlyArray<string> =>
  list.includes(one) ? list.filter((other) => other !== one) : list

/** The station accepted a certificate, or may have, while it was connected with `inUse`. Both are let in from now on. */
export const offered = (
  record: CertificateRecord = nothing,
  fingerprint: string,
  inUse: string | undefined
): CertificateRecord => {
  const used = inUse ?? record.inUse
  const replaced = without(record.replaced, fingerprint)
  const renewed = fingerprint === used ? record.renewed : [...without(record.renewed, fingerprint), fingerprint]
  return { ...(used !== undefined && { inUse: used }), renewed: renewed.slice(-maxRenewed), replaced }
}

/**
 * The station is in with this certificate. A renewed one replaces the one before it, and renewed ones that were older; any
 * other changes nothing but which one is in use.
 */
export const used = (record: CertificateRecord, fingerprint: string): CertificateRecord => {
  if (record.inUse === fingerprint) return record
  const at = record.renewed.indexOf(fingerprint)
  if (at < 0) return { ...record, inUse: fingerprint }
  const old = record.inUse === undefined ? [] : [record.inUse]
  const replaced = [...record.replaced, ...old, ...record.renewed.slice(0, at)]
  return { inUse: fingerprint, renewed: record.renewed.slice(at + 1), replaced: replaced.slice(-maxReplaced) }
}

/** The station gave its renewed certificates up, and uses its old one. They may come in; nobody waits for them. */
export const discarded = (record: CertificateRecord): CertificateRecord =>
  record.renewed.length === 0 ? record : { ...record, renewed: [] }
