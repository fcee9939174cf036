/** Tokens that the CSMS makes up. */
import type { IdTokenType } from "@wattline/ocpp-v201"

/** A text is a token of type Central (C-11, C03.FR.01). */
export const centralToken = (token: IdTokenType | string): IdTokenType =>
  typeof token === "string" ? { idToken: token, type: "Central" } : token
