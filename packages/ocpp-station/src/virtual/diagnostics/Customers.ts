/** What a station holds of a customer, in words (N09, N10). Pure. */
import type {
  CertificateHashDataType,
  CustomerInformationRequest,
  IdTokenInfoType,
  IdTokenType
} from "@wattline/ocpp-v201"
import { isSameToken } from "@wattline/ocpp-core"
import { isSameHashData } from "@wattline/ocpp-core/engine"
import type { EVSE } from "../EVSE.ts"

/** What the station keeps of a customer besides tokens and transactions: a vendor's own data. */
export interface CustomerRecord {
  readonly customerIdentifier?: string
  readonly idToken?: IdTokenType
  readonly customerCertificate?: CertificateHashDataType
  /** What is reported. */
  readonly data: string
}

/** Why a request is not carried out (N09.FR.07, N09.FR.09); `undefined`: it is. */
export const refusalOf = ({
  clear,
  customerCertificate,
  customerIdentifier,
  idToken,
  report
}: CustomerInformationRequest): "Invalid" | "Rejected" | undefined => {
  const named = [customerCertificate, customerIdentifier, idToken].filter((one) => one !== undefined).length
  if (named !== 1) return "Invalid"
  return report || clear ? undefined : "Rejected"
}

/** Whether a record is about the customer that is asked for. */
export const isOf = (
  record: CustomerRecord,
  { customerCertificate, customerIdentifier, idToken }: CustomerInformationRequest
): boolean =>
  (customerIdentifier !== undefined && record.customerIdentifier === customerIdentifier) ||
  (idToken !== undefined && record.idToken !== undefined && isSameToken(record.idToken, idToken)) ||
  (customerCertificate !== undefined &&
    record.customerCertificate !== undefined &&
    isSameHashData(record.customerCertificate, customerCertificate))

/** What is known of a token, one sentence each. */
export const tokenSentences = (
  { idToken, type }: IdTokenType,
  info: IdTokenInfoType | undefined,
  evses: ReadonlyArray<EVSE>
): ReadonlyArray<string> => {
  const running = evses.flatMap(({ id, transaction }) =>
    transaction?.started !== undefined && isSameToken(transaction.started.idToken, { idToken, type })
      ? [`Transaction ${transaction.transactionId} runs at EVSE ${id}.`]
      : []
  )
  if (info === undefined) return running
  const group = info.groupIdToken === undefined ? "" : ` of group ${info.groupIdToken.idToken}`
  return [`Token ${idToken} (${type})${group} is known as ${info.status}.`, ...running]
}

/** A text in parts of at most 512 characters. */
export const partsOf = (text: string): ReadonlyArray<string> => {
  const characters = Array.from(text)
  const parts: Array<string> = []
  for (let at = 0; at < characters.length; at += 512) parts.push(characters.slice(at, at + 512).join(""))
  return parts
}
