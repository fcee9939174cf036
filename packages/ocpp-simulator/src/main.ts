/** `ocpp-sim`: the command line of the simulator. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import { dispatch } from "./commands.ts"

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1)) // `| head`

const fiber = Effect.runFork(
  dispatch(process.argv.slice(2), { out: process.stdout, err: process.stderr, env: process.env })
)
/** Milliseconds: what comes closer after the first signal is that signal again; `timeout` and `npx` pass on what the terminal sent. */
const echo = 500
let stoppedAt: number | undefined
const stop = (): void => {
  if (stoppedAt !== undefined) {
    if (performance.now() - stoppedAt > echo) process.exit(130) // twice: now
    return
  }
  stoppedAt = performance.now()
  fiber.interruptUnsafe()
}
process.on("SIGINT", stop).on("SIGTERM", stop)
fiber.addObserver((exit) => {
  process.off("SIGINT", stop).off("SIGTERM", stop)
  if (Exit.isSuccess(exit)) process.exitCode = exit.value
  else {
    process.exitCode = stoppedAt === undefined ? 1 : 130
    if (!Cause.hasInterruptsOnly(exit.cause)) process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
  }
})
