/**
 * Block C: what is sent about tokens and may be said, but hardly means what its author meant. Told, never changed: the app
 * chooses. What may not be said at all is in Authorization.ts.
 */
import type {
  AuthorizeResponse,
  IdTokenInfoType,
  IdTokenType,
  MessageContentType,
  RequestStartTransactionRequest,
  ReserveNowRequest,
  SendLocalListRequest,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import type { DeviceModel } from "./DeviceModel.ts"
import { personalMessages } from "./PersonalMessages.ts"

/** What is doubtful in what is sent about a token. */
export type AuthorizationProblem =
  | "GroupNotCentral" // a groupIdToken is of type Central (C-5, C09.FR.13)
  | "EvseIdListsAll" // a token that is good for every EVSE has no evseId (C-7, C01.FR.20)
  | "EvseIdBesideRefusal" // a refused token is good for no EVSE (C-7)
  | "ConcurrentTxAtStop" // means nothing at the end of a transaction, nor to a token that stops (C-9)
  | "PersonalMessageNotSupported" // the station supports neither tariffs nor display messages (C-23, I01.FR.02)
  | "PersonalMessageTooLong" // more characters than DisplayMessageCtrlr.PersonalMessageSize (C-23)
  | "PersonalMessageFormat" // a format that is not in DisplayMessageCtrlr.SupportedFormats (C-23)

/** Messages that say something about a token. */
export type TokenAction = "Authorize" | "TransactionEvent" | "SendLocalList" | "RequestStartTransaction" | "ReserveNow"

/**
 * What is about to be sent about a token is doubtful: our answer to an Authorize or a TransactionEvent, or a CALL. It is sent
 * as it is, and told once; the text of the token is not in it (C-13).
 */
export interface AuthorizationDoubtful {
  readonly _tag: "AuthorizationDoubtful"
  readonly action: TokenAction
  /** Of the CALL of the station that is answered. */
  readonly messageId?: string
  /** Of the TransactionEvent that is answered. */
  readonly transactionId?: string
  /** At least one, each once. */
  readonly problems: ReadonlyArray<AuthorizationProblem>
}

/** What is doubtful in the answer to an Authorize; `model`: what the station reported of itself. */
export const doubtsOfAuthorize = (
  { idTokenInfo }: AuthorizeResponse,
  model: DeviceModel
): ReadonlyArray<AuthorizationProblem> => (idTokenInfo === undefined ? none : ofInfo(idTokenInfo, model))

/** What is doubtful in the answer to a TransactionEvent. */
export const doubtsOfTransactionEvent = (
  { eventType, triggerReason }: TransactionEventRequest,
  { idTokenInfo, updatedPersonalMessage }: TransactionEventResponse,
  model: DeviceModel
): ReadonlyArray<AuthorizationProblem> => {
  if (idTokenInfo === undefined && updatedPersonalMessage === undefined) return none
  const stops = eventType === "Ended" || triggerReason === "StopAuthorized"
  return distinct([
    ...(idTokenInfo === undefined ? none : ofInfo(idTokenInfo, model)),
    ...(stops && idTokenInfo?.status === "ConcurrentTx" ? (["ConcurrentTxAtStop"] as const) : none),
    ...ofMessage(updatedPersonalMessage, model)
  ])
}

/** What is doubtful in a CALL of ours that says something about tokens; none for the other ones. */
export const doubtsOfCall = (
  action: string,
  request: unknown,
  model: DeviceModel
): { readonly action: TokenAction; readonly problems: ReadonlyArray<AuthorizationProblem> } | undefined => {
  if (action === "RequestStartTransaction" || action === "ReserveNow") {
    const { groupIdToken } = request as RequestStartTransactionRequest | ReserveNowRequest
    return { action, problems: ofGroup(groupIdToken) }
  }
  if (action !== "SendLocalList") return undefined
  const { localAuthorizationList = [] } = request as SendLocalListRequest
  const problems = localAuthorizationList.flatMap(({ idTokenInfo }) =>
    idTokenInfo === undefined ? none : ofInfo(idTokenInfo, model)
  )
  return { action, problems: distinct(problems) }
}

const none: ReadonlyArray<AuthorizationProblem> = Object.freeze([])

const distinct = (problems: ReadonlyArray<AuthorizationProblem>): ReadonlyArray<AuthorizationProblem> =>
  problems.length < 2 ? problems : [...new Set(problems)]

const ofInfo = (info: IdTokenInfoType, model: DeviceModel): ReadonlyArray<AuthorizationProblem> => {
  const { evseId, groupIdToken, personalMessage, status } = info
  if (evseId === undefined && groupIdToken === undefined && personalMessage === undefined) return none
  const problems: Array<AuthorizationProblem> = [...ofGroup(groupIdToken), ...ofMessage(personalMessage, model)]
  if (evseId !== undefined && status !== "Accepted") problems.push("EvseIdBesideRefusal")
  else if (evseId !== undefined && listsAll(evseId, model)) problems.push("EvseIdListsAll")
  return problems
}

const ofGroup = (groupIdToken: IdTokenType | undefined): ReadonlyArray<AuthorizationProblem> =>
  groupIdToken === undefined || groupIdToken.type === "Central" ? none : ["GroupNotCentral"]

const ofMessage = (
  message: MessageContentType | undefined,
  model: DeviceModel
): ReadonlyArray<AuthorizationProblem> => {
  if (message === undefined) return none
  const { formats, maxLength, supported } = personalMessages(model)
  if (supported === false) return ["PersonalMessageNotSupported"]
  const problems: Array<AuthorizationProblem> = []
  const { content, format } = message
  if (maxLength !== undefined && content.length > maxLength && Array.from(content).length > maxLength)
    problems.push("PersonalMessageTooLong")
  if (formats !== undefined && !formats.includes(format)) problems.push("PersonalMessageFormat")
  return problems
}

/** Only a complete inventory says how many EVSEs there are (DM-20). */
const listsAll = (evseId: ReadonlyArray<number>, { components, inventoryAt, isTruncated }: DeviceModel): boolean => {
  if (inventoryAt === undefined || isTruncated === true) return false
  const evses = Object.values(components).flatMap(({ component: { evse, name } }) =>
    name.toLowerCase() === "evse" && evse !== undefined ? [evse.id] : []
  )
  return evses.length > 0 && evses.every((id) => evseId.includes(id))
}
