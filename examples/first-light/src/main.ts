/** `npm start`: reads the options, runs the demo or the server, and tells how it ended. */
import { Cause, Effect, Exit, Layer, Logger } from "effect"
import { demo } from "./demo.ts"
import { colours, Log } from "./Log.ts"
import { help, type Options, parse } from "./options.ts"
import { StepFailed } from "./operator.ts"
import { serve } from "./serve.ts"
import { Traffic } from "./Traffic.ts"

const deadline = "60 seconds"

type Running = Extract<Options, { readonly _tag: "Demo" | "Serve" }>

const program = (options: Running): Effect.Effect<void, Error, Log | Traffic> =>
  options._tag === "Serve"
    ? serve(options)
    : demo(options).pipe(
        Effect.timeoutOrElse({
          duration: deadline,
          orElse: () => Effect.fail(new StepFailed({ step: "the whole demo", detail: `not done in ${deadline}` }))
        })
      )

const complain = (message: string): void => {
  console.error(`${colours.red("✗")} ${message}`)
  process.exitCode = 1
}

/** Without a logger: what the library would log is told by its events too, and those are printed. */
const services = Layer.mergeAll(Log.layer, Traffic.layer, Logger.layer([]))

const run = (options: Running): void => {
  const fiber = Effect.runFork(Effect.provide(program(options), services))
  let stopped: NodeJS.Signals | undefined
  const stop = (signal: NodeJS.Signals): void => {
    if (stopped !== undefined) process.exit(130) // twice: now
    stopped = signal
    fiber.interruptUnsafe()
  }
  process.on("SIGINT", stop).on("SIGTERM", stop)
  fiber.addObserver((exit) => {
    process.off("SIGINT", stop).off("SIGTERM", stop)
    if (Exit.isSuccess(exit)) return
    if (stopped === undefined) complain(reason(exit.cause, options))
    else if (options._tag === "Demo") complain("Stopped before the session was over.")
  })
}

const reason = (cause: Cause.Cause<Error>, { port }: { readonly port: number }): string => {
  const error = Cause.squash(cause)
  if (!(error instanceof Error) || Cause.hasDies(cause)) return `This should not happen: ${Cause.pretty(cause)}`
  const isTaken = "reason" in error && error.reason === "PortInUse"
  return isTaken
    ? `${error.message} For example: npm start -- --port ${port === 65_535 ? 9000 : port + 1}`
    : error.message
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1)) // `| head`

const options = parse(process.argv.slice(2))
if (options._tag === "Help") console.log(help.trim())
else if (options._tag === "Invalid") complain(options.message)
else run(options)
