/** Stations for the servers under test: raw `ws` clients, one outstanding CALL each. */
import { once } from "node:events"
import { WebSocket } from "ws"
import { Station } from "./messages.ts"

/** A connected, booted station. */
export interface Client {
  readonly station: Station
  readonly socket: WebSocket
}

/** Connects and boots stations, `parallel` at a time. */
export const connect = async (url: string, count: number, prefix: string, parallel = 100): Promise<Array<Client>> => {
  const clients: Array<Client> = []
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(parallel, count - clients.length) }, (_, i) =>
      open(url, `${prefix}${clients.length + i}`)
    )
    clients.push(...(await Promise.all(batch)))
  }
  return clients
}

const open = async (url: string, identity: string): Promise<Client> => {
  const socket = new WebSocket(`${url}/${identity}`, ["ocpp2.0.1"], { perMessageDeflate: false })
  await once(socket, "open")
  const station = new Station(identity)
  socket.send(station.boot())
  await once(socket, "message")
  return { station, socket }
}

/**
 * Lets every client send `count` messages and checks every answer. All clients send at once and wait for each other, so that
 * every server gets its work in the same portions; and this process never sleeps meanwhile, or a slower server would also
 * pay more often for waking it up.
 */
export const exchange = async (clients: ReadonlyArray<Client>, count: number): Promise<void> => {
  let waiting = 0
  let running = true
  const stayAwake = (): void => void (running && setImmediate(stayAwake))
  stayAwake()
  await new Promise<void>((resolve, reject) => {
    let left = count
    const sendAll = (): void => {
      if (left-- === 0) return resolve()
      waiting = clients.length
      for (const { socket, station } of clients) socket.send(station.next())
    }
    for (const { socket, station } of clients) {
      socket.removeAllListeners("message")
      socket.on("message", (data: Buffer) => {
        if (data[1] !== 0x33) return reject(new Error(`${station.identity} was refused: ${data.toString()}`)) // "3"
        if (--waiting === 0) sendAll()
      })
    }
    sendAll()
  }).finally(() => {
    running = false
  })
}

/** Hangs up. */
export const disconnect = async (clients: ReadonlyArray<Client>): Promise<void> => {
  await Promise.all(
    clients.map(async ({ socket }) => {
      const closed = once(socket, "close")
      socket.terminate()
      await closed
    })
  )
}
