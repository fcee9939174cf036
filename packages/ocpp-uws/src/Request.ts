/** Reads an upgrade request. uWebSockets.js lends it for the time of one call, so all of it is read at once. */
import { X509Certificate } from "node:crypto"
import type { ClientCertificate } from "@wattline/ocpp-core"
import { clientCertificate } from "@wattline/ocpp-core/adapter"
import type { UwsRequest, UwsResponse } from "./Native.ts"

/** Header values by their names in lower case; several of one name are joined with `,`. */
export type UpgradeHeaders = ReadonlyMap<string, string>

/** The request target: path and query as they were sent. */
export const targetOf = (request: UwsRequest): string => {
  const query = request.getQuery()
  return query === undefined || query === "" ? request.getUrl() : `${request.getUrl()}?${query}`
}

/** All headers. */
export const headersOf = (request: UwsRequest): UpgradeHeaders => {
  const headers = new Map<string, string>()
  request.forEach((name, value) => {
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  })
  return headers
}

const mapped = /^0000:0000:0000:0000:0000:ffff:([0-9a-f]{2})([0-9a-f]{2}):([0-9a-f]{2})([0-9a-f]{2})$/

/** The peer's address as Node writes it, `undefined` when there is none. */
export const remoteAddressOf = (response: UwsResponse): string | undefined => {
  const text = Buffer.from(response.getRemoteAddressAsText()).toString("latin1")
  if (text === "" || !text.includes(":")) return text === "" ? undefined : text
  const v4 = mapped.exec(text)
  if (v4 !== null)
    return `::ffff:${v4
      .slice(1)
      .map((byte) => Number.parseInt(byte, 16))
      .join(".")}`
  return URL.canParse(`http://[${text}]`) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text
}

/**
 * The station's certificate. The TLS handshake lets only one through that was trusted and valid when its session began;
 * a session that is resumed later may hold one that has run out since.
 */
export const certificateOf = (response: UwsResponse): ClientCertificate | undefined => {
  const pem = response.getX509Certificate?.()
  if (pem === undefined || pem === "") return undefined
  const x509 = new X509Certificate(pem)
  return clientCertificate(x509, Date.parse(x509.validTo) < Date.now() ? "CERT_HAS_EXPIRED" : undefined)
}
