/** Connections of stations to a CSMS over the client of `ws`: the counterpart of `WsServer`. */
import { dialProblem, dialTarget, Links, type Run, wholeNumber, type OptionCheck } from "@wattline/ocpp-core/adapter"
import { Deadlines, Dialer, DialFailed, type DialRequest } from "@wattline/ocpp-core/engine"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { isIP } from "node:net"
import type { ClientOptions } from "ws"
import { Attempt } from "./dial/Attempt.ts"
import type { DialHost } from "./dial/DialedLink.ts"
import { TlsClients } from "./dial/TlsClients.ts"

/** permessage-deflate of a station. */
export interface DialCompressionOptions {
  /** Messages shorter than this many characters go out uncompressed. Default 1024. */
  readonly threshold?: number | undefined
  /**
   * Keeps what was sent and received before as context for the next message: better compression for up to 300 KiB a station.
   * Default `false`.
   */
  readonly contextTakeover?: boolean | undefined
}

/** Settings of a dialer; all have defaults. */
export interface WsDialerOptions {
  /** Bytes a message of the CSMS may have, inflated; a longer one closes the connection with 1009. Default 1 MiB. */
  readonly maxMessageBytes?: number | undefined
  /**
   * Bytes that may wait for a CSMS which does not read. Default 4 MiB. From a quarter of them on nothing is read from it; with
   * more than all of them the connection is closed with 1008.
   */
  readonly maxBufferedBytes?: number | undefined
  /** Offers permessage-deflate. Default `false`, which keeps a station small. */
  readonly compression?: boolean | DialCompressionOptions | undefined
  /** Seconds the CSMS has to answer a close frame before the connection is cut off. Default 5. */
  readonly closeTimeout?: number | undefined
  /**
   * Addresses of this machine that connections come from, in turn. One address has about 28 000 ports for one CSMS; a larger
   * fleet needs more. Default: what the system chooses.
   */
  readonly localAddresses?: ReadonlyArray<string> | undefined
}

interface Settings {
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  readonly compression:
    | Required<{ readonly [K in keyof DialCompressionOptions]: DialCompressionOptions[K] }>
    | undefined
  readonly closeTimeout: number
  readonly localAddresses: ReadonlyArray<string>
}

const resolve = (options: WsDialerOptions): Settings => {
  const compression = options.compression === true ? {} : (options.compression ?? false)
  return {
    maxMessageBytes: options.maxMessageBytes ?? 1024 * 1024,
    maxBufferedBytes: options.maxBufferedBytes ?? 4 * 1024 * 1024,
    compression:
      compression === false
        ? undefined
        : { threshold: compression.threshold ?? 1024, contextTakeover: compression.contextTakeover ?? false },
    closeTimeout: options.closeTimeout ?? 5,
    localAddresses: options.localAddresses ?? []
  }
}

const checks = ({
  closeTimeout,
  compression,
  localAddresses,
  maxBufferedBytes,
  maxMessageBytes
}: Settings): ReadonlyArray<OptionCheck> => [
  wholeNumber("maxMessageBytes", maxMessageBytes, 1, 2 ** 31 - 1),
  [maxBufferedBytes >= 1, "`maxBufferedBytes` must be a number of bytes from 1 up."],
  [(compression?.threshold ?? 0) >= 0, "`compression.threshold` must be a number of characters from 0 up."],
  [closeTimeout > 0 && closeTimeout <= 2_147_483, "`closeTimeout` must be a number of seconds above 0."],
  [localAddresses.every((one) => isIP(one) > 0), "`localAddresses` must be addresses of this machine."]
]

/** What `ws` is told for every connection. */
const clientOptions = (settings: Settings): ClientOptions & { readonly closeTimeout: number } => ({
  perMessageDeflate:
    settings.compression === undefined
      ? false
      : {
          threshold: settings.compression.threshold,
          serverNoContextTakeover: !settings.compression.contextTakeover,
          clientNoContextTakeover: !settings.compression.contextTakeover,
          zlibInflateOptions: { chunkSize: 4096 },
          zlibDeflateOptions: { chunkSize: 4096 }
        },
  maxPayload: settings.maxMessageBytes,
  skipUTF8Validation: false,
  followRedirects: false, // the password is for this CSMS
  closeTimeout: settings.closeTimeout * 1000
})

const schemes = ["ws:", "wss:"]

const make = Effect.fnUntraced(function* (options: WsDialerOptions) {
  const settings = resolve(options)
  const wrong = checks(settings).find(([ok]) => !ok)
  if (wrong !== undefined) return yield* Effect.die(new RangeError(wrong[1]))

  const context = Context.omit(Scope.Scope)(yield* Effect.context())
  const run: Run = Effect.runForkWith(context)
  const clock = yield* Clock.Clock
  const now = (): number => clock.currentTimeMillisUnsafe()
  const links = new Links()
  const deadlines = new Deadlines(now, run)
  const clients = new TlsClients()
  const shared = clientOptions(settings)
  const host: DialHost = {
    compressFrom: settings.compression?.threshold ?? Infinity,
    maxBufferedBytes: settings.maxBufferedBytes,
    deadlines,
    now,
    closed: (link) => links.delete(link),
    limitReached: ({ identity }, limit) =>
      run(Effect.logDebug(`The connection of station ${identity} ends: ${limit} reached`)),
    failed: ({ identity }, error) =>
      run(Effect.logDebug(`The connection of station ${identity} failed: ${error.message}`))
  }
  const attempts = new Set<Attempt>()
  let isClosed = false
  yield* Effect.addFinalizer(() => {
    isClosed = true
    for (const attempt of attempts) attempt.fail(closed)
    deadlines.stop()
    links.close(1001, "going away") // `ws` cuts off who does not answer in `closeTimeout`
    return links.empty
  })
  let turn = 0

  return Dialer.of({
    dial: (request, open) =>
      Effect.callback<void, DialFailed>((resume) => {
        if (isClosed) return resume(Effect.fail(closed))
        const problem = dialProblem(request, schemes)
        if (problem !== undefined) return resume(invalid(problem))
        const url = dialTarget(request)
        const tls = tlsFor(clients, request, url)
        if (Result.isFailure(tls)) return resume(invalid(tls.failure))
        const localAddress = settings.localAddresses[turn++ % settings.localAddresses.length]
        const attempt = new Attempt({
          request,
          url,
          tls: tls.success,
          localAddress,
          options: shared,
          host,
          open,
          opened: (link) => links.add(link),
          done: (result) => {
            attempts.delete(attempt)
            resume(result)
          }
        })
        attempts.add(attempt)
        return Effect.sync(() => {
          attempts.delete(attempt)
          attempt.giveUp()
        })
      })
  })
})

const closed = new DialFailed({ reason: "Unreachable", detail: "The dialer is closed." })

const invalid = (detail: string): Effect.Effect<never, DialFailed> =>
  Effect.fail(new DialFailed({ reason: "Invalid", detail }))

const tlsFor = (clients: TlsClients, request: DialRequest, url: URL) =>
  url.protocol === "wss:" ? clients.clientFor(request, url) : Result.succeed(undefined)

/**
 * Dials over WebSocket, with TLS 1.2 or newer for `wss:`. On release it closes with 1001 what is still open. An option that makes
 * no sense is a defect: a `RangeError` that names it.
 */
export const layer = (options: WsDialerOptions = {}): Layer.Layer<Dialer> => Layer.effect(Dialer, make(options))
