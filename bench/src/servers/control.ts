/** How the bench asks a server process what it has used. */

/** CPU time and heap of a server process. */
export interface Usage {
  /** User and system time since the process began, in microseconds. */
  readonly cpu: number
  /** Bytes of live heap, after a garbage collection. */
  readonly heap: number
  /** Resident set size in bytes. */
  readonly rss: number
}

/** Tells the bench where this server listens, and answers its questions until it is told to stop. */
export const serve = (port: number): void => {
  process.on("message", (question) => {
    if (typeof question !== "string") return
    if (question === "stop") process.exit(0)
    if (question === "heap") for (let i = 0; i < 4; i++) globalThis.gc?.()
    const { system, user } = process.cpuUsage()
    const { heapUsed, rss } = process.memoryUsage()
    process.send?.({ cpu: user + system, heap: heapUsed, rss } satisfies Usage)
  })
  process.on("disconnect", () => process.exit(0)) // the bench has failed
  process.send?.({ port })
}

/** Sends one CALL of a station and waits for its answer. */
export type SendOne = () => Promise<unknown>

/**
 * Runs a client under test: connects as many stations as the bench has said and lets each send as many CALLs as it asks for. All
 * send at once and wait for each other, so that every client gets its answers in the same portions.
 */
export const drive = async (connect: (url: string, identity: string) => Promise<SendOne>): Promise<void> => {
  const [url = "", count] = process.argv.slice(2)
  const stations: Array<SendOne> = []
  while (stations.length < Number(count)) stations.push(await connect(url, `CS-${stations.length}`))
  process.on("message", async (order) => {
    if (typeof order === "string") return
    for (let left = (order as { readonly work: number }).work; left > 0; left--)
      await Promise.all(stations.map((send) => send()))
    process.send?.("done")
  })
  serve(0)
}
