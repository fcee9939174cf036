/** What is doubtful in what is said of a token, and what is known of messages for the driver. */
import { assert, describe, it } from "vitest"
import type {
  IdTokenInfoType,
  ReportDataType,
  TransactionEventRequest,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import {
  type AuthorizationProblem,
  doubtsOfAuthorize,
  doubtsOfCall,
  doubtsOfTransactionEvent
} from "../../src/blocks/AuthorizationDoubts.ts"
import { type DeviceModel, empty } from "../../src/blocks/DeviceModel.ts"
import { applyReport } from "../../src/blocks/DeviceModelReport.ts"
import { personalMessages } from "../../src/blocks/PersonalMessages.ts"
import { at, transactionEvent as event } from "../csms/support.ts"

const variable = (component: string, name: string, value: string, more: object = {}): ReportDataType => ({
  component: { name: component, ...more },
  variable: { name },
  variableAttribute: [{ value }]
})

const tariff = (available: string): ReportDataType => ({
  component: { name: "TariffCostCtrlr" },
  variable: { name: "Available", instance: "Tariff" },
  variableAttribute: [{ value: available }]
})

const evses = (...ids: ReadonlyArray<number>) =>
  ids.map((id) => variable("EVSE", "AvailabilityState", "Available", { evse: { id } }))

/** The device model of a station that reported this. */
const reported = (reportData: ReadonlyArray<ReportDataType>, mode: "replace" | "merge" = "replace"): DeviceModel =>
  applyReport(empty, [{ seqNo: 0, generatedAt: at, receivedAt: 1, reportData }], mode, 1)

const ofInfo = (info: IdTokenInfoType, model: DeviceModel = empty) => doubtsOfAuthorize({ idTokenInfo: info }, model)

const ofEvent = (
  more: object,
  response: TransactionEventResponse,
  model: DeviceModel = empty
): ReadonlyArray<AuthorizationProblem> =>
  doubtsOfTransactionEvent(event(1, more) as TransactionEventRequest, response, model)

const says = (content: string, format: "ASCII" | "UTF8" | "HTML" = "UTF8") =>
  ({ status: "Accepted", personalMessage: { content, format } }) satisfies IdTokenInfoType

describe("doubts about a token", () => {
  it("C-5, C09.FR.13: the token of a group is of type Central", () => {
    const inGroup = (type: "Central" | "ISO14443") => ({ groupIdToken: { idToken: "G", type } })
    assert.deepStrictEqual(ofInfo({ status: "Accepted", ...inGroup("ISO14443") }), ["GroupNotCentral"])
    assert.deepStrictEqual(ofInfo({ status: "Blocked", ...inGroup("ISO14443") }), ["GroupNotCentral"])
    assert.deepStrictEqual(ofInfo({ status: "Accepted", ...inGroup("Central") }), [])
  })

  it("C-5: in CALLs too", () => {
    const groupIdToken = { idToken: "G", type: "Local" }
    const problems = ["GroupNotCentral"]
    for (const action of ["RequestStartTransaction", "ReserveNow"] as const) {
      assert.deepStrictEqual(doubtsOfCall(action, { groupIdToken }, empty), { action, problems } as never)
      assert.deepStrictEqual(doubtsOfCall(action, {}, empty)?.problems, [])
    }
    const entry = { idToken: { idToken: "1", type: "Local" }, idTokenInfo: { status: "Accepted", groupIdToken } }
    const localAuthorizationList = [entry, entry, { idToken: entry.idToken }]
    assert.deepStrictEqual(
      doubtsOfCall("SendLocalList", { localAuthorizationList }, empty)?.problems,
      problems as never
    )
    assert.deepStrictEqual(doubtsOfCall("SendLocalList", {}, empty)?.problems, [])
    assert.isUndefined(doubtsOfCall("Reset", { groupIdToken }, empty))
  })

  it("C-7: a list of EVSEs means nothing beside a refusal", () => {
    for (const status of ["Blocked", "Unknown", "NotAtThisTime", "NotAllowedTypeEVSE"] as const)
      assert.deepStrictEqual(ofInfo({ status, evseId: [1] }), ["EvseIdBesideRefusal"])
    assert.deepStrictEqual(ofInfo({ status: "Accepted", evseId: [1] }), [])
  })

  it("C-7, C01.FR.20: a token that is good for every EVSE of the station has no list, once all of them are known", () => {
    const ofAll: IdTokenInfoType = { status: "Accepted", evseId: [2, 1] }
    assert.deepStrictEqual(ofInfo(ofAll, reported(evses(1, 2))), ["EvseIdListsAll"])
    assert.deepStrictEqual(ofInfo(ofAll, reported(evses(1, 2, 3))), [])
    assert.deepStrictEqual(ofInfo(ofAll, reported(evses(1, 2), "merge")), [])
    assert.deepStrictEqual(ofInfo(ofAll, reported([])), [])
  })

  it("C-9: ConcurrentTx means nothing at the end of a transaction, nor to a token that stops", () => {
    const concurrent: TransactionEventResponse = { idTokenInfo: { status: "ConcurrentTx" } }
    assert.deepStrictEqual(ofEvent({ eventType: "Ended" }, concurrent), ["ConcurrentTxAtStop"])
    assert.deepStrictEqual(ofEvent({ triggerReason: "StopAuthorized" }, concurrent), ["ConcurrentTxAtStop"])
    for (const eventType of ["Started", "Updated"])
      assert.deepStrictEqual(ofEvent({ eventType, triggerReason: "Authorized" }, concurrent), [])
    assert.deepStrictEqual(ofEvent({ eventType: "Ended" }, { idTokenInfo: { status: "Accepted" } }), [])
    assert.deepStrictEqual(ofEvent({ eventType: "Ended" }, {}), [])
  })

  it("C-23, I01.FR.02: a personalMessage is for stations that show tariffs or display messages", () => {
    const hello = says("Hello")
    const off = variable("DisplayMessageCtrlr", "Enabled", "false")
    assert.deepStrictEqual(ofInfo(hello), [])
    assert.deepStrictEqual(ofInfo(hello, reported([tariff("false"), off])), ["PersonalMessageNotSupported"])
    assert.deepStrictEqual(ofInfo(hello, reported([tariff("true"), off])), [])
    assert.deepStrictEqual(ofInfo(hello, reported([])), ["PersonalMessageNotSupported"]) // DM-18
    assert.deepStrictEqual(ofInfo(hello, reported([off], "merge")), [])
  })

  it("C-23: it has at most PersonalMessageSize characters and a format of SupportedFormats", () => {
    const model = reported([
      variable("DisplayMessageCtrlr", "Available", "true"),
      variable("DisplayMessageCtrlr", "PersonalMessageSize", "5"),
      variable("DisplayMessageCtrlr", "SupportedFormats", "ASCII, UTF8")
    ])
    assert.deepStrictEqual(ofInfo(says("Hello"), model), [])
    assert.deepStrictEqual(ofInfo(says("😀😀😀😀😀"), model), [])
    assert.deepStrictEqual(ofInfo(says("Hello!"), model), ["PersonalMessageTooLong"])
    assert.deepStrictEqual(ofInfo(says("Hello!", "HTML"), model), ["PersonalMessageTooLong", "PersonalMessageFormat"])
    const message = says("Hello!").personalMessage
    assert.deepStrictEqual(ofEvent({}, { updatedPersonalMessage: message }, model), ["PersonalMessageTooLong"])
    const twice = { idTokenInfo: says("Hello!"), updatedPersonalMessage: message }
    assert.deepStrictEqual(ofEvent({}, twice, model), ["PersonalMessageTooLong"])
  })

  it("C-17: a cacheExpiryDateTime that has passed is none of its business", () => {
    assert.deepStrictEqual(ofInfo({ status: "Accepted", cacheExpiryDateTime: "1970-01-01T00:00:00Z" }), [])
  })
})

describe("messages for the driver", () => {
  it("C-23, I-1: what the station reported of itself", () => {
    assert.deepStrictEqual(personalMessages(empty), { supported: undefined })
    const model = reported([
      tariff("true"),
      variable("DisplayMessageCtrlr", "PersonalMessageSize", "0"),
      variable("DisplayMessageCtrlr", "SupportedFormats", "uri,ascii")
    ])
    assert.deepStrictEqual(personalMessages(model), { supported: true, maxLength: 0, formats: ["ASCII", "URI"] })
  })
})
