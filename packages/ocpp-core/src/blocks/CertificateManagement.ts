/** Block M: which certificates a station has, as it reported them last, and what must hold of answers about certificates. */
import type {
  CertificateHashDataType,
  Get15118EVCertificateRequest,
  Get15118EVCertificateResponse,
  GetCertificateIdUseEnumType,
  GetCertificateStatusRequest,
  GetCertificateStatusResponse,
  InstallCertificateUseEnumType
} from "@wattline/ocpp-v201"
import { type HashData, isSameHashData } from "../transport/CertificateHash.ts"
import type { Block, Exchange } from "./Block.ts"

/** One installed certificate, or the chain of one. Plain data. */
export interface InstalledCertificate {
  /** Names the certificate: of a V2GCertificateChain, its leaf. As reported, without customData. */
  readonly certificateHashData: HashData
  /** Of a V2GCertificateChain, the sub-CAs above the leaf (M03.FR.05). */
  readonly childCertificateHashData?: ReadonlyArray<HashData>
}

/** The certificates of one type. Plain data. */
export interface InstalledCertificates {
  /** At most `maxCertificates`. */
  readonly certificates: ReadonlyArray<InstalledCertificate>
  /** True since a certificate of this type was installed or deleted, or may have been (ST-3): ask again to know them (M-4). */
  readonly outdated?: true
  /** True when the station has more than are held. */
  readonly isTruncated?: true
  /** CSMS clock in milliseconds since 1970. */
  readonly reportedAt: number
}

/** State of block M for one station: what GetInstalledCertificateIds gave, by type. Plain data. */
export interface CertificatesState {
  readonly installed: { readonly [T in GetCertificateIdUseEnumType]?: InstalledCertificates }
}

/** Certificates of one type that are held per station. */
export const maxCertificates = 64

/** All types that a station can report. */
export const certificateTypes: ReadonlyArray<GetCertificateIdUseEnumType> = [
  "V2GRootCertificate",
  "MORootCertificate",
  "CSMSRootCertificate",
  "V2GCertificateChain",
  "ManufacturerRootCertificate"
]

/** What block M says happened. */
export type CertificatesEvent = InstalledCertificatesReported | CertificateInstalled | CertificateDeleted

/** The station reported which certificates of these types it has (M-3). */
export interface InstalledCertificatesReported {
  readonly _tag: "InstalledCertificatesReported"
  readonly certificateTypes: ReadonlyArray<GetCertificateIdUseEnumType>
}

/** The station installed a certificate (M-6). */
export interface CertificateInstalled {
  readonly _tag: "CertificateInstalled"
  readonly certificateType: InstallCertificateUseEnumType
}

/** The station deleted a certificate, and may have deleted what was below it as well (M-4). */
export interface CertificateDeleted {
  readonly _tag: "CertificateDeleted"
  readonly certificateHashData: HashData
}

/** Every certificate that is known, with its type; children and leaf of a chain each by itself. */
export const installedCertificates = ({
  installed
}: CertificatesState): ReadonlyArray<HashData & { readonly certificateType: GetCertificateIdUseEnumType }> =>
  certificateTypes.flatMap((certificateType) =>
    (installed[certificateType]?.certificates ?? []).flatMap(({ certificateHashData, childCertificateHashData = [] }) =>
      [certificateHashData, ...childCertificateHashData].map((hashData) => Object.assign({ certificateType }, hashData))
    )
  )

/** M-9: `ocspResult` comes with Accepted, and only with that. A string says why the answer cannot be sent. */
export const amendCertificateStatus = (
  _request: GetCertificateStatusRequest,
  response: GetCertificateStatusResponse
): GetCertificateStatusResponse | string => {
  if (response.status === "Accepted")
    return response.ocspResult === undefined || response.ocspResult === ""
      ? "Accepted needs the ocspResult (M06.FR.03)"
      : response
  if (response.ocspResult === undefined) return response
  const { ocspResult: _, ...rest } = response
  return rest // M06.FR.04
}

/** M-1: Accepted brings what the contract pool answered. */
export const amendEVCertificate = (
  _request: Get15118EVCertificateRequest,
  response: Get15118EVCertificateResponse
): Get15118EVCertificateResponse | string =>
  response.status === "Accepted" && response.exiResponse === ""
    ? "Accepted needs the exiResponse (M01.FR.01)"
    : response

