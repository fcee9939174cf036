/** A server under test in a process of its own. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import path from "node:path"
import type { Usage } from "./servers/control.ts"

/** See the head of the file. */
export class Server {
  readonly name: string
  readonly port: number
  private readonly process: ChildProcess

  private constructor(name: string, port: number, process: ChildProcess) {
    this.name = name
    this.port = port
    this.process = process
  }

  /** Starts `servers/<file>.ts` and waits until it listens. */
  static async start(name: string, file: string, args: ReadonlyArray<string> = []): Promise<Server> {
    const child = fork(path.join(import.meta.dirname, "servers", `${file}.ts`), args, {
      execArgv: ["--expose-gc", ...(process.env["BENCH_ARGV"]?.split(" ") ?? [])]
    })
    const answer = await Promise.race([once(child, "message"), once(child, "exit").then(() => undefined)])
    if (answer === undefined) throw new Error(`the server ${file} ended before it listened`)
    const [{ port }] = answer as [{ readonly port: number }]
    return new Server(name, port, child)
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`
  }

  /** CPU and memory used so far; `heap` collects garbage first. */
  async usage(question: "cpu" | "heap"): Promise<Usage> {
    this.process.send(question)
    const [usage] = (await once(this.process, "message")) as [Usage]
    return usage
  }

  /** Lets each station of a client under test send so many CALLs. */
  async work(messages: number): Promise<void> {
    this.process.send({ work: messages })
    await once(this.process, "message")
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const exited = once(this.process, "exit")
    this.process.send("stop")
    await exited
  }
}
