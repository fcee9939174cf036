/** What one TransactionEvent must hold by itself: by its reason, its type, its token, its meter values. A table; pure. */
import type { Messages } from "@wattline/ocpp-v201"
import type { FrameProblem } from "./frames.ts"
import { meterProblems } from "./meterValues.ts"

type Event = Messages["TransactionEvent"]["request"]

interface EventRule {
  readonly severity: FrameProblem["severity"]
  readonly rules: ReadonlyArray<string>
  /** What is wrong, or `false`. */
  readonly find: (event: Event) => string | false
}

const contexts = (event: Event): ReadonlyArray<string | undefined> =>
  (event.meterValue ?? []).flatMap(({ sampledValue }) => sampledValue.map(({ context }) => context))

const eventRules: ReadonlyArray<EventRule> = [
  {
    severity: "error",
    rules: ["E02.FR.13"],
    find: ({ transactionInfo: { chargingState }, triggerReason }) =>
      triggerReason === "ChargingStateChanged" &&
      chargingState === undefined &&
      "triggerReason ChargingStateChanged needs the chargingState"
  },
  {
    severity: "warning",
    rules: ["E02.FR.13"],
    find: ({ eventType, transactionInfo: { chargingState } }) =>
      eventType === "Started" &&
      chargingState === undefined &&
      "a Started has the chargingState: it goes from none to one"
  },
  {
    severity: "error",
    rules: ["E02.FR.01", "E01.FR.10"],
    find: ({ idToken, triggerReason }) =>
      triggerReason === "Authorized" && idToken === undefined && "triggerReason Authorized needs the idToken"
  },
  {
    severity: "note",
    rules: ["E07.FR.02"],
    find: ({ idToken, transactionInfo: { stoppedReason }, triggerReason }) =>
      triggerReason === "StopAuthorized" &&
      idToken === undefined &&
      stoppedReason !== "StoppedByEV" &&
      "triggerReason StopAuthorized should come with the idToken that ended the authorization"
  },
  {
    severity: "error",
    rules: ["F02.FR.21", "F01.FR.19"],
    find: ({ transactionInfo: { remoteStartId }, triggerReason }) =>
      triggerReason === "RemoteStart" &&
      remoteStartId === undefined &&
      "triggerReason RemoteStart needs the remoteStartId of the RequestStartTransaction"
  },
  {
    severity: "error",
    rules: ["F03.FR.03"],
    find: ({ eventType, transactionInfo: { stoppedReason = "Local" }, triggerReason }) =>
      eventType === "Ended" &&
      triggerReason === "RemoteStop" &&
      stoppedReason !== "Remote" &&
      `an Ended for RemoteStop has stoppedReason Remote, not ${stoppedReason}`
  },
  {
    severity: "error",
    rules: ["E06.FR.08", "E06.FR.16"],
    find: ({ eventType, transactionInfo: { stoppedReason = "Local" }, triggerReason }) =>
      eventType === "Ended" &&
      (triggerReason === "AbnormalCondition" || triggerReason === "ResetCommand" || triggerReason === "Deauthorized") &&
      stoppedReason === "Local" &&
      `an Ended for ${triggerReason} was not asked for by the driver, so it needs another stoppedReason than Local`
  },
  {
    severity: "warning",
    rules: ["E06.FR.08"],
    find: ({ eventType, transactionInfo: { stoppedReason } }) =>
      eventType !== "Ended" && stoppedReason !== undefined && `stoppedReason belongs to Ended, not to ${eventType}`
  },
  {
    severity: "error",
    rules: ["C02.FR.01"],
    find: ({ idToken }) =>
      idToken?.type === "NoAuthorization" && idToken.idToken !== "" && "the idToken of type NoAuthorization is empty"
  },
  {
    severity: "warning",
    rules: ["C02.FR.01"],
    find: ({ idToken }) =>
      idToken !== undefined &&
      idToken.type !== "NoAuthorization" &&
      idToken.idToken === "" &&
      `an empty idToken is of type NoAuthorization, not ${idToken.type}`
  },
  {
    severity: "warning",
    rules: ["E01.FR.15", "J02.FR.11"],
    find: ({ meterValue = [], triggerReason }) =>
      (triggerReason === "MeterValuePeriodic" || triggerReason === "MeterValueClock") &&
      meterValue.length === 0 &&
      `triggerReason ${triggerReason} without meterValue`
  },
  {
    severity: "error",
    rules: ["E06.FR.11"],
    find: (event) =>
      event.eventType !== "Ended" &&
      contexts(event).includes("Transaction.End") &&
      `context Transaction.End belongs to Ended, not to ${event.eventType}`
  },
  {
    severity: "error",
    rules: ["E01.FR.16"],
    find: ({ evse }) => evse !== undefined && evse.id <= 0 && "a transaction is on an EVSE, whose id is greater than 0"
  },
  {
    severity: "error",
    rules: ["E01.FR.16"],
    find: ({ numberOfPhasesUsed: phases }) =>
      phases !== undefined && (phases < 0 || phases > 3) && `numberOfPhasesUsed is ${phases}; it is 0 to 3`
  }
]

/** Every problem that an event has by itself. */
export const eventProblems = (event: Event): ReadonlyArray<FrameProblem> => [
  ...eventRules.flatMap(({ find, rules, severity }) => {
    const message = find(event)
    return message === false ? [] : [{ severity, rules, message }]
  }),
  ...meterProblems(event.meterValue ?? [])
]
