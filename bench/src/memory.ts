/** What a booted idle station costs its server: live heap, and resident memory with all that is outside of the heap. */
import type { Contender } from "./contenders.ts"
import { connect, disconnect } from "./load.ts"
import { progress } from "./report.ts"
import { Server } from "./Server.ts"

/** Bytes per station. */
export interface Memory {
  readonly heap: number
  readonly rss: number
}

/** By name of the server. */
export const memoryPerStation = async (
  contenders: ReadonlyArray<Contender>,
  idle: number
): Promise<Map<string, Memory>> => {
  const results = new Map<string, Memory>()
  for (const { file, name } of contenders) {
    progress(`memory of ${idle} idle stations: ${name}`)
    const server = await Server.start(name, file)
    await disconnect(await connect(server.url, 20, "warm-"))
    const before = await server.usage("heap")
    const clients = await connect(server.url, idle, "CS-")
    const after = await server.usage("heap")
    results.set(name, { heap: (after.heap - before.heap) / idle, rss: (after.rss - before.rss) / idle })
    await disconnect(clients)
    await server.stop()
  }
  progress()
  return results
}
