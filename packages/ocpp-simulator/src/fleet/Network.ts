/**
 * The network between a fleet and its CSMS, with what can go wrong in it: a tap on the `Dialer` that swallows frames or holds
 * answers back, station by station. A station without a fault costs one lookup per connection and one comparison per frame.
 */
import { Dialer, type Link, type LinkHandler } from "@wattline/ocpp-core/engine"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What is wrong with the line of one station. Changed by the fleet, read with every frame. */
export interface Line {
  /** Nothing gets through, either way, and nobody is told. */
  isSwallowing: boolean
  /** Until when answers of the station are held back, in milliseconds of the run's clock; 0: not. */
  holdsAnswersUntil: number
}

/** The lines of a fleet, and their clock. */
export class Network extends Context.Service<
  Network,
  {
    /** The line of a station; it stays the same over reconnects. */
    readonly line: (identity: string) => Line
  }
>()("@wattline/ocpp-simulator/Network") {}

/** An answer, as it begins. */
const isAnswer = (text: string): boolean => text.startsWith("[3") || text.startsWith("[4")

/** Puts the tap before a dialer. */
export const layer: Layer.Layer<Network | Dialer, never, Dialer> = Layer.effectContext(
  Effect.gen(function* () {
    const { dial } = yield* Dialer
    const clock = yield* Effect.clockWith(Effect.succeed)
    const run = Effect.runForkWith(yield* Effect.context())
    const lines = new Map<string, Line>()
    const line = (identity: string): Line => {
      let known = lines.get(identity)
      if (known === undefined) lines.set(identity, (known = { isSwallowing: false, holdsAnswersUntil: 0 }))
      return known
    }

    const faulty = (link: Link, { holdsAnswersUntil }: Line, text: string): boolean => {
      const wait = holdsAnswersUntil - clock.currentTimeMillisUnsafe()
      if (wait <= 0) return link.send(text)
      run(
        Effect.delay(
          Effect.sync(() => link.send(text)),
          wait
        )
      )
      return true
    }
    const tapped = (link: Link, state: Line): Link => ({
      send: (text) => {
        if (state.isSwallowing) return true
        return state.holdsAnswersUntil > 0 && isAnswer(text) ? faulty(link, state, text) : link.send(text)
      },
      close: (code, reason) => (state.isSwallowing ? link.terminate() : link.close(code, reason)),
      terminate: () => link.terminate()
    })
    const heard = (handler: LinkHandler, state: Line): LinkHandler => ({
      onText: (text) => {
        if (!state.isSwallowing) handler.onText(text)
      },
      onBinary: () => handler.onBinary(),
      onClose: (code, reason) => handler.onClose(code, reason)
    })
    const dialer = Dialer.of({
      dial: (request, open) => {
        const state = line(request.identity)
        return dial(request, (dialed) =>
          heard(
            open({
              link: tapped(dialed.link, state),
              protocol: dialed.protocol,
              ping: (seconds) => dialed.ping(seconds)
            }),
            state
          )
        )
      }
    })
    return Context.make(Network, Network.of({ line })).pipe(Context.add(Dialer, dialer))
  })
)
