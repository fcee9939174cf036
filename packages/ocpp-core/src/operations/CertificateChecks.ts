/** What must hold before a certificate is installed or deleted (M-4 to M-6). What the station has not reported is left out. */
import * as Effect from "effect/Effect"
import type { GetCertificateIdUseEnumType, InstallCertificateUseEnumType } from "@wattline/ocpp-v201"
import { certificateTypes, installedCertificates } from "../blocks/CertificateManagement.ts"
import { capacity, limit, typedValue } from "../blocks/DeviceModel.ts"
import type { StationMirror } from "../blocks/Mirror.ts"
import type { StationView } from "../station/StationView.ts"
import { type HashData, hashOf, isSameHashData, isSameHex } from "../transport/CertificateHash.ts"
import { type ReadCertificate, readCertificates } from "../transport/X509.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** What the checks say of a certificate that is to be installed. */
export interface InstallVerdict {
  /** A certificate that has any is not sent, unless it is allowed. */
  readonly broken: ReadonlyArray<BrokenRule>
  /** Never a reason not to send. */
  readonly warnings: ReadonlyArray<BrokenRule>
}

/** Characters of a certificate in InstallCertificate. */
export const maxCertificateLength = 5500

/** M-6. `now`: CSMS clock in milliseconds since 1970. */
export const installVerdict = Effect.fnUntraced(function* (
  mirror: StationMirror,
  certificateType: InstallCertificateUseEnumType,
  pem: string,
  now: number
): Effect.fn.Return<InstallVerdict> {
  const broken: Array<BrokenRule> = []
  const warnings: Array<BrokenRule> = []
  if (pem.length > maxCertificateLength)
    broken.push({
      rule: "M-6",
      detail: `a certificate has at most ${maxCertificateLength} characters, not ${pem.length}`
    })
  const [certificate, ...others] = readCertificates(pem) ?? []
  if (certificate === undefined || others.length > 0) {
    broken.push({ rule: "M-6", detail: "it is not one certificate, X.509 in PEM" })
    return { broken, warnings }
  }
  if (certificate.notAfter <= now) warnings.push({ rule: "M-6", detail: "the certificate has expired" })
  if (certificate.notBefore > now) warnings.push({ rule: "M-6", detail: "the certificate is not valid yet" })
  const full = fullness(mirror)
  if (full !== undefined && !(yield* isInstalled(mirror, certificateType, certificate)))
    broken.push({ rule: "M-6", detail: full })
  if (certificateType === "CSMSRootCertificate" && (yield* isUnsignedByOld(mirror, certificate)))
    warnings.push({
      rule: "M-6",
      detail: "with AdditionalRootCertificateCheck the station takes a CSMS root only when the old one has signed it"
    })
  return { broken, warnings }
})

/** Why one more certificate does not fit; a number the station reported before it changed its certificates is not used. */
const fullness = ({ certificates, provisioning: { deviceModel: model } }: StationMirror): string | undefined => {
  const query = { component: "SecurityCtrlr", variable: "CertificateEntries" }
  const most = capacity(model, query, Infinity)
  const isComplete = certificateTypes.every((type) => {
    const known = certificates.installed[type]
    return known !== undefined && known.outdated !== true
  })
  const count = isComplete
    ? installedCertificates(certificates).length
    : model.stale
      ? undefined
      : limit(model, query, 0)
  return most !== undefined && count !== undefined && count >= most
    ? `the station holds at most ${most} certificates, and has ${count}`
    : undefined
}

/** Whether the station has reported this very root; what was installed again takes no more room. */
const isInstalled = (
  { certificates }: StationMirror,
  type: GetCertificateIdUseEnumType,
  certificate: ReadCertificate
): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const { hashDataOf } = await import("../pki/HashData.ts")
    for (const { certificateHashData: known } of certificates.installed[type]?.certificates ?? []) {
      const own = await hashDataOf(certificate, certificate, known.hashAlgorithm)
      if (own !== undefined && isSameHashData(own, known)) return true
    }
    return false
  })

/** M05.FR.11, as far as names tell: none of the CSMS roots that were reported is the issuer of the new one. */
const isUnsignedByOld = (
  { certificates, provisioning: { deviceModel } }: StationMirror,
  { issuer }: ReadCertificate
): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const check = typedValue(deviceModel, { component: "SecurityCtrlr", variable: "AdditionalRootCertificateCheck" })
    const roots = certificates.installed.CSMSRootCertificate?.certificates ?? []
    if (check?.raw.toLowerCase() !== "true" || roots.length === 0) return false
    for (const { certificateHashData: root } of roots)
      // A root names itself, so the hash of its issuer is that of its own name.
      if (isSameHex(await hashOf(issuer, root.hashAlgorithm), root.issuerNameHash)) return false
    return true
  })

/** M-4, M-5: what speaks against deleting the certificate with this hash data. */
export const brokenByDeletion = (
  { certificate: own, mirror: { certificates } }: StationView,
  hashData: HashData
): ReadonlyArray<BrokenRule> => {
  const known = installedCertificates(certificates)
  const alike = known.filter(
    ({ serialNumber, hashAlgorithm }) =>
      isSameHex(serialNumber, hashData.serialNumber) && hashAlgorithm !== hashData.hashAlgorithm
  )
  const reported = known.filter((one) => isSameHashData(one, hashData))
  // A root may have the same number; a chain may be that of a certificate for both.
  const isRoot = reported.some(({ certificateType }) => certificateType !== "V2GCertificateChain")
  const isOwn = own?.certificateNumber !== undefined && isSameHex(own.certificateNumber, hashData.serialNumber)
  return [
    ...(isOwn && !isRoot ? [{ rule: "M-5", detail: "it is the certificate that the station is connected with" }] : []),
    ...(reported.length > 0 ? [] : alike).map(({ hashAlgorithm }) => ({
      rule: "M-4",
      detail: `the station names a certificate of this number by ${hashAlgorithm}, not by ${hashData.hashAlgorithm}`
    }))
  ]
}
