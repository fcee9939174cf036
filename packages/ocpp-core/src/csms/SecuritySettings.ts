/** The part of the settings that is about who may come in (block A). */
import type { CheckCertificate } from "../transport/Admission.ts"
import { defaultIterations, maxIterations } from "../transport/Password.ts"

/** See the head of the file. */
export interface SecurityOptions {
  /**
   * Names of the operator (CSO), or of organizations it trusts: with profile 3 one of them must be an O of a station's
   * certificate, compared without case. A station's own `certificate.organizations` take their place. Where neither
   * is given, O is not checked: then the listener should trust a CA that serves this operator alone.
   */
  readonly organizations?: ReadonlyArray<string>
  /**
   * Asked about every station certificate that is good otherwise, before the upgrade: whether it was revoked.
   * A text refuses the station with HTTP 403 and is the reason; a failure refuses it with 503. Default: not asked.
   */
  readonly checkCertificate?: CheckCertificate
  /**
   * Stations whose right password is remembered, as an HMAC in memory under a key of this process, so that their next login
   * takes no slow check. Default 20 000; 0 remembers none.
   */
  readonly passwordCacheSize?: number
  /** Slow password checks at the same time; other logins wait for their turn. Default 4, the threads node has for them. */
  readonly maxPasswordChecks?: number
  /**
   * PBKDF2 iterations for passwords that `addStation` is given and that stations are given with SetVariables. Default
   * 10 000, for long random passwords; hashes that exist keep theirs (ADR 6).
   */
  readonly passwordIterations?: number
}

/** The same with defaults. */
export interface SecuritySettings {
  readonly organizations: ReadonlyArray<string>
  readonly checkCertificate: CheckCertificate | undefined
  readonly passwordCacheSize: number
  readonly maxPasswordChecks: number
  readonly passwordIterations: number
}

/** Fills in the defaults. Throws a `RangeError` that names the option and what it wants. */
export const securitySettings = (options: SecurityOptions): SecuritySettings => ({
  organizations: organizationsOf(options),
  checkCertificate: options.checkCertificate,
  passwordCacheSize: count("passwordCacheSize", options.passwordCacheSize ?? 20_000, 0),
  maxPasswordChecks: count("maxPasswordChecks", options.maxPasswordChecks ?? 4, 1),
  passwordIterations: count("passwordIterations", options.passwordIterations ?? defaultIterations, 1, maxIterations)
})

const organizationsOf = ({ organizations = [] }: SecurityOptions): ReadonlyArray<string> => {
  if (organizations.every((name) => name.trim() !== "")) return organizations
  throw new RangeError("Csms option organizations is a list of names, none of them empty")
}

const count = (name: keyof SecurityOptions, value: number, least: number, most = Infinity): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`
  throw new RangeError(`Csms option ${name} is a whole number ${range}, not ${value}`)
}
