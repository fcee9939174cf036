/** What every dialer does alike: judge a request before anything is opened, make its URL, and read a refusal. Pure. */
import * as Redacted from "effect/Redacted"
import { DialFailed, type DialRequest } from "../transport/Dialer.ts"

/** `url` is the parsed one of the request. */
type Check = readonly [isWrong: (request: DialRequest, url: URL) => boolean, sentence: string]

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const usesBasic = ({ securityProfile }: DialRequest): boolean => securityProfile === 1 || securityProfile === 2
const usesTls = ({ securityProfile }: DialRequest): boolean => securityProfile === 2 || securityProfile === 3

/** No sentence quotes the request: a URL may hold a password by mistake (R-046). */
const checks: ReadonlyArray<Check> = [
  [(_, { password, username }) => username !== "" || password !== "", "`url` must not hold a user name or a password."],
  [(_, { hash }) => hash !== "", "`url` must not have a fragment."],
  [({ identity }) => identity === "", "`identity` must not be empty."],
  [
    ({ identity }) => /^\.\.?$/.test(identity),
    '`identity` cannot be "." or "..": URLs give them a meaning of their own.'
  ],
  [({ identity }) => !identity.isWellFormed(), "`identity` is no valid Unicode text."],
  [({ protocols }) => protocols.length === 0, "`protocols` must name one subprotocol at least (R-230)."],
  [
    ({ protocols }) => !protocols.every((one) => token.test(one)),
    "`protocols` must hold names without spaces or commas."
  ],
  [({ protocols }) => new Set(protocols).size < protocols.length, "`protocols` must name each subprotocol once."],
  [({ timeout }) => !(timeout > 0), "`timeout` must be a number of milliseconds above 0."],
  [
    (request, { protocol }) => request.securityProfile === 1 && protocol === "wss:",
    "Security profile 1 is without TLS: the URL must begin with `ws:`. With `wss:` it is profile 2."
  ],
  [
    (request, { protocol }) => usesTls(request) && protocol === "ws:",
    "Security profiles 2 and 3 need TLS: the URL must begin with `wss:`."
  ],
  [(request) => usesBasic(request) && request.password === undefined, "Security profiles 1 and 2 need a `password`."],
  [
    (request) => usesBasic(request) && request.identity.includes(":"),
    'An identity that contains ":" cannot be used with a password (R-024).'
  ],
  [
    ({ securityProfile, tls }) => securityProfile === 3 && (tls?.certificate === undefined || tls.key === undefined),
    "Security profile 3 needs `tls.certificate` and `tls.key`."
  ]
]

/**
 * Why a request makes no sense, as one sentence that holds no secret; `undefined` when it does. `schemes` are those the dialer
 * knows, with their colons.
 */
export const dialProblem = (request: DialRequest, schemes: ReadonlyArray<string>): string | undefined => {
  const url = URL.parse(request.url)
  if (url === null || !schemes.includes(url.protocol))
    return `\`url\` must be a URL that begins with ${schemes.map((scheme) => `\`${scheme}\``).join(" or ")}.`
  return checks.find(([isWrong]) => isWrong(request, url))?.[1]
}

/** The URL to connect to: the identity is its last segment, percent-encoded (R-020, R-231). For a request without a problem. */
export const dialTarget = ({ identity, url }: DialRequest): URL => {
  const target = new URL(url)
  target.pathname = `${target.pathname.replace(/\/+$/, "")}/${encodeURIComponent(identity)}`
  return target
}

/**
 * The `Authorization` header of the upgrade (R-042): UTF-8, and the user name is the identity itself. `undefined` for a profile
 * without a password. Must not reach a log or an error.
 */
export const authorizationOf = (request: DialRequest): string | undefined => {
  const password = passwordOf(request)
  if (password === undefined) return undefined
  const bytes = new TextEncoder().encode(`${request.identity}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

const passwordOf = (request: DialRequest): string | undefined =>
  usesBasic(request) && request.password !== undefined ? Redacted.value(request.password) : undefined

/**
 * A refusal by HTTP. `explanation` is what the CSMS says about it; one that is not a short text, or that repeats the password or
 * the `Authorization` header, is left out (R-046). `now`: milliseconds since 1970.
 */
export const refusedDial = (
  request: DialRequest,
  answer: { readonly status: number; readonly retryAfter: string | undefined; readonly explanation: string },
  now: number
): DialFailed => {
  const { status } = answer
  return new DialFailed({
    reason: "Refused",
    status,
    retryAfter: answer.retryAfter === undefined ? undefined : secondsOf(answer.retryAfter, now),
    securityEvent: isRejection(request, status) ? "FailedToAuthenticateAtCsms" : undefined,
    detail: `The upgrade was answered with HTTP ${status}${explained(request, answer.explanation.trim())}`
  })
}

/** With profile 3 there is no password to be wrong: a certificate that is not taken is answered 403 (R-056, R-058). */
const isRejection = ({ securityProfile }: DialRequest, status: number): boolean =>
  status === 401 || (status === 403 && securityProfile === 3)

const explained = (request: DialRequest, explanation: string): string => {
  const secrets = [passwordOf(request), authorizationOf(request)?.slice("Basic ".length)]
  const isShortText = explanation !== "" && explanation.length <= 200 && !/\p{C}/u.test(explanation)
  const tellsSecret = secrets.some((secret) => secret !== undefined && explanation.includes(secret))
  return isShortText && !tellsSecret ? `: ${explanation}` : "."
}

/** `Retry-After` is a number of seconds or a date (RFC 9110 10.2.3). */
const secondsOf = (retryAfter: string, now: number): number | undefined => {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter)
  const at = Date.parse(retryAfter)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}
