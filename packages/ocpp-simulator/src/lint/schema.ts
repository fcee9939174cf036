/** A violation of a JSON schema in words and requirement ids (R-120 to R-131). Says no values: they may be secret. */
import type { Violation } from "@wattline/ocpp-core/engine"

/** The requirement behind each keyword. */
const ruleOfKeyword: { readonly [keyword: string]: string } = {
  additionalProperties: "R-125",
  required: "R-122",
  type: "R-122",
  minItems: "R-131",
  format: "R-126",
  maxLength: "R-130"
}

/** The requirements that a violation breaks, R-120 first. */
export const violatedRules = ({ keyword, params }: Violation): ReadonlyArray<string> => {
  const rule = keyword === "type" && params?.["type"] === "array" ? "R-124" : ruleOfKeyword[keyword]
  return rule === undefined ? ["R-120"] : ["R-120", rule]
}

const phrases: { readonly [keyword: string]: (params: Readonly<Record<string, unknown>>) => string } = {
  additionalProperties: ({ additionalProperty }) => `has an unknown field ${JSON.stringify(additionalProperty)}`,
  required: ({ missingProperty }) => `lacks ${String(missingProperty)}`,
  type: ({ type }) =>
    `must be ${type === "integer" || type === "array" || type === "object" ? "an" : "a"} ${String(type)}`,
  enum: ({ allowedValues }) =>
    `must be ${Array.isArray(allowedValues) ? allowedValues.join(", ") : "an allowed value"}`,
  format: () => "must be a date-time of RFC 3339 with an offset or Z",
  maxLength: ({ limit }) => `has more than ${String(limit)} characters`,
  minItems: ({ limit }) => `has fewer than ${String(limit)} items; an empty list is left out`,
  maxItems: ({ limit }) => `has more than ${String(limit)} items`,
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`
}

/** `evse.id of StatusNotificationRequest must be an integer`. */
export const describeViolation = (message: string, { instancePath, keyword, params = {} }: Violation): string => {
  const path = instancePath.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~")
  const what = phrases[keyword]?.(params) ?? `breaks the rule ${keyword} of the schema`
  return `${path === "" ? message : `${path} of ${message}`} ${what}`
}
