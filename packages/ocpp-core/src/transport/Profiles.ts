/** What the security profiles demand of a connection, and which one a request uses. Two tables. */
import type { SecurityProfile, UpgradeRequest } from "./Transport.ts"

/** What a profile demands over a plain and over a TLS connection; `plainOnly` and `secureOnly` refuse it. */
export const demands = {
  0: { plain: "nothing", secure: "nothing" },
  1: { plain: "basic", secure: "plainOnly" },
  2: { plain: "secureOnly", secure: "basic" },
  3: { plain: "secureOnly", secure: "certificate" }
} as const satisfies Record<SecurityProfile, Record<"plain" | "secure", string>>

/** How a request must look to be one of a profile: what tells two allowed profiles apart. */
const looksLike = {
  0: () => true,
  1: ({ authorization, secure }) => !secure && authorization !== undefined,
  2: ({ authorization, secure }) => secure && authorization !== undefined,
  3: ({ certificate, secure }) => secure && certificate !== undefined
} as const satisfies Record<SecurityProfile, (request: UpgradeRequest) => boolean>

/** Which of the allowed profiles a request uses; the expected one, whose refusal it then gets, where it uses none. */
export const profileOf = (
  request: UpgradeRequest,
  expected: SecurityProfile,
  next: ReadonlyArray<SecurityProfile>
): SecurityProfile => {
  if (next.length === 0) return expected
  return [expected, ...next].find((profile) => looksLike[profile](request)) ?? expected
}
