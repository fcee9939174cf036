/** Answers to a request that does not become a WebSocket: a status, a sentence, and the end of the connection. */
import { STATUS_CODES } from "node:http"
import type { AdapterRefusal } from "@wattline/ocpp-core/adapter"
import type { UwsResponse } from "./Native.ts"
import type { UpgradeHeaders } from "./Request.ts"

const refusal = (status: number, reason: string, headers: AdapterRefusal["headers"] = {}): AdapterRefusal => ({
  status,
  reason,
  headers
})

/** A plain HTTP request on a port that only speaks WebSocket. */
const upgradeRequired = refusal(426, "This is an OCPP endpoint. Connect with a WebSocket.", { Upgrade: "websocket" })

/**
 * What is wrong with a request before one even asks who it is (RFC 6455 §4.2.1), or `undefined`. uWebSockets.js itself
 * looks at nothing but the method and the length of the key.
 */
export const malformed = (method: string, headers: UpgradeHeaders): AdapterRefusal | undefined => {
  const upgrade = headers.get("upgrade")
  if (method !== "GET") return refusal(405, "A WebSocket is opened with GET.", { Allow: "GET" })
  if (upgrade === undefined) return upgradeRequired
  if (upgrade.toLowerCase() !== "websocket") return refusal(400, "The Upgrade header must be websocket.")
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers.get("sec-websocket-key") ?? "")) {
    return refusal(400, "The Sec-WebSocket-Key header is missing or malformed.")
  }
  const version = headers.get("sec-websocket-version")
  if (version !== "13" && version !== "8") {
    return refusal(426, "Only WebSocket version 13 is spoken here.", { "Sec-WebSocket-Version": "13" })
  }
  return undefined
}

/** Writes the refusal and ends the connection; nothing else is sent on it. */
export const refuse = (response: UwsResponse, { status, reason, headers }: AdapterRefusal): void => {
  response.cork(() => {
    response.writeStatus(`${status} ${STATUS_CODES[status] ?? "Refused"}`)
    response.writeHeader("Content-Type", "text/plain; charset=utf-8")
    for (const [name, value] of Object.entries(headers)) {
      // uWebSockets.js writes headers as they come; a line break in one would begin another.
      if (/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) response.writeHeader(name, value.replaceAll(/\p{Cc}+/gu, " "))
    }
    response.end(reason, true)
  })
}
