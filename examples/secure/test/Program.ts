/** The example as a process of its own, as an operator runs it. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"

/** A program that runs, and what it printed. */
export class Program {
  stdout = ""
  readonly ended: Promise<{ readonly code: number | null }>
  private readonly child: ChildProcess

  constructor(file: string, args: ReadonlyArray<string>, cwd: string) {
    this.child = spawn(process.execPath, ["--conditions=@wattline/source", file, ...args], {
      cwd,
      stdio: ["ignore", "pipe", "inherit"]
    })
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text))
    this.ended = once(this.child, "close").then(([code]) => ({ code: code as number | null }))
  }

  /** The match of `pattern` in what was printed, now or later. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout)
      if (match !== null) return match
      const more = await Promise.race([once(this.child.stdout ?? this.child, "data"), this.ended])
      if ("code" in more) throw new Error(`ended without printing ${String(pattern)}:\n${this.stdout}`)
    }
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Ends it, however it is. */
  async stop(): Promise<void> {
    this.child.kill("SIGKILL")
    await this.ended
  }
}
