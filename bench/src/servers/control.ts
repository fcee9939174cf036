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
    if (question === "stop") process.exit(0)
    if (question === "heap") for (let i = 0; i < 4; i++) globalThis.gc?.()
    const { system, user } = process.cpuUsage()
    const { heapUsed, rss } = process.memoryUsage()
    process.send?.({ cpu: user + system, heap: heapUsed, rss } satisfies Usage)
  })
  process.on("disconnect", () => process.exit(0)) // the bench has failed
  process.send?.({ port })
}
