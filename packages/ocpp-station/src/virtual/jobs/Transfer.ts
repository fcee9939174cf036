/**
 * Files that are fetched or put somewhere, simulated: how long it takes, and what goes wrong. A file whose URL ends in one of the
 * names of a fault (`https://ota.example/fail-download`) meets that fault; so a CSMS that knows nothing of the station can try
 * them all.
 */
import type { VirtualStation } from "../VirtualStation.ts"

/** How files travel. */
export interface Transfer {
  /** Bytes of a file. */
  readonly size: number
  /** Bytes in a second. */
  readonly speed: number
}

/** How often and how patiently something is tried. */
export interface Tries {
  readonly retries?: number
  /** Seconds. */
  readonly retryInterval?: number
}

/** Milliseconds that a file travels. */
export const duration = ({ size, speed }: Transfer): number => (size / speed) * 1000

/** How often it is tried: once, and again as often as the CSMS says (TC_N_26), twice when it does not. */
export const attempts = ({ retries = 2 }: Tries): number => 1 + Math.max(0, retries)

/** Milliseconds between two attempts: 30 s when the CSMS does not say. */
export const pauseOf = ({ retryInterval = 30 }: Tries): number => Math.max(0, retryInterval) * 1000

/** The fault that a location names with the end of its path, among those that there are. */
export const faultOf = <F extends string>(location: string, faults: ReadonlyArray<F>): F | undefined => {
  const name = URL.canParse(location) ? new URL(location).pathname.split("/").at(-1) : undefined
  return faults.find((fault) => fault === name)
}

/** The answer to a CALL whose location the station cannot use; `undefined` when it can. */
export const locationRefusal = (location: string, { model }: VirtualStation) => {
  const additionalInfo = locationProblem(location, model.list("OCPPCommCtrlr", "FileTransferProtocols"))
  return additionalInfo === undefined
    ? undefined
    : ({ status: "Rejected", statusInfo: { reasonCode: "InvalidURL", additionalInfo } } as const)
}

/** Without protocols any will do. */
const locationProblem = (location: string, protocols: ReadonlyArray<string>): string | undefined => {
  if (!URL.canParse(location)) return "The location is no URL."
  const scheme = new URL(location).protocol.slice(0, -1)
  return protocols.length === 0 || protocols.some((one) => one.toLowerCase() === scheme)
    ? undefined
    : `Files are not transferred by ${scheme}.`
}
