/** What single messages must hold besides their schema, by action. Tables; pure. Transactions and jobs have files of their own. */
import { emptyMirror, tokenKey, verdictOn } from "@wattline/ocpp-core/engine"
import type {
  Action,
  AttributeEnumType,
  ChargingProfileType,
  ComponentType,
  Messages,
  VariableType
} from "@wattline/ocpp-v201"
import type { Severity } from "./Finding.ts"
import type { FrameProblem } from "./frames.ts"
import { meterProblems } from "./meterValues.ts"

interface Rule<A extends Action> {
  readonly severity: Severity
  readonly rules: ReadonlyArray<string>
  /** What is wrong, or `false`. */
  readonly find: (request: Messages[A]["request"]) => string | false
}

const error = <A extends Action>(rules: ReadonlyArray<string>, find: Rule<A>["find"]): Rule<A> => ({
  severity: "error",
  rules,
  find
})
const warning = <A extends Action>(rules: ReadonlyArray<string>, find: Rule<A>["find"]): Rule<A> => ({
  severity: "warning",
  rules,
  find
})

const requestRules: { readonly [A in Action]?: ReadonlyArray<Rule<A>> } = {
  Authorize: [
    warning(
      ["C02.FR.01"],
      ({ idToken }) => idToken.type === "NoAuthorization" && "a token of type NoAuthorization is not asked about"
    )
  ],
  ChangeAvailability: [
    error(
      ["G-6"],
      ({ evse }) =>
        evse !== undefined && evse.id <= 0 && "evse.id is greater than 0; without evse the whole station is meant"
    )
  ],
  ClearChargingProfile: [
    error(["K10.FR.02", "K-36"], ({ chargingProfileCriteria: criteria, chargingProfileId: id }) =>
      id !== undefined
        ? criteria !== undefined && "either chargingProfileId or chargingProfileCriteria, not both"
        : Object.keys(criteria ?? {}).length === 0 && "neither a chargingProfileId nor a criterion is given"
    ),
    error(
      ["K10.FR.06", "K-36"],
      ({ chargingProfileCriteria: criteria }) =>
        criteria?.chargingProfilePurpose === "ChargingStationExternalConstraints" &&
        "profiles of external systems cannot be cleared"
    )
  ],
  ClearedChargingLimit: [
    error(
      ["K13.FR.02", "K-38"],
      ({ chargingLimitSource }) => chargingLimitSource === "CSO" && "the source of an external limit is not CSO"
    )
  ],
  CustomerInformation: [
    error(["N09.FR.04", "N-16"], ({ customerCertificate, customerIdentifier, idToken }) => {
      const given = [idToken, customerCertificate, customerIdentifier].filter((value) => value !== undefined).length
      return given !== 1 && `exactly one of idToken, customerCertificate and customerIdentifier is given, not ${given}`
    }),
    error(["N09.FR.01", "N-16"], ({ clear, report }) => !clear && !report && "neither report nor clear is true")
  ],
  GetChargingProfiles: [
    error(["K09.FR.03", "K-33"], ({ chargingProfile: { chargingProfileId: ids, ...others } }) => {
      const hasOthers = Object.keys(others).some((name) => name !== "customData")
      if (ids === undefined) return !hasOthers && "chargingProfile has no criterion"
      return hasOthers && "chargingProfileId is not combined with other criteria"
    })
  ],
  MeterValues: [
    error(["J01.FR.02", "J-2"], ({ evseId }) => evseId < 0 && "evseId is 0 for the main meter, or that of an EVSE")
  ],
  NotifyChargingLimit: [
    error(
      ["K12.FR.04", "K-38"],
      ({ chargingLimit }) => chargingLimit.chargingLimitSource === "CSO" && "the source of an external limit is not CSO"
    )
  ],
  RequestStartTransaction: [
    error(
      ["F-4", "F01.FR.06"],
      ({ evseId }) => evseId !== undefined && evseId <= 0 && "evseId is greater than 0; without it the station chooses"
    )
  ],
  SendLocalList: [
    error(["D01.FR.18", "D-2"], ({ versionNumber }) => versionNumber <= 0 && "versionNumber is greater than 0"),
    error(
      ["D01.FR.16", "D-4"],
      ({ localAuthorizationList: list = [], updateType }) =>
        updateType === "Full" &&
        list.some(({ idTokenInfo }) => idTokenInfo === undefined) &&
        "every entry of a Full list has an idTokenInfo"
    ),
    error(
      ["D01.FR.06", "D-3"],
      ({ localAuthorizationList: list = [] }) =>
        new Set(list.map(({ idToken }) => tokenKey(idToken))).size < list.length && "a token is in the list twice"
    )
  ],
  SetMonitoringLevel: [
    error(
      ["N05.FR.02", "N-12"],
      ({ severity }) => (severity < 0 || severity > 9) && `severity is ${severity}; it is 0 to 9`
    )
  ],
  SetNetworkProfile: [
    warning(
      ["B-22"],
      ({ connectionData: { ocppTransport } }) =>
        ocppTransport !== "JSON" && `ocppTransport is JSON, not ${ocppTransport}`
    )
  ],
  SetVariableMonitoring: [
    error(
      ["N04.FR.14", "N-9"],
      ({ setMonitoringData }) =>
        setMonitoringData.some(({ type, value }) => type === "Delta" && value < 0) &&
        "the value of a Delta monitor is not negative"
    ),
    error(
      ["N04.FR.01", "N-8"],
      ({ setMonitoringData }) =>
        setMonitoringData.some(({ severity }) => severity < 0 || severity > 9) && "a severity is 0 to 9"
    )
  ],
  SetVariables: [
    error(
      ["B05.FR.13", "B-2"],
      ({ setVariableData: data }) =>
        new Set(data.map(attributeKey)).size < data.length && "the same attribute of a variable is set twice"
    ),
    error(
      ["A00.FR.205", "R-044"],
      ({ setVariableData }) =>
        setVariableData.some(
          ({ attributeValue, component, variable }) =>
            component.name.toLowerCase() === "securityctrlr" &&
            variable.name.toLowerCase() === "basicauthpassword" &&
            (Array.from(attributeValue).length < 16 || Array.from(attributeValue).length > 64)
        ) && "the BasicAuthPassword has fewer than 16 or more than 64 characters"
    )
  ],
  StatusNotification: [
    error(
      ["G01.FR.01", "G-1"],
      ({ connectorId, evseId }) =>
        (evseId <= 0 || connectorId <= 0) &&
        `evseId ${evseId}, connectorId ${connectorId}: a status is that of a connector, and both ids are greater than 0`
    )
  ],
  TriggerMessage: [
    error(
      ["F06.FR.13", "F-10"],
      ({ evse, requestedMessage }) =>
        requestedMessage === "StatusNotification" &&
        evse?.connectorId === undefined &&
        "StatusNotification is triggered for one connector: evse.id and evse.connectorId"
    )
  ],
  UpdateFirmware: [
    warning(
      ["L01.FR.11", "L-2"],
      ({ firmware: { signature, signingCertificate } }) =>
        (signature === undefined) !== (signingCertificate === undefined) &&
        "a secure update has both signature and signingCertificate, another has neither"
    )
  ]
}

