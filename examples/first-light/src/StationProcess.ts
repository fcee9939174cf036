/** The station of the demo: another process, by default another implementation of OCPP-J (npm `ocpp-rpc`). */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Data, Deferred, Effect } from "effect"
import type { Account } from "./station/Account.ts"

/** The station process ended in another way than it should. */
export class StationFailed extends Data.TaggedError("StationFailed")<{ readonly message: string }> {}

const path = (file: string): string => fileURLToPath(new URL(`station/${file}`, import.meta.url))

/** The stations to choose from, a program each. */
const makes = {
  "ocpp-rpc": { program: path("main.ts"), flags: ["--once"], client: "npm ocpp-rpc" },
  wattline: { program: path("wattline.ts"), flags: [], client: "@wattline/ocpp-station" }
} as const

/** Whose station it is to be. */
export type Make = keyof typeof makes

/** Their names. */
export const makeNames = Object.keys(makes) as ReadonlyArray<Make>

/** Which station is to connect, where and as whom. */
export interface Login {
  readonly make: Make
  readonly url: string
  readonly identity: string
  readonly password: string
}

/** Starts the station, for as long as the scope lives; `account` ends with the process. */
export const start = Effect.fnUntraced(function* ({ make, url, identity, password }: Login) {
  const { client, flags, program } = makes[make]
  const ended = yield* Deferred.make<Account, StationFailed>()
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const started = fork(program, [url, identity, ...flags], {
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
  return { pid: child.pid, client, account: Deferred.await(ended) }
})

const fail = (ended: Deferred.Deferred<Account, StationFailed>, message: string): void => {
  Deferred.doneUnsafe(ended, Effect.fail(new StationFailed({ message })))
}
