/** `--serve`: a CSMS that waits for stations, and prints what happens until it is stopped. */
import { randomBytes } from "node:crypto"
import { networkInterfaces } from "node:os"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { hashPassword, passwordViolation, type Station, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Data, Effect, Layer } from "effect"
import { layer as csms } from "./csms.ts"
import { colours, Log } from "./Log.ts"
import { serveMetrics } from "./metrics.ts"
import { makeOverview, type Overview } from "./overview.ts"
import { withFleet } from "./tokens.ts"
import { Traffic } from "./Traffic.ts"

/** How it is to listen. */
export interface ServeOptions {
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

class WrongPassword extends Data.TaggedError("WrongPassword")<{ readonly message: string }> {}

/** Serves until it is interrupted. */
export const serve = Effect.fn("serve")(function* ({ host, metrics, password, port, quiet, tokens }: ServeOptions) {
  const secret = password ?? randomBytes(15).toString("base64url")
  const problem = passwordViolation(secret)
  if (problem !== undefined) return yield* new WrongPassword({ message: `This --password will not do. ${problem}` })
  const passwordHash = yield* hashPassword(secret)
  // Whoever knows the password may come in, under any identity.
  const directory = StationDirectory.fromLookup((identity) =>
    Effect.succeed({ identity, securityProfile: 1, passwordHash })
  )
  const overview = quiet ? yield* makeOverview : undefined
  const server = csms({ host, port }, inventory, withFleet(tokens))
  const served = Effect.provide(run({ host, tokens }, secret, overview), Layer.provide(server, directory)).pipe(
    Effect.provideService(Log, overview?.log ?? (yield* Log))
  )
  yield* metrics === undefined ? served : Effect.scoped(Effect.andThen(tellMetrics(metrics), served))
})

/** The metrics are there before the first station, and until the last one is gone. */
const tellMetrics = Effect.fnUntraced(function* (port: number) {
  const { line } = yield* Log
  const url = yield* serveMetrics(port)
  yield* line({ mark: "note", who: "CSMS", what: "metrics", text: `for Prometheus on ${url}` })
})

const run = Effect.fnUntraced(function* (
  { host, tokens }: Pick<ServeOptions, "host" | "tokens">,
  password: string,
  overview: Overview | undefined
) {
  const { block, line } = yield* Log
  const { address, connections, url } = yield* WsServer
  yield* block(instructions(urls(host, url, address.port), password, tokens))
  const goodbye = Effect.flatMap(connections, (open) =>
    line({ mark: "note", who: "CSMS", what: "closes", text: `connected stations: ${open}; what is in flight may end` })
  )
  return yield* Effect.onInterrupt(overview?.run(connections) ?? Effect.never, () => goodbye)
})

/** Reads what a station is, once it has booted. */
const inventory = Effect.fnUntraced(function* (station: Station) {
  const { line } = yield* Log
  const traffic = yield* Traffic
  const who = station.identity
  yield* Effect.yieldNow // the boot is printed first
  traffic.sent++
  yield* line({ mark: "out", who, what: "GetBaseReport", text: "FullInventory" })
  yield* station.getBaseReport("FullInventory").pipe(
    Effect.flatMap(({ variables }) =>
      line({ mark: "done", who, what: "report complete", text: `${variables} variables are in the device model` })
    ),
    Effect.catch(({ message }) => line({ mark: "note", who, what: "no report", text: message }))
  )
})

/** All addresses of this machine when it listens on all of them. */
const urls = (host: string, url: string, port: number): ReadonlyArray<string> =>
  host !== "0.0.0.0" && host !== "::"
    ? [url]
    : Object.values(networkInterfaces())
        .flatMap((addresses = []) => addresses)
        .filter(({ family, internal }) => family === "IPv4" && !internal)
        .map(({ address }) => `ws://${address}:${port}`)
        .concat(url)

const station = fileURLToPath(new URL("station/main.ts", import.meta.url))
const here = (path: string): string => relative(process.cwd(), path)

const instructions = (ways: ReadonlyArray<string>, password: string, tokens: string): string => `
${colours.bold("This CSMS waits for charging stations.")} Give them:

  URL       ${ways.map((url) => colours.cyan(`${url}/<identity>`)).join("\n            ")}
  protocol  ocpp2.0.1, security profile 1 (HTTP Basic, no TLS)
  user      <identity>, any you like: at most 48 of the characters a-z A-Z 0-9 - _ . = + | @ *
  password  ${colours.cyan(password)}

Tokens that may charge: DE-WTL-C00012345-6 (eMAID), 04A2E8B1C39D80 (ISO14443), and all like ${tokens}.
No station at hand? In another terminal:

  STATION_PASSWORD=${password} ${here(process.execPath)} ${here(station)} ${ways.at(-1)} CS-7 --swipe 04A2E8B1C39D80

A fleet of 200, best with --quiet here:

  ocpp-sim fleet --url ${ways.at(-1)} --password ${password} --stations 200

Ctrl-C ends it.
`
