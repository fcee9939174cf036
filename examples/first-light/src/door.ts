/** Prints who is not let in, and why: no event of the CSMS tells it, since nobody knows who that was. */
import { Acceptor } from "@wattline/ocpp-core"
import { Effect, Layer } from "effect"
import { Log, printable } from "./Log.ts"

/** The core's door with somebody who writes down the refusals. */
export const layer = Layer.effect(
  Acceptor,
  Effect.gen(function* () {
    const acceptor = yield* Acceptor
    const { line } = yield* Log
    return Acceptor.of({
      ...acceptor,
      admit: (request) =>
        Effect.tap(acceptor.admit(request), (admission) =>
          admission._tag === "Admitted"
            ? Effect.void
            : line({
                mark: "problem",
                who: "CSMS",
                what: "not let in",
                text: `${printable(request.target)} from ${request.remoteAddress}: ${reasonOf(admission)}`
              })
        )
    })
  })
)

const reasonOf = (admission: { readonly reason: string; readonly status?: number }): string =>
  admission.status === undefined ? admission.reason : `${admission.status}, ${admission.reason}`
