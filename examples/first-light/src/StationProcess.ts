/** The station of the demo: another process, another implementation of OCPP-J (npm `ocpp-rpc`). */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Data, Deferred, Effect } from "effect"
import type { Account } from "./station/Account.ts"

/** The station process ended in another way than it should. */
export class StationFailed extends Data.TaggedError("StationFailed")<{ readonly message: string }> {}

/** Where and as whom the station is to connect. */
export interface Login {
  readonly url: string
  readonly identity: string
  readonly password: string
}

const program = fileURLToPath(new URL("station/main.ts", import.meta.url))

/** Starts the station, for as long as the scope lives; `account` ends with the process. */
export const start = Effect.fnUntraced(function* ({ url, identity, password }: Login) {
  const ended = yield* Deferred.make<Account, StationFailed>()
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const started = fork(program, [url, identity, "--once"], {
        execArgv: [],
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        env: { ...process.env, STATION_PASSWORD: password } // not an argument: those are there for everybody to see
      })
      let account: Account | undefined
      let complaint = ""
      started.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-4000)))
      started.on("message", (message) => (account = message as Account))
      started.once("error", (error) => fail(ended, `The station process could not be started: ${error.message}`))
      started.once("close", (code, signal) => {
        if (code === 0 && account !== undefined) return Deferred.doneUnsafe(ended, Effect.succeed(account))
        const how = signal === null ? `exit code ${code}` : signal
        fail(ended, `The station process ended early (${how}). ${complaint.trim()}`.trim())
      })
      return started
    }),
    (started) =>
      Effect.callback<void>((resume) => {
        if (started.exitCode !== null || started.signalCode !== null || started.pid === undefined)
          return resume(Effect.void)
        started.once("exit", () => resume(Effect.void))
        started.kill("SIGKILL")
      })
  )
  return { pid: child.pid, account: Deferred.await(ended) }
})

const fail = (ended: Deferred.Deferred<Account, StationFailed>, message: string): void => {
  Deferred.doneUnsafe(ended, Effect.fail(new StationFailed({ message })))
}
