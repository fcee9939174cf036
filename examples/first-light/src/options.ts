/** What may be written behind `npm start --`, and what to say when it cannot be understood. */
import { parseArgs } from "node:util"
import { Data } from "effect"
import { type Make, makeNames } from "./StationProcess.ts"

/** How the program is to run. */
export type Options = Data.TaggedEnum<{
  /** One session with a station of its own, then the end. */
  readonly Demo: { readonly host: string; readonly port: number; readonly station: Make }
  /** Waits for real stations until Ctrl-C. */
  readonly Serve: {
    readonly host: string
    readonly port: number
    readonly password: string | undefined
    /** Port of the metrics; none are served without it. */
    readonly metrics: number | undefined
    /** Prints a summary every few seconds in place of every message. */
    readonly quiet: boolean
    /** Tokens that may charge besides those of `tokens.ts`, as a template. */
    readonly tokens: string
  }
  readonly Help: {}
  readonly Invalid: { readonly message: string }
}>
const { Demo, Serve, Help, Invalid } = Data.taggedEnum<Options>()

/** The text of `--help`. */
export const help = `
A CSMS for OCPP 2.0.1 and one charging session with it.

  npm start                      a station connects, charges and leaves; then the end
  npm start -- --serve           wait for your own stations until Ctrl-C

Options
  --station NAME  whose station connects in the session: ocpp-rpc, the npm package of that name (the default), or
                  wattline, the virtual station of @wattline/ocpp-station
  --port N        TCP port to listen on. Default 9000; 0 takes a free one
  --host H        address to listen on. Default 127.0.0.1, this machine only;
                  0.0.0.0 lets stations in from the network, without TLS: use it in a trusted network only
  --serve         keep listening for stations
  --password P    with --serve: what stations log in with, 16 to 64 characters. Default: made up and printed
  --tokens T      with --serve: tokens that may charge besides those that it prints; {n} stands for a number, {n:4} for one
                  of at least 4 digits. Default 04AA{n:4}, the tokens of ocpp-sim fleet
  --quiet         with --serve: print a summary every 5 seconds in place of every message; for fleets
  --metrics N     with --serve: serve metrics for Prometheus on http://127.0.0.1:N/metrics; 0 takes a free port

Ctrl-C and SIGTERM let CALLs that are in flight end, for 10 seconds at most, then close all links with 1001.
  --help          this text
`

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535

const usage = "npm start -- --help shows the options."

/** Reads the arguments of the program. */
export const parse = (args: ReadonlyArray<string>): Options => {
  const read = values(args)
  if (typeof read === "string") return Invalid({ message: `${read} ${usage}` })
  const { help: wantsHelp, host, metrics, password, port, quiet, serve, tokens } = read
  if (wantsHelp) return Help()
  if (!isPort(port))
    return Invalid({ message: `--port ${port} is no port. Give a number from 0 to 65535, for example --port 9001.` })
  if (host === "") return Invalid({ message: "--host is empty. Give an address, for example --host 127.0.0.1." })
  if (password !== undefined && !serve)
    return Invalid({ message: "--password goes with --serve: without it the station of the demo makes its own." })
  if (metrics !== undefined && !serve)
    return Invalid({ message: "--metrics goes with --serve: the demo is over before anybody reads them." })
  if (metrics !== undefined && !isPort(metrics))
    return Invalid({ message: `--metrics ${metrics} is no port. Give a number from 0 to 65535, for example 9464.` })
  if (quiet && !serve) return Invalid({ message: "--quiet goes with --serve: the demo is there to be watched." })
  if (tokens !== undefined && !serve)
    return Invalid({ message: "--tokens goes with --serve: the driver of the demo has a contract." })
  if (read.station !== undefined && serve)
    return Invalid({ message: "--station goes with the demo: --serve waits for stations of your own." })
  const station = makeNames.find((make) => make === (read.station ?? "ocpp-rpc"))
  if (station === undefined)
    return Invalid({ message: `--station ${read.station} is unknown. Give ${makeNames.join(" or ")}.` })
  if (!serve) return Demo({ host, port: Number(port), station })
  return Serve({
    host,
    port: Number(port),
    password,
    metrics: metrics === undefined ? undefined : Number(metrics),
    quiet,
    tokens: tokens ?? "04AA{n:4}"
  })
}

const values = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "9000" },
        host: { type: "string", default: "127.0.0.1" },
        password: { type: "string" },
        metrics: { type: "string" },
        station: { type: "string" },
        tokens: { type: "string" },
        serve: { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false }
      }
    }).values
  } catch (error) {
    // "Unknown option '--foo'. To specify a positional argument starting with a '-', …": the first sentence is enough.
    return error instanceof Error ? `${error.message.split(/\.\s|\n/)[0]?.replace(/\.$/, "")}.` : String(error)
  }
}