// What K-18 to K-23 and the like need is in no single message.
const decidable = /^(K-(1|2|3|4|5|6|7|8|9|10|12|15|17|51)|F01\.FR\.(09|11))$/

/** The rules of smart charging are those the CSMS of the engine checks before it sends. */
const profileProblems = (
  carrier: "SetChargingProfile" | "RequestStartTransaction",
  profile: ChargingProfileType,
  evseId: number | undefined
): ReadonlyArray<FrameProblem> => {
  const { broken, warnings } = verdictOn({ carrier, evseId, mirror: emptyMirror, needs: "Unknown", now: 0, profile })
  const found = (severity: Severity) => (rule: { readonly rule: string; readonly detail: string }) =>
    decidable.test(rule.rule) ? [{ severity, rules: [rule.rule], message: rule.detail }] : []
  return [...broken.flatMap(found("error")), ...warnings.flatMap(found("warning"))]
}

/** What is wrong with a request that its schema allows. */
export const requestProblems = (action: string, request: unknown): ReadonlyArray<FrameProblem> => {
  const own = (Object.hasOwn(requestRules, action) ? requestRules[action as Action] : undefined) as
    | ReadonlyArray<Rule<never>>
    | undefined
  const problems = (own ?? []).flatMap(({ find, rules, severity }) => {
    const message = find(request as never)
    return message === false ? [] : [{ severity, rules, message }]
  })
  if (action === "MeterValues") {
    const { meterValue } = request as Messages["MeterValues"]["request"]
    return [...problems, ...meterProblems(meterValue)]
  }
  if (action === "SetChargingProfile") {
    const { chargingProfile, evseId } = request as Messages["SetChargingProfile"]["request"]
    return [...problems, ...profileProblems(action, chargingProfile, evseId)]
  }
  if (action === "RequestStartTransaction") {
    const { chargingProfile, evseId } = request as Messages["RequestStartTransaction"]["request"]
    return chargingProfile === undefined ? problems : [...problems, ...profileProblems(action, chargingProfile, evseId)]
  }
  return problems
}

