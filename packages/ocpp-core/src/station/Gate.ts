/**
 * The boot gate: who may say what, by registration (csms-requirements.md 2.1; ). Pure decisions on data.
 */
import type { ActionRule } from "../rpc/Protocol.ts"
import type { Registration } from "./StationState.ts"

/** What to do with a CALL from a station that has no registration on record. */
export type UnknownRegistration = "serve" | "triggerBoot" | "reject"

/** How the gate stands for an inbound CALL. `IfExpected`: only when we asked for it. */
export type InboundVerdict = "Pass" | "IfExpected" | "Refuse"

/**
 * Judges an inbound CALL. `rule` is `undefined` for an action nobody knows: the gate comes first, so even that gets
 * SecurityError while the gate is closed (R-151, §20-N).
 */
export const inbound = (
  registration: Registration,
  rule: ActionRule | undefined,
  unknownRegistration: UnknownRegistration
): InboundVerdict => {
  if (registration === "Accepted" || rule?.pending === "boot") return "Pass"
  if (registration === undefined) return unknownRegistration === "reject" ? "Refuse" : "Pass"
  if (registration === "Rejected") return "Refuse"
  return rule?.pending === "only-if-triggered" || rule?.pending === "only-as-report" ? "IfExpected" : "Refuse"
}

/** Whether a CALL triggers a BootNotification: the one thing a station without registration may be asked (§2.1, §20-I). */
export const triggersBoot = (action: string, request: unknown): boolean =>
  action === "TriggerMessage" &&
  typeof request === "object" &&
  request !== null &&
  (request as { readonly requestedMessage?: unknown }).requestedMessage === "BootNotification"

/**
 * Judges a CALL of ours; a string says why it may not be sent now. `allowWhileRejected` is the switch of §20-I
 * (TC_B_31): it opens the gate for a triggered BootNotification only. `isAwaited` says of CertificateSigned whether the station
 * waits for it.
 */
export const outbound = (
  registration: Registration,
  rule: ActionRule,
  request: unknown,
  allowWhileRejected: boolean,
  isAwaited: boolean
): string | undefined => {
  switch (registration) {
    case "Accepted":
      return triggersBoot(rule.action, request)
        ? "the station is Accepted, and would have to refuse to send a BootNotification (F06.FR.17)"
        : undefined
    case "Pending":
      if (rule.pending === "a02-continuation")
        return isAwaited
          ? undefined
          : "the station is Pending, and has sent no CSR that this certificate could be for (A02)"
      return rule.pending === "cmd-allowed"
        ? undefined
        : "the station is Pending, and while it is only SetVariables, GetVariables, GetBaseReport, GetReport and TriggerMessage may be sent (B02.FR.01, B02.FR.05)"
    case "Rejected":
      return allowWhileRejected && triggersBoot(rule.action, request)
        ? undefined
        : "the station was Rejected, and no CALL may be sent until it boots again (B03.FR.03)"
    case undefined:
      return triggersBoot(rule.action, request)
        ? undefined
        : "the station has not sent a BootNotification yet; only TriggerMessage(BootNotification) may be sent"
  }
}
