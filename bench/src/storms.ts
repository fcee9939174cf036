/** Stations let in per second when all come at once: right after a start, and again when they have been there before. */
import { testPki } from "@wattline/ocpp-conformance"
import { Effect } from "effect"
import type { Contender } from "./contenders.ts"
import { progress } from "./report.ts"
import { Server } from "./Server.ts"
import { calm, storm } from "./storm.ts"

/** Stations per second. */
export interface Storms {
  readonly basic: number
  readonly basicAgain: number
  readonly tls: number
  readonly tlsAgain: number
}

/** By name of the server. */
export const stormsOf = async (
  contenders: ReadonlyArray<Contender>,
  stations: number
): Promise<Map<string, Storms>> => {
  const { ca } = await Effect.runPromise(testPki)
  const { cert, key } = await Effect.runPromise(ca.issue({ commonName: "localhost", usage: "server", key: "EC" }))
  process.env["BENCH_CERTIFICATE"] = JSON.stringify({ cert, key })
  const results = new Map<string, Storms>()
  for (const { file, name } of contenders) {
    const accepted = async (profile: 1 | 2): Promise<readonly [first: number, again: number]> => {
      progress(`storm of ${stations} stations, profile ${profile}: ${name}`)
      const server = await Server.start(name, file, [String(profile), String(stations)])
      const target = { port: server.port, stations, ca: profile === 2 ? ca.cert : undefined }
      const first = await storm(target)
      await calm(first.sockets)
      const again = await storm(target)
      await calm(again.sockets)
      await server.stop()
      return [stations / first.seconds, stations / again.seconds]
    }
    const [basic, basicAgain] = await accepted(1)
    const [tls, tlsAgain] = await accepted(2)
    results.set(name, { basic, basicAgain, tls, tlsAgain })
  }
  progress()
  return results
}
