/** A forked program of a chaos run: asked over IPC, killed when its time has come. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Question, Ready } from "./contract.ts"

/** A process of the run did not do what it should; nothing is proven then. */
export class ChaosFailed extends Data.TaggedError("ChaosFailed")<{ readonly message: string }> {}

const isSource = import.meta.url.endsWith(".ts")

/** See the head of the file. */
export class Child {
  private readonly name: string
  private readonly process: ChildProcess
  private readonly exit: Promise<string>
  private complaint = ""

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.process = child
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.complaint = (this.complaint + text).slice(-4000)
    })
    this.exit = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`))
      child.once("error", (error) => resolve(error.message))
    })
  }

  /** Starts a program of this folder, and gives what it says first; the end of the scope kills it. */
  static readonly start = (
    name: "csmsProgram" | "stationsProgram",
    given: object
  ): Effect.Effect<{ readonly child: Child; readonly ready: Ready }, ChaosFailed, Scope.Scope> =>
    Effect.gen(function* () {
      const program = fileURLToPath(new URL(isSource ? `${name}.ts` : `${name}.js`, import.meta.url))
      const child = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const execArgv = [
            "--disable-warning=ExperimentalWarning",
            ...(isSource ? ["--conditions=@wattline/source"] : [])
          ]
          const stdio = ["ignore", "ignore", "pipe", "ipc"] as const
          return new Child(name, fork(program, [JSON.stringify(given)], { execArgv, stdio: [...stdio] }))
        }),
        (started) => started.kill
      )
      return { child, ready: yield* child.listen<Ready>(30) }
    })

  /** Asks, and gives the answer. */
  ask<A>(question: Question, seconds = 30): Effect.Effect<A, ChaosFailed> {
    return this.listen<A>(seconds, question)
  }

  /** Kills the process without a word, and waits until it is gone. */
  readonly kill: Effect.Effect<void> = Effect.suspend(() => {
    this.process.kill("SIGKILL")
    return Effect.promise(() => this.exit)
  })

  /** Has everything closed, and waits for the process to end by itself: nothing keeps it. */
  stop<A>(seconds = 20): Effect.Effect<A, ChaosFailed> {
    return Effect.gen({ self: this }, function* () {
      const last = yield* this.ask<A>("stop", seconds)
      const how = yield* this.within(seconds, "end", this.exit)
      if (how !== "exit code 0") return yield* this.failed(`ended with ${how}`)
      return last
    })
  }

  private listen<A>(seconds: number, question?: Question): Effect.Effect<A, ChaosFailed> {
    return Effect.suspend(() => {
      const answer = new Promise<{ readonly value: A } | string>((resolve) => {
        this.process.once("message", (value) => resolve({ value: value as A }))
        void this.exit.then(resolve)
      })
      if (question !== undefined) this.process.send(question)
      return Effect.flatMap(this.within(seconds, question ?? "start", answer), (text) =>
        typeof text === "string" ? this.failed(`ended early: ${text}`) : Effect.succeed(text.value)
      )
    })
  }

  private within<A>(seconds: number, what: string, promise: Promise<A>): Effect.Effect<A, ChaosFailed> {
    return Effect.timeoutOrElse(
      Effect.promise(() => promise),
      { duration: seconds * 1000, orElse: () => this.failed(`did not ${what} within ${seconds} s`) }
    )
  }

  private failed(what: string): Effect.Effect<never, ChaosFailed> {
    return Effect.fail(new ChaosFailed({ message: `${this.name} ${what}. ${this.complaint}`.trim() }))
  }
}