type Emit = (event: CertificatesEvent) => void

const reported = (
  state: CertificatesState,
  { at, request, response }: Exchange<"GetInstalledCertificateIds">,
  emit: Emit
): CertificatesState => {
  const asked = request.certificateType ?? certificateTypes
  const chains = response.status === "Accepted" ? (response.certificateHashDataChain ?? []) : []
  const installed = { ...state.installed }
  for (const type of asked) {
    const all = chains.filter(({ certificateType }) => certificateType === type)
    installed[type] = {
      certificates: all.slice(0, maxCertificates).map(({ certificateHashData, childCertificateHashData: children }) => {
        const leaf = { certificateHashData: hashDataOnly(certificateHashData) }
        return children === undefined
          ? leaf
          : Object.assign(leaf, { childCertificateHashData: children.map(hashDataOnly) })
      }),
      ...(all.length > maxCertificates && { isTruncated: true }),
      reportedAt: at
    }
  }
  emit({ _tag: "InstalledCertificatesReported", certificateTypes: asked })
  return { installed }
}

const hashDataOnly = ({ customData: _, ...hashData }: CertificateHashDataType): HashData => hashData

/** The id of what was installed is not known before the station is asked. */
const installedOne = (
  state: CertificatesState,
  { request, response }: Exchange<"InstallCertificate">,
  emit: Emit
): CertificatesState => {
  if (response.status !== "Accepted") return state
  const { certificateType } = request
  emit({ _tag: "CertificateInstalled", certificateType })
  return outdated(state, [certificateType])
}

/** Deleted, or not there: it is no more. What was below it may be gone too (M04.FR.08), so any type may have changed. */
const deleted = (
  state: CertificatesState,
  { request, response }: Exchange<"DeleteCertificate">,
  emit: Emit
): CertificatesState => {
  if (response.status === "Failed") return state
  const gone = hashDataOnly(request.certificateHashData)
  const isGone = ({ certificateHashData }: InstalledCertificate): boolean => isSameHashData(certificateHashData, gone)
  const wasDeleted = response.status === "Accepted"
  if (wasDeleted) emit({ _tag: "CertificateDeleted", certificateHashData: gone })
  let next = state
  for (const type of certificateTypes) {
    const known = next.installed[type]
    if (known?.certificates.some(isGone) !== true) continue
    const certificates = known.certificates.filter((one) => !isGone(one))
    next = { installed: { ...next.installed, [type]: { ...known, certificates } } }
  }
  return wasDeleted ? outdated(next, certificateTypes) : next
}

/** A chain for ISO 15118 is among what is reported; that for the CSMS is not. */
const signed = (state: CertificatesState, { request, response }: Exchange<"CertificateSigned">): CertificatesState =>
  response.status === "Accepted" && request.certificateType === "V2GCertificate"
    ? outdated(state, ["V2GCertificateChain"])
    : state

const outdated = (state: CertificatesState, types: ReadonlyArray<GetCertificateIdUseEnumType>): CertificatesState => {
  const changed = types.flatMap((type) => {
    const known = state.installed[type]
    return known === undefined || known.outdated === true ? [] : [[type, { ...known, outdated: true }] as const]
  })
  return changed.length === 0 ? state : { installed: { ...state.installed, ...Object.fromEntries(changed) } }
}

/** Block M, CertificateManagement. */
export const certificates: Block<CertificatesState, CertificatesEvent> = {
  initial: Object.freeze({ installed: Object.freeze({}) }),
  reduce: {
    GetInstalledCertificateIds: reported,
    InstallCertificate: installedOne,
    DeleteCertificate: deleted,
    CertificateSigned: signed
  },
  unanswered: {
    InstallCertificate: (state, { certificateType }) => outdated(state, [certificateType]),
    DeleteCertificate: (state) => outdated(state, certificateTypes),
    CertificateSigned: (state, { certificateType }) =>
      certificateType === "V2GCertificate" ? outdated(state, ["V2GCertificateChain"]) : state
  },
  replaced: (state) => outdated(state, certificateTypes)
}
