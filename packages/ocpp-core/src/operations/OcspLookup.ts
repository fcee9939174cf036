/**
 * The OCSP lookup that a station asks for with GetCertificateStatus (M-8, M06). The responder's URL comes from the station, so
 * this is a request to wherever the station likes: `allow` decides.
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { OCSPRequestDataType } from "@wattline/ocpp-v201"
import type { Handler } from "../csms/Handlers.ts"
import type { Bytes } from "../transport/Der.ts"

/** How an OCSP responder is asked. */
export interface OcspOptions {
  /**
   * Whether this URL may be asked. It is http or https and has no user in it; everything else is open, so name the hosts of
   * the responders: `({ hostname }) => hostname === "ocsp.example"`. Without such a list a station can have the CSMS call
   * hosts of its own network (SSRF).
   */
  readonly allow: (url: URL) => boolean
  /** How long the responder may take. Default 5 seconds. */
  readonly timeout?: Duration.Input
  /** Sends the request. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
}

/** There is no OCSP response: what was asked could not be, or was not answered. */
export class OcspFailed extends Data.TaggedError("OcspFailed")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

/** Bytes of a response: 5500 characters in base64 (M06.FR.08). */
export const maxResponseBytes = 4125

/**
 * Asks the OCSP responder at `responderURL` about a certificate, by POST (RFC 6960), and gives the response as base64 of its DER.
 * No redirect is followed. The signature in the response is not checked, that is for the station. Fails with `OcspFailed`: the
 * URL is not allowed, the responder does not answer in time, with 200, with an OCSP response that is successful, or with one
 * that fits.
 *
 * @example
 * const result = yield* CertificateManagement.ocspResult(ocspRequestData, { allow: ({ hostname }) => hosts.has(hostname) })
 */
export const ocspResult = (
  request: OCSPRequestDataType,
  { allow, fetch = globalThis.fetch, timeout = "5 seconds" }: OcspOptions
): Effect.Effect<string, OcspFailed> =>
  Effect.gen(function* () {
    const url = URL.parse(request.responderURL)
    if (url === null || !isWeb(url) || !allow(url)) return yield* failed("the responderURL is not allowed")
    const { isOcspAnswer, ocspRequest } = yield* Effect.promise(() => import("../pki/Ocsp.ts"))
    const body = ocspRequest(request)
    if (body === undefined) return yield* failed("the hash data is not that of a certificate")
    const der = yield* Effect.timeoutOrElse(post(fetch, url, body), {
      duration: timeout,
      orElse: () => failed(`${url.host} did not answer in time`)
    })
    if (!isOcspAnswer(der)) return yield* failed(`${url.host} gave no successful OCSP response`)
    return btoa(String.fromCharCode(...der))
  })

/**
 * A handler of GetCertificateStatus: Accepted with what the OCSP responder says, else Failed, and a debug line with the reason
 * (M-8, M06.FR.02 to M06.FR.04).
 *
 * @example
 * const handlers: Handlers = {
 *   GetCertificateStatus: CertificateManagement.getCertificateStatusBy({
 *     allow: ({ hostname }) => hostname === "ocsp.example"
 *   })
 * }
 */
export const getCertificateStatusBy =
  (options: OcspOptions): Handler<"GetCertificateStatus"> =>
  ({ ocspRequestData }, { station }) =>
    Effect.catch(
      Effect.map(
        ocspResult(ocspRequestData, options),
        (result) => ({ status: "Accepted", ocspResult: result }) as const
      ),
      ({ detail }) => Effect.as(Effect.logDebug(`${station.identity}: OCSP: ${detail}`), { status: "Failed" } as const)
    )

const failed = (detail: string): Effect.Effect<never, OcspFailed> => Effect.fail(new OcspFailed({ detail }))

const isWeb = ({ password, protocol, username }: URL): boolean =>
  (protocol === "http:" || protocol === "https:") && username === "" && password === ""

const post = (fetch: typeof globalThis.fetch, url: URL, body: Bytes): Effect.Effect<Bytes, OcspFailed> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: async (signal) => {
        const headers = { "content-type": "application/ocsp-request", accept: "application/ocsp-response" }
        const response = await fetch(url, { method: "POST", headers, body, redirect: "error", signal })
        return response.status === 200 ? await bounded(response) : response.status
      },
      catch: (cause) => new OcspFailed({ detail: `${url.host} could not be asked: ${String(cause)}` })
    }),
    (answer) =>
      typeof answer === "number"
        ? failed(`${url.host} answered with HTTP status ${answer}`)
        : answer === undefined
          ? failed(`${url.host} answered with more than ${maxResponseBytes} bytes`)
          : Effect.succeed(answer)
  )

/** The body, or `undefined` when it is too long; no more of it is read than may come. */
const bounded = async ({ body }: Response): Promise<Bytes | undefined> => {
  const all = new Uint8Array(maxResponseBytes)
  let length = 0
  for await (const chunk of body ?? []) {
    if (length + chunk.byteLength > maxResponseBytes) return undefined
    all.set(chunk, length)
    length += chunk.byteLength
  }
  return all.slice(0, length)
}
