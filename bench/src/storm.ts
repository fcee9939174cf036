/**
 * A reconnect storm: stations that all ask to be let in at once, below WebSocket so that the clients cost as little as they
 * can. What is measured is the time from the first connection to the last 101.
 */
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"

/** Whom the storm hits. */
export interface Storm {
  readonly port: number
  readonly stations: number
  /** The CA of the server's certificate; without it the storm is plain. */
  readonly ca?: string | undefined
  /** Connection attempts under way at a time: the listen queue of the machine takes no more. */
  readonly parallel?: number
}

/** What came of it. */
export interface Accepted {
  readonly sockets: ReadonlyArray<Socket>
  readonly seconds: number
}

/** The password of a station in the storm. */
export const passwordOf = (identity: string): string => `storm-password-of-${identity}`

/** Connects all stations; rejects when one of them is refused. */
export const storm = async ({ ca, parallel = 500, port, stations }: Storm): Promise<Accepted> => {
  const start = performance.now()
  let next = 0
  const sockets: Array<Socket> = []
  const worker = async (): Promise<void> => {
    while (next < stations) sockets.push(await enter(port, `CS-${next++}`, ca))
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return { sockets, seconds: (performance.now() - start) / 1000 }
}

const enter = (port: number, identity: string, ca: string | undefined): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const host = "127.0.0.1"
    const socket =
      ca === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ca, servername: "localhost" })
    socket.once(ca === undefined ? "connect" : "secureConnect", () => socket.write(upgrade(identity)))
    socket.once("error", reject)
    let answer = ""
    socket.on("data", (data: Buffer) => {
      answer += data.toString("latin1")
      if (!answer.includes("\r\n\r\n")) return
      socket
        .removeAllListeners("data")
        .removeAllListeners("error")
        .on("error", () => undefined)
      if (answer.startsWith("HTTP/1.1 101")) resolve(socket)
      else reject(new Error(`${identity} was refused: ${answer.split("\r\n")[0]}`))
    })
  })

const upgrade = (identity: string): string =>
  [
    `GET /${identity} HTTP/1.1`,
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: ocpp2.0.1",
    `Authorization: Basic ${Buffer.from(`${identity}:${passwordOf(identity)}`).toString("base64")}`,
    "\r\n"
  ].join("\r\n")

/** Hangs all up and waits until every connection is closed. */
export const calm = async (sockets: ReadonlyArray<Socket>): Promise<void> => {
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          if (socket.closed) return resolve()
          socket.once("close", () => resolve())
          socket.destroy()
        })
    )
  )
}
