/** What is sent about tokens and is doubtful is told, once, before it is sent (C-5, C-7, C-9, C-23). */
import type { AuthorizeResponse, TransactionEventRequest } from "@wattline/ocpp-v201"
import { doubtsOfAuthorize, doubtsOfCall, doubtsOfTransactionEvent } from "../blocks/AuthorizationDoubts.ts"
import type { AnsweringCall } from "./Answering.ts"
import type { StationProcess } from "./Station.ts"

/** Tells what is doubtful in the answer that a handler gave. The answer stays as it is. */
export const tellOfAnswer = ({ action, messageId, payload, station }: AnsweringCall, response: object): void => {
  if (action !== "Authorize" && action !== "TransactionEvent") return
  const { deviceModel } = station.mirror.provisioning
  if (action === "Authorize") {
    const problems = doubtsOfAuthorize(response as AuthorizeResponse, deviceModel)
    if (problems.length > 0) station.emit({ _tag: "AuthorizationDoubtful", action, messageId, problems })
    return
  }
  const event = payload as TransactionEventRequest
  const problems = doubtsOfTransactionEvent(event, response, deviceModel)
  if (problems.length === 0) return
  const { transactionId } = event.transactionInfo
  station.emit({ _tag: "AuthorizationDoubtful", action, messageId, transactionId, problems })
}

/** Tells what is doubtful in a CALL that is about to be sent. It is sent as it is. */
export const tellOfCall = (station: StationProcess, action: string, request: unknown): void => {
  const doubts = doubtsOfCall(action, request, station.mirror.provisioning.deviceModel)
  if (doubts !== undefined && doubts.problems.length > 0) station.emit({ _tag: "AuthorizationDoubtful", ...doubts })
}
