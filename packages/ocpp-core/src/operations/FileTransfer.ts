/** What must hold of the URL a station fetches a file from or puts one to (L-8, N-1). No text here ever holds the URL. */
import { type DeviceModel, typedValue } from "../blocks/DeviceModel.ts"
import { schemeOf } from "../blocks/FileLocation.ts"
import type { BrokenRule } from "./CheckFailed.ts"

/** Characters of a location. */
const maxLocationLength = 512

/**
 * What speaks against this location: it is no URL, too long, or of a scheme that the station has not among its
 * `FileTransferProtocols`, as far as it has told them. `rule` is the statement it is for.
 */
export const brokenByLocation = (model: DeviceModel, location: string, rule: string): ReadonlyArray<BrokenRule> => {
  const scheme = schemeOf(location)
  const protocols = fileTransferProtocols(model)
  const broken: ReadonlyArray<readonly [isBroken: boolean, detail: string]> = [
    [scheme === undefined, "the location is no URL"],
    [
      location.length > maxLocationLength,
      `a location has at most ${maxLocationLength} characters, not ${location.length}`
    ],
    [
      scheme !== undefined && protocols?.includes(scheme) === false,
      `the station takes files by ${protocols?.join(", ")}, not by ${scheme}`
    ]
  ]
  return broken.flatMap(([isBroken, detail]) => (isBroken ? [{ rule, detail }] : []))
}

/** Whether whoever is on the way can read and change the file. */
export const isPlain = (location: string): boolean => {
  const scheme = schemeOf(location)
  return scheme === "http" || scheme === "ftp"
}

/** Schemes in lower case; `undefined` when the station has not told them. */
const fileTransferProtocols = (model: DeviceModel): ReadonlyArray<string> | undefined => {
  const protocols = typedValue(model, { component: "OCPPCommCtrlr", variable: "FileTransferProtocols" })
  const schemes = protocols?.raw
    .split(",")
    .map((protocol) => protocol.trim().toLowerCase())
    .filter((protocol) => protocol !== "")
  return schemes?.length ? schemes : undefined
}
