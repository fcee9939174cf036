/** Server CPU time per message: all servers run side by side, and take turns. */
import type { Contender } from "./contenders.ts"
import { connect, disconnect, exchange } from "./load.ts"
import { median, progress } from "./report.ts"
import { Server } from "./Server.ts"

/** How much load. */
export interface Load {
  readonly rounds: number
  readonly stations: number
  /** Messages of each station in each round. */
  readonly messages: number
}

/** Microseconds of CPU per message by name of the server: median of the rounds. */
export const cpuPerMessage = async (
  contenders: ReadonlyArray<Contender>,
  { messages, rounds, stations }: Load
): Promise<Map<string, number>> => {
  const results = new Map<string, Array<number>>()
  const running = await Promise.all(contenders.map(({ file, name }) => Server.start(name, file)))
  const loads = []
  for (const server of running) loads.push({ server, clients: await connect(server.url, stations, "CS-") })
  for (const { clients } of loads) await exchange(clients, 2 * messages) // warm-up
  for (let round = 1; round <= rounds; round++) {
    for (const { clients, server } of loads) {
      const before = await server.usage("cpu")
      await exchange(clients, messages)
      const after = await server.usage("cpu")
      const figures = results.get(server.name) ?? []
      figures.push((after.cpu - before.cpu) / (stations * messages))
      results.set(server.name, figures)
    }
    progress(`CPU per message: round ${round} of ${rounds}`)
  }
  progress()
  for (const { clients, server } of loads) {
    await disconnect(clients)
    await server.stop()
  }
  return new Map(Array.from(results, ([name, figures]) => [name, median(figures)]))
}
