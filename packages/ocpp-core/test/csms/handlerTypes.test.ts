/** Where TypeScript reads literals in the answer of a handler as what they are, and where it wants `as const`. */
import { Context, Effect } from "effect"
import { expectTypeOf, it } from "vitest"
import { andThen, Csms, type Handlers } from "../../src/index.ts"

class Register extends Context.Service<Register, { readonly knows: (id: string) => Effect.Effect<boolean, Error> }>()(
  "test/Register"
) {}

it("an answer given by Effect.gen, fn, succeed, map or match needs no `as const`", () => {
  const handlers = {
    authorize: Effect.fnUntraced(function* ({ idToken }) {
      return { status: (yield* (yield* Register).knows(idToken)) ? "Accepted" : "Unknown" }
    }),
    Authorize: () =>
      Effect.gen(function* () {
        yield* Register
        return { idTokenInfo: { status: "Accepted" } }
      }),
    BootNotification: () =>
      Effect.succeed(andThen({ status: "Accepted", interval: 1, currentTime: "2026-01-01T00:00:00Z" }, Effect.void)),
    TransactionEvent: () => Effect.map(Register, () => ({ idTokenInfo: { status: "Accepted" } }))
  } satisfies Handlers<Register>
  expectTypeOf(() => Csms.layer(handlers)).returns.not.toBeAny()
  void (() =>
    Csms.layer({
      authorize: () =>
        Effect.match(Register, {
          onFailure: () => ({ status: "Invalid" }),
          onSuccess: () => ({ status: "Accepted" })
        })
    }))
})

it("one that goes through a `.pipe` afterwards, or is made beforehand, does", () => {
  const handlers: Handlers = {
    // @ts-expect-error -- `status` is a string
    authorize: () => Effect.sync(() => ({ status: "Accepted" })).pipe(Effect.orDie),
    Authorize: () => Effect.sync(() => ({ idTokenInfo: { status: "Accepted" } }) as const).pipe(Effect.orDie)
  }
  expectTypeOf(handlers).toExtend<Handlers>()
})
