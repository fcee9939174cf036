/** The log of what nobody may miss, also when nobody reads the events. */
import * as Effect from "effect/Effect"
import type { Run } from "@wattline/ocpp-core/engine"
import type { ClientEvent } from "./ClientEvent.ts"

/** Writes troubles to the log; the same one with connecting, or with booting, once in a row. */
export const troubleLog = (identity: string, run: Run): ((event: ClientEvent) => void) => {
  let cannotConnect: string | undefined
  let cannotBoot: string | undefined
  const write = (line: Effect.Effect<void>): void => void run(Effect.annotateLogs(line, { station: identity }))
  return (event) => {
    switch (event._tag) {
      case "Connected":
        cannotConnect = undefined
        break
      case "ConnectFailed":
        if (event.detail !== cannotConnect)
          write(Effect.logWarning(`${identity} cannot connect, and goes on trying: ${event.detail}`))
        cannotConnect = event.detail
        break
      case "BootAnswered":
        cannotBoot = undefined
        break
      case "CallEnded":
        if (event.action !== "BootNotification" || event.end === "CALLRESULT" || event.end === "ConnectionLost") break
        if (event.end !== cannotBoot)
          write(
            Effect.logWarning(
              `${identity} cannot boot, and goes on trying: BootNotification ended with ${event.end}` +
                (event.detail === undefined ? "" : `: ${event.detail}`)
            )
          )
        cannotBoot = event.end
        break
      case "HandlerFailed":
        write(Effect.logError(`${identity}: handler of ${event.action}: ${event.message}`))
        break
      case "MessageGivenUp":
        write(Effect.logError(`${identity}: ${event.action} was given up (${event.end}, ${event.attempts} attempts)`))
        break
      case "QueueNotStored":
        write(Effect.logError(`${identity}: the queue is not stored: ${event.message}`))
        break
      default:
    }
  }
}
