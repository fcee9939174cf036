/** Answers to a request that does not become a WebSocket: a status, a sentence, and the end of the connection. */
import { STATUS_CODES } from "node:http"
import { type AdapterRefusal, malformed } from "@wattline/ocpp-core/adapter"
import type { UwsResponse } from "./Native.ts"
import type { UpgradeHeaders } from "./Request.ts"

/** A plain HTTP request on a port that only speaks WebSocket. */
const upgradeRequired: AdapterRefusal = {
  status: 426,
  reason: "This is an OCPP endpoint. Connect with a WebSocket.",
  headers: { Upgrade: "websocket" }
}

/** What is wrong with a request, or `undefined`. uWebSockets.js itself looks at nothing but the method and the length of the key. */
export const problemOf = (method: string, headers: UpgradeHeaders): AdapterRefusal | undefined =>
  method === "GET" && !headers.has("upgrade") ? upgradeRequired : malformed(method, (name) => headers.get(name))

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
