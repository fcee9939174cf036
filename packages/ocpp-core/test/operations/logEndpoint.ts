/**
 * Where stations put their logs, as an application may have it (N-4): takes PUT and POST (N01.FR.14, N01.FR.17), below a path of
 * the station, with a password made for this one upload. It is not the one of the OCPP connection (N01.FR.18): whoever reads the URL
 * of a log could come in as the station.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"
import { generatePassword } from "../../src/index.ts"

/** One upload that is expected. */
export interface Upload {
  readonly identity: string
  readonly password: string
  /** What came, with its name. */
  readonly files: Map<string, string>
}

/** More than a log has. */
const maxBytes = 1_000_000

/** An endpoint for as long as the scope lasts. */
export const logEndpoint = Effect.gen(function* () {
  const uploads = new Map<string, Upload>()
  const server = createServer(async (request, response) => {
    const end = (status: number) => response.writeHead(status).end()
    const [, identity = "", file = ""] = (request.url ?? "").split("/").map(decodeURIComponent)
    const upload = uploads.get(identity)
    const wanted = `Basic ${Buffer.from(`${identity}:${upload?.password}`).toString("base64")}`
    if (request.method !== "PUT" && request.method !== "POST") return end(405)
    if (upload === undefined || request.headers.authorization !== wanted) return end(401)
    let text = ""
    for await (const part of request) if ((text += String(part)).length > maxBytes) return end(413)
    upload.files.set(file, text)
    return end(201)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )
  const { port } = server.address() as AddressInfo
  return {
    /** Expects an upload; gives it, and the URL for GetLog, which ends in `/`: the station names the file. */
    expect: (identity: string) => {
      const upload: Upload = { identity, password: generatePassword(), files: new Map() }
      uploads.set(identity, upload)
      const user = `${encodeURIComponent(identity)}:${encodeURIComponent(upload.password)}`
      return { upload, remoteLocation: `http://${user}@127.0.0.1:${port}/${encodeURIComponent(identity)}/` }
    },
    /** The upload has ended: its password is worth nothing any more. */
    forget: (identity: string) => void uploads.delete(identity)
  }
})
