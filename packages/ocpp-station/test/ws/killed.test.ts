/** The queue of a station whose process is killed, over real processes, files and sockets. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import type { TransactionEventRequest } from "@wattline/ocpp-v201"
import { missingEvents } from "@wattline/ocpp-core"
import { Effect } from "effect"
import { Ground, password } from "./Ground.ts"

/** The process of a station that is alive. */
class Mortal {
  private readonly process: ChildProcess
  private output = ""

  constructor(url: string, directory: string) {
    const program = join(import.meta.dirname, "mortal.ts")
    this.process = spawn(process.execPath, ["--conditions=@wattline/source", program, url, directory, password])
    this.process.stdout?.on("data", (chunk: Buffer) => (this.output += chunk.toString()))
    this.process.stderr?.on("data", (chunk: Buffer) => (this.output += chunk.toString()))
  }

  /** Waits until it has said this. */
  said(line: string): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let turn = 0; turn < 1_000; turn++) {
        if (this.output.split("\n").includes(line)) return
        yield* Effect.sleep(10)
      }
      assert.fail(`"${line}" is not in ${this.output}`)
    })
  }

  /** It is to deliver these; they are in its queue. */
  deliver(...numbers: ReadonlyArray<number>): Effect.Effect<void> {
    for (const number of numbers) this.process.stdin?.write(`${number}\n`)
    return this.said(`queued ${numbers.at(-1)}`)
  }

  /** SIGKILL: it has no time for anything. */
  get killed(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) return resume(Effect.void)
      this.process.once("exit", () => resume(Effect.void))
      this.process.kill("SIGKILL")
    })
  }
}

it.live(
  "E04, R-190, R-232: a station that is killed three times delivers every TransactionEvent, in order, and offline where it was",
  () =>
    Effect.gen(function* () {
      const received: Array<TransactionEventRequest> = []
      let isSilent = false
      const ground = yield* Ground.make({
        handlers: {
          TransactionEvent: (request) =>
            Effect.suspend(() => {
              received.push(request)
              return isSilent
                ? Effect.as(Effect.repeat(Effect.sleep(20), { until: () => !isSilent }), {})
                : Effect.succeed({})
            })
        }
      })
      yield* ground.register(1)
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "wattline-queue-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true }))
      )
      const born = Effect.acquireRelease(
        Effect.sync(() => new Mortal(ground.url(1), directory)),
        (mortal) => mortal.killed
      )
      const numbers = () => received.map(({ seqNo }) => seqNo)
      const until = (wanted: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          for (let turn = 0; turn < 1_000 && numbers().length < wanted.length; turn++) yield* Effect.sleep(10)
          assert.deepStrictEqual(numbers(), wanted)
        })

      yield* ground.close
      const first = yield* born
      yield* first.said("ConnectFailed")
      yield* first.deliver(0, 1, 2, 3)
      yield* first.killed

      yield* ground.open()
      const second = yield* born
      yield* second.said("T-1 has come to 3")
      yield* until([0, 1, 2, 3])
      yield* second.said("Accepted")
      yield* second.deliver(4)
      yield* until([0, 1, 2, 3, 4])
      yield* second.said("delivered 4")
      yield* ground.close
      yield* second.said("Disconnected")
      yield* second.deliver(5, 6)
      yield* second.killed

      isSilent = true
      yield* ground.open()
      const third = yield* born
      yield* third.said("T-1 has come to 6")
      yield* third.said("Accepted")
      yield* until([0, 1, 2, 3, 4, 5])
      yield* third.killed // while it waits for the answer to 5

      isSilent = false
      const last = yield* born
      yield* last.said("Accepted")
      yield* last.said("T-1 has come to 6")
      yield* last.deliver(7)
      yield* until([0, 1, 2, 3, 4, 5, 5, 6, 7])
      assert.deepStrictEqual(
        received.filter(({ offline }) => offline === true).map(({ seqNo }) => seqNo),
        [0, 1, 2, 3, 5, 5, 6]
      )
      yield* last.said("delivered 7")
      const { mirror } = yield* (yield* ground.station).snapshot
      const [transaction] = mirror.transactions.running
      assert.deepStrictEqual(transaction && missingEvents(transaction), [])
      yield* last.killed

      const ending = yield* born
      yield* ending.said("T-1 has come to 7") // though the CSMS has had it
      yield* ending.deliver(8, 9)
      yield* ending.said("delivered 9")
      assert.deepStrictEqual(
        readdirSync(directory).map((file) => readFileSync(join(directory, file), "utf8")),
        [""]
      )
    }),
  30_000
)
