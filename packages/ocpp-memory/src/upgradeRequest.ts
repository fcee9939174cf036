/** From a station's wishes to the upgrade request that an HTTP server would have seen. */
import type { UpgradeRequest } from "@wattline/ocpp-core"
import type { DialOptions } from "./MemoryNetwork.ts"

/** The request of a station below `path`. */
export const upgradeRequest = (options: DialOptions, path: string): UpgradeRequest => ({
  target: options.identity === undefined ? options.target : (options.target ?? belowPath(path, options.identity)),
  protocols: (options.protocols ?? ["ocpp2.0.1"]).join(", ") || undefined,
  authorization: options.authorization ?? basic(options),
  remoteAddress: options.remoteAddress,
  secure: options.secure ?? options.certificate !== undefined,
  ...(options.certificate && { certificate: options.certificate })
})

const belowPath = (path: string, identity: string): string => `${path}/${encodeURIComponent(identity)}`

/** The user name is the identity itself, not its encoded form. */
const basic = (options: DialOptions): string | undefined => {
  if (options.password === undefined) return undefined
  const user = options.identity ?? lastSegment(options.target)
  const bytes = new TextEncoder().encode(`${user}:${options.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

const lastSegment = (target: string): string => {
  const path = target.split("?")[0] ?? ""
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1))
}
