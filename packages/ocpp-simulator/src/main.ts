/** `ocpp-sim`: the command line of the simulator. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import { dispatch } from "./commands.ts"

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1)) // `| head`

const fiber = Effect.runFork(
  dispatch(process.argv.slice(2), { out: process.stdout, err: process.stderr, env: process.env })
)
let isStopping = false
const stop = (): void => {
  if (isStopping) process.exit(130) // twice: now
  isStopping = true
  fiber.interruptUnsafe()
}
process.on("SIGINT", stop).on("SIGTERM", stop)
fiber.addObserver((exit) => {
  process.off("SIGINT", stop).off("SIGTERM", stop)
  if (Exit.isSuccess(exit)) process.exitCode = exit.value
  else {
    process.exitCode = isStopping ? 130 : 1
    if (!Cause.hasInterruptsOnly(exit.cause)) process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
  }
})