interface Attribute {
  readonly component: ComponentType
  readonly variable: VariableType
  readonly attributeType?: AttributeEnumType
}

/** Names are compared without regard to case; without attributeType it is Actual (B05.FR.13). */
const attributeKey = ({ attributeType = "Actual", component, variable }: Attribute): string =>
  [
    component.name,
    component.instance,
    component.evse?.id,
    component.evse?.connectorId,
    variable.name,
    variable.instance,
    attributeType
  ]
    .join("\n")
    .toLowerCase()

/** Items that were asked for and are not in the answer, which may come in another order. */
const unanswered = (asked: ReadonlyArray<Attribute>, answered: ReadonlyArray<Attribute>): number => {
  const keys = new Set(answered.map(attributeKey))
  return asked.filter((item) => !keys.has(attributeKey(item))).length
}

/** Requests whose answer has one item for each of theirs. */
const sameNumber: { readonly [action: string]: readonly [asked: string, answered: string, rule: string] | undefined } =
  {
    SetVariables: ["setVariableData", "setVariableResult", "B05.FR.01"],
    GetVariables: ["getVariableData", "getVariableResult", "B06.FR.01"],
    SetVariableMonitoring: ["setMonitoringData", "setMonitoringResult", "N04.FR.01"],
    ClearVariableMonitoring: ["id", "clearMonitoringResult", "N-13"]
  }

const lengthOf = (payload: unknown, name: string): number => {
  const list = (payload as Readonly<Record<string, unknown>>)[name]
  return Array.isArray(list) ? list.length : 0
}

/** What is wrong with an answer that its schema allows. */
export const responseProblems = (action: string, request: unknown, response: unknown): ReadonlyArray<FrameProblem> => {
  if (action === "GetTransactionStatus") return transactionStatusProblems(request as never, response as never)
  const pair = Object.hasOwn(sameNumber, action) ? sameNumber[action] : undefined
  if (pair === undefined) return []
  const [asked, answered, rule] = pair
  const [wanted, got] = [lengthOf(request, asked), lengthOf(response, answered)]
  if (wanted !== got)
    return [{ severity: "error", rules: [rule], message: `${got} results for ${wanted} items; each item gets one` }]
  const missing = missingResults(action, request, response)
  return missing === 0
    ? []
    : [
        {
          severity: "error",
          rules: [rule, "B-3"],
          message: `${missing} of ${wanted} items have no result: a result names the component, the variable and the attribute of its item`
        }
      ]
}

const missingResults = (action: string, request: unknown, response: unknown): number => {
  if (action === "GetVariables")
    return unanswered(
      (request as Messages["GetVariables"]["request"]).getVariableData,
      (response as Messages["GetVariables"]["response"]).getVariableResult
    )
  return action === "SetVariables"
    ? unanswered(
        (request as Messages["SetVariables"]["request"]).setVariableData,
        (response as Messages["SetVariables"]["response"]).setVariableResult
      )
    : 0
}

const transactionStatusProblems = (
  { transactionId }: Messages["GetTransactionStatus"]["request"],
  { ongoingIndicator }: Messages["GetTransactionStatus"]["response"]
): ReadonlyArray<FrameProblem> =>
  (transactionId === undefined) === (ongoingIndicator === undefined)
    ? []
    : [
        {
          severity: "error",
          rules: transactionId === undefined ? ["E14.FR.06", "E-26"] : ["E14.FR.02", "E-26"],
          message:
            transactionId === undefined
              ? "ongoingIndicator is about one transaction, and the request names none"
              : "the request names a transaction, and the answer lacks its ongoingIndicator"
        }
      ]
