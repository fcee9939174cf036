/**
 * A station below WebSocket: one TCP connection that says exactly the bytes it is told, and as good or bad manners as one
 * likes. It shares no code with any WebSocket library.
 */
import { connect, type Socket } from "node:net"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { upgradeRequest as upgrade } from "../tcp.ts"
import { closeFrame, FrameReader, opcodes, type ServerFrame, stationFrame, textFrame } from "./Frame.ts"

/** The connection is over. 1006: without a close frame from the server. */
export class Gone extends Data.TaggedError("Gone")<{ readonly code: number; readonly reason: string }> {}

/** The upgrade was not answered with 101; status 0: not answered at all. */
export class NotUpgraded extends Data.TaggedError("NotUpgraded")<{ readonly status: number }> {}

/** What a station does by itself. */
export interface Manners {
  /** Default `true`. */
  readonly answersPings?: boolean
  /** Default `true`. */
  readonly answersClose?: boolean
}

/** How a connection is cut: with a FIN behind what was sent, or with an RST. */
export type Cut = "FIN" | "RST"

/** What a request for an upgrade says. */
export interface Request {
  readonly identity: string
  readonly password: string
  /** Further headers, or others in place of the usual ones; `undefined` leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** The bytes of an upgrade request below `/ocpp`. */
export const upgradeRequest = ({ headers, identity, password }: Request): string => {
  const credentials = Buffer.from(`${identity}:${password}`).toString("base64")
  return upgrade(`/ocpp/${encodeURIComponent(identity)}`, { Authorization: `Basic ${credentials}`, ...headers })
}

/** See the head of the file. */
export class RawStation {
  readonly socket: Socket
  /** HTTP status of the answer; 0 until there is one. */
  status = 0
  /** Response headers as they came. */
  head = ""
  /** Pings of the server so far. */
  pings = 0
  /** What the close frame of the server says, once it has come. */
  farewell: Gone | undefined = undefined
  private readonly manners: Manners
  private readonly reader = new FrameReader()
  private readonly inbox = Effect.runSync(Queue.unbounded<string, Gone>())
  private readonly connection = Deferred.makeUnsafe<void>()
  private readonly answer = Deferred.makeUnsafe<void, NotUpgraded>()
  private readonly end = Deferred.makeUnsafe<Gone>()
  private leaving = false
  private calls = 0
  /** Until the 101 is whole. */
  private http = ""

  /** Connects; what it does from then on is what it is told. */
  constructor(port: number, manners: Manners = {}) {
    this.manners = manners
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true })
    this.socket.on("connect", () => Deferred.doneUnsafe(this.connection, Exit.void))
    this.socket.on("data", (chunk: Buffer) => this.receive(chunk))
    this.socket.on("error", () => undefined) // the close follows
    this.socket.once("close", () => {
      const gone = this.farewell ?? new Gone({ code: 1006, reason: "" })
      Deferred.doneUnsafe(this.connection, Exit.void)
      Deferred.doneUnsafe(this.answer, Exit.fail(new NotUpgraded({ status: this.status })))
      Queue.failCauseUnsafe(this.inbox, Cause.fail(gone))
      Deferred.doneUnsafe(this.end, Exit.succeed(gone))
    })
  }

  /** A station that is connected, below HTTP; cut off when the scope closes. */
  static readonly open = (port: number, manners?: Manners): Effect.Effect<RawStation, never, Scope.Scope> =>
    Effect.tap(
      Effect.acquireRelease(
        Effect.sync(() => new RawStation(port, manners)),
        (station) => Effect.sync(() => station.socket.destroy())
      ),
      (station) => Deferred.await(station.connection)
    )

  /** Sends bytes. Does nothing once the connection is gone. */
  write(...parts: ReadonlyArray<string | Uint8Array>): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))))
  }

  /** Sends one text message. */
  say(text: string): void {
    this.write(textFrame(text))
  }

  /** Sends bytes one by one, each in a packet of its own as far as the system lets us. */
  drip(bytes: string | Uint8Array): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const rest = Buffer.from(bytes).values()
      const step = (): void => {
        const { done, value } = rest.next()
        if (done === true || !this.socket.writable) return resume(Effect.void)
        this.socket.write(Uint8Array.of(value))
        setImmediate(step)
      }
      step()
    })
  }

  /** Cuts the connection. */
  cut(how: Cut): void {
    if (how === "FIN") this.socket.end()
    else this.socket.resetAndDestroy()
  }

  /** Waits for the 101. */
  get upgraded(): Effect.Effect<void, NotUpgraded> {
    return Deferred.await(this.answer)
  }

  /** The next text of the server; what had arrived before the end can still be read after it. */
  get next(): Effect.Effect<string, Gone> {
    return Queue.take(this.inbox)
  }

  /** Texts that arrived and were not read. */
  get unread(): number {
    return Queue.sizeUnsafe(this.inbox)
  }

  /** The close code and reason of the server, once the connection is gone. */
  get closed(): Effect.Effect<Gone> {
    return Deferred.await(this.end)
  }

  /** Asks for the upgrade, and waits for the 101. */
  upgrade(request: Request): Effect.Effect<void, NotUpgraded> {
    return Effect.suspend(() => {
      this.write(upgradeRequest(request))
      return this.upgraded
    })
  }

  /** A CALL with an id that this station has not used yet. */
  message(action: string, payload: object): string {
    return JSON.stringify([2, `${action}-${++this.calls}`, action, payload])
  }

  /** Sends a CALL and takes the next text as its answer. */
  call(action: string, payload: object): Effect.Effect<ReadonlyArray<unknown>, Gone> {
    return Effect.suspend(() => {
      this.say(this.message(action, payload))
      return Effect.map(this.next, (text) => JSON.parse(text) as ReadonlyArray<unknown>)
    })
  }

  /** Takes leave as one should, and waits for the end. */
  leave(code = 1000): Effect.Effect<Gone> {
    return Effect.suspend(() => {
      this.leaving = true
      this.write(closeFrame(code))
      return this.closed
    })
  }

  private receive(chunk: Buffer): void {
    if (this.status === 101) return this.read(chunk)
    this.http += chunk.toString("latin1")
    const end = this.http.indexOf("\r\n\r\n")
    if (end === -1) return
    this.head = this.http.slice(0, end)
    this.status = Number(this.head.split(" ")[1])
    if (this.status !== 101) {
      Deferred.doneUnsafe(this.answer, Exit.fail(new NotUpgraded({ status: this.status })))
      return
    }
    const rest = Buffer.from(this.http.slice(end + 4), "latin1")
    this.http = ""
    Deferred.doneUnsafe(this.answer, Exit.void)
    if (rest.length > 0) this.read(rest)
  }

  private read(chunk: Buffer): void {
    for (const frame of this.reader.push(chunk)) this.take(frame)
  }

  private take({ opcode, payload }: ServerFrame): void {
    switch (opcode) {
      case opcodes.text:
        Queue.offerUnsafe(this.inbox, payload.toString())
        return
      case opcodes.ping:
        this.pings++
        if (this.manners.answersPings !== false) this.write(stationFrame({ opcode: opcodes.pong, payload }))
        return
      case opcodes.close:
        this.farewell = new Gone({
          code: payload.length < 2 ? 1005 : payload.readUInt16BE(0),
          reason: payload.toString("utf8", 2)
        })
        if (this.leaving || this.manners.answersClose === false) return
        if (this.socket.writable) this.socket.end(stationFrame({ opcode: opcodes.close, payload }))
    }
  }
}
