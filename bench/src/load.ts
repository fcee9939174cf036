/** Stations for the servers under test: raw `ws` clients, one outstanding CALL each. */
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
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
 * Lets every client send `count` messages, one each per `period` milliseconds, and checks every answer. The rate is the same
 * for every server: at full speed a slower server would also pay for waking up this process, which a fast one keeps busy.
 */
export const exchange = async (clients: ReadonlyArray<Client>, count: number, period: number): Promise<void> => {
  let waiting = 0
  let done = (): void => {}
  let fail = (_error: Error): void => {}
  const listeners = clients.map(({ socket, station }) => {
    const onMessage = (data: Buffer): void => {
      if (data[1] !== 0x33) return fail(new Error(`${station.identity} was refused: ${data.toString()}`)) // "3"
      if (--waiting === 0) done()
    }
    socket.on("message", onMessage)
    return () => socket.off("message", onMessage)
  })
  let next = performance.now()
  for (let i = 0; i < count; i++) {
    next = Math.max(next + period, performance.now())
    const answered = new Promise<void>((resolve, reject) => {
      done = resolve
      fail = reject
    })
    waiting = clients.length
    for (const { socket, station } of clients) socket.send(station.next())
    await answered
    const rest = next - performance.now()
    if (rest > 0) await sleep(rest)
  }
  for (const stop of listeners) stop()
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
