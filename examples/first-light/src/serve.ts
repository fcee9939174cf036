/** `--serve`: a CSMS that waits for stations, and prints what happens until it is stopped. */
import { randomBytes } from "node:crypto"
import { networkInterfaces } from "node:os"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { Csms, type Station, type StationCredentials, StationDirectory } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Data, Effect, Layer } from "effect"
import { layer as csms } from "./csms.ts"
import { colours, Log } from "./Log.ts"
import { Traffic } from "./Traffic.ts"

/** How it is to listen. */
export interface ServeOptions {
  readonly host: string
  readonly port: number
  readonly password: string | undefined
}

class WrongPassword extends Data.TaggedError("WrongPassword")<{ readonly message: string }> {}

/** Serves until it is interrupted. */
export const serve = Effect.fn("serve")(function* ({ host, port, password }: ServeOptions) {
  const server = Layer.provide(csms({ host, port }, inventory), anyIdentity)
  yield* Effect.provide(run(host, password ?? randomBytes(15).toString("base64url")), server)
})

/** A directory with one entry that fits every identity: whoever knows the password may come in. */
const anyIdentity = Layer.sync(StationDirectory, () => {
  let credentials: StationCredentials | undefined
  return {
    add: (added) => Effect.sync(() => void (credentials = added)),
    find: (identity) => Effect.sync(() => credentials && { ...credentials, identity }),
    remove: () => Effect.void
  }
})

const run = Effect.fnUntraced(function* (host: string, password: string) {
  const { block, line } = yield* Log
  const { addStation } = yield* Csms
  const { address, connections, url } = yield* WsServer
  yield* Effect.catchTag(
    addStation({ identity: "any", securityProfile: 1, password }),
    "InvalidStation",
    ({ detail }) => Effect.fail(new WrongPassword({ message: `This --password will not do. ${detail}` }))
  )
  yield* block(instructions(urls(host, url, address.port), password))
  const goodbye = Effect.flatMap(connections, (open) =>
    line({ mark: "note", who: "CSMS", what: "closes", text: `connected stations: ${open}, all are told to go` })
  )
  return yield* Effect.onInterrupt(Effect.never, () => goodbye)
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

const instructions = (ways: ReadonlyArray<string>, password: string): string => `
${colours.bold("This CSMS waits for charging stations.")} Give them:

  URL       ${ways.map((url) => colours.cyan(`${url}/<identity>`)).join("\n            ")}
  protocol  ocpp2.0.1, security profile 1 (HTTP Basic, no TLS)
  user      <identity>, any you like: at most 48 of the characters a-z A-Z 0-9 - _ . = + | @ *
  password  ${colours.cyan(password)}

Tokens that may charge: DE-WTL-C00012345-6 (eMAID), 04A2E8B1C39D80 (ISO14443).
No station at hand? In another terminal:

  STATION_PASSWORD=${password} ${here(process.execPath)} ${here(station)} ${ways.at(-1)} CS-7 --swipe 04A2E8B1C39D80

Ctrl-C ends it.
`
