/** `pnpm secure`: see `options.ts`. */
import { Cause, Effect, Exit, Logger } from "effect"
import { add } from "./add.ts"
import { type Arguments, help, parse } from "./options.ts"
import { serve } from "./serve.ts"

const complain = (message: string): void => {
  console.error(message)
  process.exitCode = 1
}

const run = (options: Arguments): void => {
  const logs = Logger.layer([process.stdout.isTTY ? Logger.consolePretty() : Logger.consoleJson])
  const fiber = Effect.runFork(Effect.provide(serve(options), logs))
  const stop = (): void => fiber.interruptUnsafe()
  process.once("SIGINT", stop).once("SIGTERM", stop)
  fiber.addObserver((exit) => {
    process.off("SIGINT", stop).off("SIGTERM", stop)
    if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return
    const error = Cause.squash(exit.cause)
    complain(error instanceof Error ? error.message : String(error))
  })
}

const options = parse(process.argv.slice(2))
if (typeof options === "string") complain(`${options}\n${help}`)
else if (options.help) console.log(help)
else if (options.command === "serve") run(options)
else if (options.command === "add") {
  await add(options).then(console.log, (error: unknown) =>
    complain(error instanceof Error ? error.message : String(error))
  )
} else complain(help)
