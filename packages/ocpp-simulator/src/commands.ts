/** The commands of `ocpp-sim`, by name. */
import { readFileSync } from "node:fs"
import { parseArgs, type ParseArgsConfig } from "node:util"
import { WsDialer } from "@wattline/ocpp-ws"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { chaosCommand, chaosOptions } from "./chaos/command.ts"
import { fleetCommand, type Streams } from "./fleet/command.ts"
import { stationCommand } from "./interactive/command.ts"
import { lintCommand, lintOptions } from "./lint/command.ts"
import { replayCommand, replayOptions } from "./replay/command.ts"
import { similar } from "./scenario/Similar.ts"
import { coloursFor } from "./terminal/colours.ts"

interface Command {
  /** What it does, in a line of the help. */
  readonly help: string
  readonly run: (args: ReadonlyArray<string>, streams: Streams) => Effect.Effect<number, unknown>
}

const commands: Readonly<Record<string, Command>> = {
  station: {
    help: "play with one station: keys, commands, scripts",
    run: (args, streams) => Effect.provide(stationCommand(args, { ...streams, in: process.stdin }), WsDialer.layer())
  },
  chaos: {
    help: "kill a CSMS in the middle of sessions, and compare in the end",
    run: (args, streams) => parsed(args, chaosOptions, streams, chaosCommand)
  },
  fleet: { help: "run many stations by a scenario, and report", run: fleetCommand },
  lint: {
    help: "check recorded frames against the rules of OCPP 2.0.1",
    run: (args, streams) =>
      parsed(args, lintOptions, streams, (read) =>
        lintCommand(read, coloursFor({ env: streams.env, isTTY: streams.out.isTTY === true }))
      )
  },
  replay: {
    help: "send recorded frames to a CSMS, and compare the answers",
    run: (args, streams) =>
      parsed(args, replayOptions, streams, (read) =>
        Effect.provide(
          replayCommand(read, coloursFor({ env: streams.env, isTTY: streams.out.isTTY === true })),
          WsDialer.layer()
        )
      )
  }
}

const width = Math.max(...Object.keys(commands).map((name) => name.length))

/** The text of `ocpp-sim --help`. */
export const help = `ocpp-sim: charging stations for OCPP 2.0.1, on the command line

${Object.entries(commands)
  .map(([name, { help: line }]) => `  ocpp-sim ${name.padEnd(width)}  ${line}`)
  .join("\n")}

  ocpp-sim COMMAND --help   what it takes
  ocpp-sim --version
`

/** Runs the command that the arguments name; the result is the exit code. */
export const dispatch = (args: ReadonlyArray<string>, streams: Streams): Effect.Effect<number, unknown> => {
  const [name, ...rest] = args
  if (name === undefined || name === "--help" || name === "-h" || name === "help") return say(streams, help)
  if (name === "--version" || name === "-V") return say(streams, `${version()}\n`)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  // Without a logger: what a CSMS in memory would log is no concern of who runs a fleet.
  if (command !== undefined) return Effect.provide(command.run(rest, streams), Logger.layer([]))
  const meant = similar(name, Object.keys(commands))
  streams.err.write(
    `${name} is no command of ocpp-sim${meant === undefined ? "." : `; did you mean ${meant}?`} ocpp-sim --help shows them.\n`
  )
  return Effect.succeed(2)
}

const say = ({ out }: Streams, text: string): Effect.Effect<number> =>
  Effect.sync(() => {
    out.write(text)
    return 0
  })

const version = (): string =>
  (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string })
    .version

/** Reads the options of a command; a wrong one is told in a sentence. */
const parsed = <O extends NonNullable<ParseArgsConfig["options"]>>(
  args: ReadonlyArray<string>,
  options: O,
  streams: Streams,
  run: (
    read: ReturnType<typeof parseArgs<{ args: Array<string>; options: O; allowPositionals: true }>>
  ) => Effect.Effect<number, unknown>
): Effect.Effect<number, unknown> =>
  Effect.suspend(() => {
    try {
      return run(parseArgs({ args: [...args], options, allowPositionals: true }))
    } catch (error) {
      // "Unknown option '--foo'. To specify a positional argument starting with a '-', …": the first sentence is enough.
      const [sentence = ""] = String(error instanceof Error ? error.message : error).split(/\.\s|\n/)
      streams.err.write(`${sentence.replace(/\.$/, "")}. --help shows the options.\n`)
      return Effect.succeed(2)
    }
  })
