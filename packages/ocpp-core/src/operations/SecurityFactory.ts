/** Stations that come with the credentials of their factory, and are kept Pending until they have their own. */
import type { StationView } from "../station/StationView.ts"
import { isOfOne } from "../transport/CertificateCheck.ts"

/** What a station should no longer use. */
export type FactoryCredentials = "Password" | "Certificate"

/**
 * Which credentials of its factory the station is still in with, or `undefined` (A-10, A00.FR.406, A00.FR.805–807, A01.FR.05). With
 * profile 1 or 2 its password, while the library has given it no other; with profile 3 its certificate, while no O of it is one
 * of `organizations`, the names of the operator. For stations that were registered with what the manufacturer told: the
 * library cannot see where a password came from.
 *
 * @example
 * BootNotification: (_request, { station }) =>
 *   Effect.gen(function* () {
 *     const currentTime = new Date(yield* Clock.currentTimeMillis).toISOString()
 *     const factory = Security.factoryCredentials(yield* station.snapshot, ["Example Charging"])
 *     if (factory === undefined) return { status: "Accepted", currentTime, interval: 300 } as const
 *     const renew = factory === "Password" ? Security.changePassword(station) : Security.requestCertificateRenewal(station)
 *     return andThen({ status: "Pending", currentTime, interval: 30 } as const, renew)
 *   })
 */
export const factoryCredentials = (
  { certificate, security }: Pick<StationView, "certificate" | "security">,
  organizations: ReadonlyArray<string> = []
): FactoryCredentials | undefined => {
  switch (security?.securityProfile) {
    case 1:
    case 2:
      return security.passwordChanged === true ? undefined : "Password"
    case 3:
      return certificate !== undefined && isOfOne(certificate, organizations) ? undefined : "Certificate"
    default:
      return undefined
  }
}
