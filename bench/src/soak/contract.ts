/** What the two processes of the soak know of each other. */

/** The password of every station in the soak. */
export const password = "the-password-of-the-soak"

/** What the server has counted. */
export interface SoakStats {
  /** Resident set size in bytes. */
  readonly rss: number
  /** Bytes of live heap, after a garbage collection. */
  readonly heap: number
  /** Fibers of CSMS and adapter that have not ended. */
  readonly fibers: number
  /** Links the adapter says are open. */
  readonly links: number
  /** Stations the CSMS says are connected. */
  readonly connected: number
  /** What keeps the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>
  /** Upgrade requests that were refused; nobody here asks for what he may not have. */
  readonly refused: number
  readonly lastRefusal: string
  /** CALLs to good stations that were answered, and those that were not. */
  readonly callsToStations: number
  readonly lostCalls: number
  readonly lastLoss: string
}
