/** A new password for a station (A01): made if none is given, sent once, and told what the station made of it. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { SetVariablesResponse, SetVariableStatusEnumType, StatusInfoType } from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallError, NotSent } from "../rpc/CallFailure.ts"
import { controller, isPassword, longestPassword, variableName } from "../station/PasswordChange.ts"
import { generatePassword } from "../transport/Password.ts"

/** What became of a change of password. */
export type PasswordChangeResult =
  /** The new password works, and the old one no more. */
  | { readonly status: "Accepted"; readonly password: Redacted.Redacted }
  /** The station takes it with its next reboot; until it has shown which one it uses, both work. */
  | { readonly status: "RebootRequired"; readonly password: Redacted.Redacted }
  /** No answer, or one that leaves it open: both work until the station logs in with one of them. */
  | { readonly status: "Unknown"; readonly password: Redacted.Redacted; readonly detail: string }
  /** The old password works, the new one is forgotten. */
  | {
      readonly status: Exclude<SetVariableStatusEnumType, "Accepted" | "RebootRequired">
      readonly statusInfo?: StatusInfoType
    }

/**
 * Gives the station another password, with one SetVariables of `SecurityCtrlr.BasicAuthPassword` (A-11, A01.FR.02, TC_A_09,
 * TC_A_10). Without `password` a random one is made, as long as the station takes it: `maxLimit` of the variable where the
 * device model has it, else 40 characters. Which passwords are let in from then on is decided by the library alone;
 * whoever keeps the plain text stores it for `Accepted`, `RebootRequired` and `Unknown`. It is `Redacted`: it prints as
 * `<redacted>`, and `Redacted.value` gives it.
 *
 * Fails as `station.call`, with `NotSent` also for a password that is too short or too long, and when its hash could
 * not be stored; then nothing has changed. The station may be Pending (B02.FR.01).
 *
 * @example
 * const result = yield* Security.changePassword(station)
 * if (result.status === "Accepted") yield* vault.keep(station.identity, Redacted.value(result.password))
 */
export const changePassword = (
  station: Station,
  password?: string | Redacted.Redacted,
  options?: CallOptions
): Effect.Effect<PasswordChangeResult, NotSent | CallError> =>
  Effect.gen(function* () {
    const secret =
      password === undefined
        ? yield* madeFor(station)
        : Redacted.isRedacted(password)
          ? Redacted.value(password)
          : password
    const redacted = Redacted.make(secret, { label: "password" })
    const item = { component: { name: controller }, variable: { name: variableName }, attributeValue: secret }
    return yield* station.call("SetVariables", { setVariableData: [item] }, options).pipe(
      Effect.map((response) => resultOf(response, redacted)),
      Effect.catchTag("OutcomeUnknown", ({ message }) =>
        Effect.succeed({ status: "Unknown", password: redacted, detail: message } as const)
      )
    )
  })

const madeFor = (station: Station): Effect.Effect<string> =>
  Effect.map(station.snapshot, ({ mirror }) =>
    generatePassword(Math.max(longestPassword(mirror.provisioning.deviceModel), 16))
  )

const resultOf = (response: SetVariablesResponse, password: Redacted.Redacted): PasswordChangeResult => {
  const [result, ...more] = response.setVariableResult.filter(isPassword)
  if (result === undefined || more.length > 0)
    return { status: "Unknown", password, detail: "the answer does not say what became of the password" }
  const { attributeStatus: status, attributeStatusInfo } = result
  if (status === "Accepted" || status === "RebootRequired") return { status, password }
  return attributeStatusInfo === undefined ? { status } : { status, statusInfo: hiding(attributeStatusInfo, password) }
}

/** A station may quote what it was given. */
const hiding = ({ additionalInfo, reasonCode }: StatusInfoType, password: Redacted.Redacted): StatusInfoType => {
  const hide = (text: string): string => text.replaceAll(Redacted.value(password), "[password]")
  return { reasonCode: hide(reasonCode), ...(additionalInfo !== undefined && { additionalInfo: hide(additionalInfo) }) }
}
