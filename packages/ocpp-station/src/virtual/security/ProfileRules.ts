/** Whether a station goes over to another security profile (A05, A00.FR.005). Pure; decided by a table, first match wins. */

/** What counts. */
export interface ProfileChange {
  /** The profile in use, and the one that is wanted. */
  readonly current: number
  readonly wanted: number
  /** Whether a CSMS root that is valid now is installed. */
  readonly hasCsmsRoot: boolean
  /** Whether the station has a certificate that is valid now. */
  readonly hasCertificate: boolean
  /** SecurityCtrlr.AllowSecurityProfileDowngrade. */
  readonly allowsDowngrade: boolean
}

/** Why not, as a reasonCode; `undefined`: it may. */
export type ProfileProblem = "InvalidNetworkConf" | "InvalidCertificate" | "NoSecurityDowngrade"

const rules: ReadonlyArray<
  readonly [reasonCode: ProfileProblem, source: string, applies: (change: ProfileChange) => boolean]
> = [
  // A station on a trusted network, without security (0), may stay as it is.
  ["InvalidNetworkConf", "A00.FR.001", ({ current, wanted }) => wanted !== current && (wanted < 1 || wanted > 3)],
  ["NoSecurityDowngrade", "A05.FR.09", ({ current, wanted }) => current > 1 && wanted === 1],
  [
    "NoSecurityDowngrade",
    "A05.FR.08, A05.FR.10",
    ({ allowsDowngrade, current, wanted }) => wanted < current && !allowsDowngrade
  ],
  ["InvalidCertificate", "A05.FR.02", ({ current, hasCsmsRoot, wanted }) => wanted > current && !hasCsmsRoot],
  [
    "InvalidCertificate",
    "A05.FR.03",
    ({ current, hasCertificate, wanted }) => wanted > current && wanted === 3 && !hasCertificate
  ]
]

/** See the head of the file. */
export const profileProblem = (change: ProfileChange): ProfileProblem | undefined =>
  rules.find(([, , applies]) => applies(change))?.[0]
