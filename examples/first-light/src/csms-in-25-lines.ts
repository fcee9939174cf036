import { Csms } from "@wattline/ocpp-core"
import { WsServer } from "@wattline/ocpp-ws"
import { Console, Effect, Layer, Stream } from "effect"

const drivers = new Set(["04A2E8B1C39D80", "DE-WTL-C00012345-6"])

const csms = Csms.layer({
  Authorize: ({ idToken }) =>
    Effect.succeed({ idTokenInfo: { status: drivers.has(idToken.idToken) ? "Accepted" : "Unknown" } })
})

const server = WsServer.layer({ port: Number(process.env["PORT"] ?? 9000), plain: true })

const operation = Layer.effectDiscard(
  Effect.gen(function* () {
    const { addStation, events } = yield* Csms
    yield* addStation({ identity: "CS-1", securityProfile: 1, password: "change-me-in-production" })
    yield* Console.log(`CS-1 may connect to ${(yield* WsServer).url}/CS-1`)
    yield* Effect.forkScoped(Stream.runForEach(events, Console.log))
  })
)

await operation.pipe(Layer.provide(server), Layer.provide(csms), Layer.launch, Effect.runPromise)
