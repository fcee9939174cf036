/** Runs the programs of this example as processes of their own, as a user does. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"

/** A program that ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs. */
export class Program {
  stdout = ""
  stderr = ""
  readonly ended: Promise<Ended>
  private readonly child: ChildProcess

  constructor(file: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv) {
    const path = fileURLToPath(new URL(`../src/${file}`, import.meta.url))
    const { FORCE_COLOR: _, ...inherited } = process.env
    const child = spawn(process.execPath, ["--conditions=@wattline/source", path, ...args], {
      env: { ...inherited, NO_COLOR: "1", ...env }, // CI turns colours on
      stdio: ["ignore", "pipe", "pipe"]
    })
    this.child = child
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }))
    })
    onTestFinished(async () => {
      child.kill("SIGKILL")
      await this.ended
    })
  }

  /** The match of `pattern` in what was printed, now or later; fails when the program ends without it. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.stdout)
        if (match !== null) resolve(match)
      }
      this.child.stdout?.on("data", look)
      void this.ended.then(({ code, stdout, stderr }) =>
        reject(new Error(`ended with ${code} without printing ${String(pattern)}:\n${stdout}\n${stderr}`))
      )
      look()
    })
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

/** Starts a file of `src/`; it is killed when the test is over. */
export const start = (file: string, args: ReadonlyArray<string> = [], env: NodeJS.ProcessEnv = {}): Program =>
  new Program(file, args, env)

/** Runs `npm start` with these arguments to its end. */
export const run = async (...args: ReadonlyArray<string>): Promise<Ended> => start("main.ts", args).ended
