/** What is wrong with an upgrade request before one even asks who it is (RFC 6455 §4.2.1). */
import type { AdapterRefusal } from "./ask.ts"
import type { HeaderOf } from "./Forwarded.ts"

const refusal = (status: number, reason: string, headers: AdapterRefusal["headers"] = {}): AdapterRefusal => ({
  status,
  reason,
  headers
})

/** The answer to a request that is no upgrade to a WebSocket, or `undefined` for one that is. `method` in upper case. */
export const malformed = (method: string | undefined, headerOf: HeaderOf): AdapterRefusal | undefined => {
  if (method !== "GET") return refusal(405, "A WebSocket is opened with GET.", { Allow: "GET" })
  if (headerOf("upgrade")?.toLowerCase() !== "websocket") return refusal(400, "The Upgrade header must be websocket.")
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headerOf("sec-websocket-key") ?? "")) {
    return refusal(400, "The Sec-WebSocket-Key header is missing or malformed.")
  }
  const version = headerOf("sec-websocket-version")
  return version === "13" || version === "8"
    ? undefined
    : refusal(426, "Only WebSocket version 13 is spoken here.", { "Sec-WebSocket-Version": "13" })
}
