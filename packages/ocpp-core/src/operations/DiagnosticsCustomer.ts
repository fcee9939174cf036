/** Customer information: reported, cleared, and taken out of the local list (N09, N10). Personal: nothing of it is kept. */
import * as Effect from "effect/Effect"
import type { CertificateHashDataType, IdTokenType, StatusInfoType } from "@wattline/ocpp-v201"
import { installedCertificates } from "../blocks/CertificateManagement.ts"
import { typedValue } from "../blocks/DeviceModel.ts"
import type { SequenceRange } from "../blocks/SequenceRanges.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { CheckFailed } from "./CheckFailed.ts"
import { brokenByCustomer } from "./DiagnosticsRules.ts"
import * as Jobs from "./Jobs.ts"
import { type LocalListIncomplete, sendUpdates, type SendListOutcome } from "./LocalAuthorizationList.ts"

/** Who: named in exactly one way (N-16). A certificate by the hash algorithm that was used when it was installed (N-19). */
export type Customer =
  | { readonly idToken: IdTokenType; readonly customerCertificate?: never; readonly customerIdentifier?: never }
  | {
      readonly customerCertificate: CertificateHashDataType
      readonly idToken?: never
      readonly customerIdentifier?: never
    }
  | { readonly customerIdentifier: string; readonly idToken?: never; readonly customerCertificate?: never }

/** What is asked for. */
export interface CustomerInformationOptions extends CallOptions {
  /** Whether the station reports what it holds. Default true. */
  readonly report?: boolean
  /** Whether it forgets what it holds. Default false. */
  readonly clear?: boolean
  /** Whether a customer that is cleared is taken out of the local list as well. Default true (D-11, N-18). */
  readonly localList?: boolean
  /** The tokens of the customer, as far as they can be in the local list. Default: `idToken`, when the customer is named by it. */
  readonly tokens?: ReadonlyArray<IdTokenType>
}

/** What became of it. */
export interface CustomerInformationOutcome {
  readonly requestId: number
  /**
   * - `Complete`: all that the station has to say is in `data`
   * - `Rejected`, `Invalid`: the station's answer (N09.FR.03, N09.FR.09)
   * - `Incomplete`: it accepted, and parts are missing after the deadline (`reportTimeout` of the CSMS)
   * - `Cancelled`: it was forgotten here (CE-7)
   */
  readonly status: "Complete" | "Rejected" | "Invalid" | "Incomplete" | "Cancelled"
  readonly statusInfo?: StatusInfoType
  /** What came, joined in the order of seqNo; in words of the station, also when it holds nothing (N-17). Personal. */
  readonly data: string
  /** The seqNos known to be missing; the end may be missing too. */
  readonly missing: ReadonlyArray<SequenceRange>
  /** Whether the station agreed to forget the customer. */
  readonly cleared: boolean
  /** What became of the local list; absent when nothing was cleared, or `localList` is false. */
  readonly localList?: LocalListRemoval
}

/** Whether a customer that was cleared is out of the local list of the station. */
export type LocalListRemoval =
  /** It is known by no token: name them in `tokens`, or take them out yourself. */
  | { readonly _tag: "NoToken" }
  /** The station has no list. */
  | { readonly _tag: "NoList" }
  /** An update without the tokens was sent; what became of it is in `outcome`. */
  | { readonly _tag: "Sent"; readonly outcome: SendListOutcome }
  /** The update was not taken: try again. */
  | { readonly _tag: "Failed"; readonly failure: CallFailure | CheckFailed | LocalListIncomplete }

/**
 * Asks for what a station holds of a customer, lets it forget that, or both, and collects what it says (N-16, N-17). After
 * clearing, the tokens are taken out of the local list too, which the station itself leaves alone (N-18, D-11); `localList` of the
 * outcome tells what became of that. Also after a pure clear the station has a part to say; one that does not makes it
 * `Incomplete`, with `cleared` true.
 *
 * Fails as `station.call` does, and with `CheckFailed` before anything is sent: not named in exactly one way (N09.FR.04), neither
 * `report` nor `clear` (N09.FR.07), a certificate that the station reported by another hash algorithm (N09.FR.08).
 *
 * @example
 * const { data, localList } = yield* Diagnostics.customerInformation(
 *   station,
 *   { idToken: { idToken: "0F7D3B2A", type: "ISO14443" } },
 *   { clear: true }
 * )
 */
export const customerInformation: (
  station: Station,
  customer: Customer,
  options?: CustomerInformationOptions
) => Effect.Effect<CustomerInformationOutcome, CallFailure | CheckFailed> = Effect.fn(
  "Diagnostics.customerInformation"
)(function* (station, customer, { clear = false, localList = true, report = true, tokens: given, ...options } = {}) {
  const { customerCertificate, customerIdentifier, idToken } = customer
  const request = {
    report,
    clear,
    ...(idToken && { idToken }),
    ...(customerCertificate && { customerCertificate }),
    ...(customerIdentifier !== undefined && { customerIdentifier })
  }
  const { certificates } = (yield* station.snapshot).mirror
  const broken = brokenByCustomer(request, installedCertificates(certificates))
  const { identity } = station
  if (broken.length > 0) return yield* new CheckFailed({ identity, action: "CustomerInformation", broken })
  const { outcome, requestId, response } = yield* Jobs.run(station, "CustomerInformation", (id) =>
    station.call("CustomerInformation", { requestId: id, ...request }, options)
  )
  const { status, statusInfo } = response
  const cleared = clear && status === "Accepted"
  const tokens = given ?? (idToken ? [idToken] : [])
  const told: CustomerInformationOutcome = {
    requestId,
    status: statusOf(outcome, status),
    ...(statusInfo && { statusInfo }),
    data: "parts" in outcome ? outcome.parts.map(({ message }) => message.data).join("") : "",
    missing: outcome._tag === "Partial" ? outcome.missing : [],
    cleared,
    ...(cleared && localList && { localList: yield* takenOut(station, tokens, options) })
  }
  return told
})

const statusOf = (
  { _tag }: Jobs.JobResult<"CustomerInformation">["outcome"],
  status: "Accepted" | "Rejected" | "Invalid"
): CustomerInformationOutcome["status"] => {
  if (_tag === "Complete" || _tag === "Cancelled") return _tag
  return status === "Accepted" ? "Incomplete" : status
}

/** D-11. A station that was never asked for its version is asked now. */
const takenOut = Effect.fnUntraced(function* (
  station: Station,
  tokens: ReadonlyArray<IdTokenType>,
  options: CallOptions
): Effect.fn.Return<LocalListRemoval> {
  if (tokens.length === 0) return { _tag: "NoToken" }
  const { localAuthorizationList, provisioning } = (yield* station.snapshot).mirror
  const isOff = ["Available", "Enabled"].some(
    (variable) =>
      typedValue(provisioning.deviceModel, { component: "LocalAuthListCtrlr", variable })?.raw.toLowerCase() === "false"
  )
  if (isOff || localAuthorizationList.versionNumber === 0) return { _tag: "NoList" }
  const updates = tokens.map((idToken) => ({ idToken }))
  return yield* Effect.matchEager(sendUpdates(station, updates, options), {
    onFailure: (failure): LocalListRemoval => ({ _tag: "Failed", failure }),
    onSuccess: (outcome): LocalListRemoval =>
      outcome._tag === "FullListNeeded" ? { _tag: "NoList" } : { _tag: "Sent", outcome }
  })
})
