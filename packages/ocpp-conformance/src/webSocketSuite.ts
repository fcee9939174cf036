/**
 * What every adapter over WebSocket must do, below what `adapterSuite` sees: HTTP, frames, compression, liveness, limits. An
 * adapter's own tests are about what only its library does.
 */
import { describe } from "@effect/vitest"
import { admission } from "./webSocket/admission.ts"
import { buffers } from "./webSocket/buffers.ts"
import { compression } from "./webSocket/compression.ts"
import { ends } from "./webSocket/ends.ts"
import { liveness } from "./webSocket/liveness.ts"
import { messageBytes } from "./webSocket/messageBytes.ts"
import { ownPort } from "./webSocket/ownPort.ts"
import { proxies } from "./webSocket/proxies.ts"
import { requests } from "./webSocket/requests.ts"
import { responses } from "./webSocket/responses.ts"
import type { WebSocketHarness } from "./webSocket/WebSocketHarness.ts"

const parts: ReadonlyArray<readonly [what: string, cases: (harness: WebSocketHarness) => void]> = [
  ["own port", ownPort],
  ["requests", requests],
  ["responses", responses],
  ["a slow admission", admission],
  ["a proxy", proxies],
  ["compression", compression],
  ["messages that are too long", messageBytes],
  ["the end of a link", ends],
  ["a station that does not read", buffers],
  ["liveness", liveness]
]

/** Defines the WebSocket contract tests under `name`, over real connections. */
export const webSocketSuite = (name: string, harness: WebSocketHarness): void => {
  for (const [what, cases] of parts) {
    describe(`WebSocket contract: ${name}: ${what}`, () => {
      cases(harness)
    })
  }
}
