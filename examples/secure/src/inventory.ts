/** Who may connect: a JSON file of credentials. It holds hashes of passwords, never a password. */
import { readFileSync, writeFileSync } from "node:fs"
import { identityKey, type StationCredentials } from "@wattline/ocpp-core"

/** The stations of a file by the key of their identity; none when there is no file yet. */
export const load = (file: string): ReadonlyMap<string, StationCredentials> => {
  try {
    const stations = JSON.parse(readFileSync(file, "utf8")) as ReadonlyArray<StationCredentials>
    return new Map(stations.map((station) => [identityKey(station.identity), station]))
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map()
    throw error
  }
}

/** Adds a station, or replaces it; the file can be read by its owner only. */
export const save = (file: string, station: StationCredentials): void => {
  const stations = new Map(load(file)).set(identityKey(station.identity), station)
  writeFileSync(file, `${JSON.stringify([...stations.values()], null, 2)}\n`, { mode: 0o600 })
}
