import type {
  AuthorizeRequest,
  BootNotificationRequest,
  BootNotificationResponse,
  GetVariablesResponse,
  ResetResponse
} from "@wattline/ocpp-v201"
import { Context, Layer } from "effect"
import { expectTypeOf, it } from "vitest"
import { Acceptor } from "../../src/index.ts"
import { andThen, CallError, createCsms, NotSent, OutcomeUnknown, refuse } from "../../src/promise.ts"
import type {
  CallFailure,
  EventsMissed,
  PromiseAnswer,
  PromiseCsms,
  PromiseCsmsOptions,
  PromiseEvents,
  PromiseHandler,
  PromiseHandlers,
  PromiseStation,
  StationEvent,
  StationView,
  Transport
} from "../../src/promise.ts"

class Server extends Context.Service<Server, { readonly port: number }>()("test/Server") {}
class Other extends Context.Service<Other, { readonly name: string }>()("test/Other") {}

it("handlers know their request and check their response", () => {
  const handlers: PromiseHandlers = {
    BootNotification: async (request, { station, signal, messageId, receivedAt }) => {
      expectTypeOf(request).toEqualTypeOf<BootNotificationRequest>()
      expectTypeOf(station).toEqualTypeOf<PromiseStation>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(messageId).toEqualTypeOf<string>()
      expectTypeOf(receivedAt).toEqualTypeOf<number>()
      return { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 }
    },
    Authorize: ({ idToken }) => {
      expectTypeOf(idToken).toEqualTypeOf<AuthorizeRequest["idToken"]>()
      return { idTokenInfo: { status: "Accepted" } }
    },
    DataTransfer: ({ vendorId }) => {
      if (vendorId === "x") throw refuse("NotSupported")
      return vendorId === "y" ? { status: "Accepted" } : Promise.resolve({ status: "Rejected" as const })
    },
    SignCertificate: async () => andThen({ status: "Accepted" }, async () => {}),
    NotifyEVChargingNeeds: () => andThen({ status: "Processing" }, () => 1),
    StatusNotification: ({ evseId }) => console.log(evseId),
    Heartbeat: async () => {}
  }
  expectTypeOf(handlers).toExtend<PromiseHandlers>()
  // @ts-expect-error -- no such status
  const wrong: PromiseHandler<"Authorize"> = async () => ({ idTokenInfo: { status: "Fine" } })
  // @ts-expect-error -- no such status in andThen either
  const wrongToo: PromiseHandler<"Authorize"> = () => andThen({ idTokenInfo: { status: "Fine" } }, () => {})
  // @ts-expect-error -- an answer is wanted
  const missing: PromiseHandler<"Authorize"> = async () => {}
  // @ts-expect-error -- only a CSMS sends this action
  const unknown: PromiseHandlers = { Reset: async () => ({ status: "Accepted" }) }
  void [wrong, wrongToo, missing, unknown]
})

it("the response of a boot handler is the one of the standard", () => {
  type Returned = Awaited<ReturnType<PromiseHandler<"BootNotification">>>
  expectTypeOf<Returned>().toEqualTypeOf<BootNotificationResponse | PromiseAnswer<BootNotificationResponse>>()
  expectTypeOf<Awaited<ReturnType<PromiseHandler<"Heartbeat">>>>().toBeUnknown()
})

it("station.call knows request and response by action", () => {
  const calls = (station: PromiseStation): ReadonlyArray<Promise<unknown>> => {
    const reset = station.call("Reset", { type: "OnIdle" }, { timeout: "10 seconds", signal: AbortSignal.abort() })
    expectTypeOf(reset).toEqualTypeOf<Promise<ResetResponse>>()
    const variables = station.call("GetVariables", {
      getVariableData: [{ component: { name: "EVSE" }, variable: { name: "Power" } }]
    })
    expectTypeOf(variables).toEqualTypeOf<Promise<GetVariablesResponse>>()
    expectTypeOf(station.snapshot()).toEqualTypeOf<Promise<StationView>>()
    expectTypeOf(station.events()).toEqualTypeOf<PromiseEvents<StationEvent | EventsMissed>>()
    expectTypeOf(station.changes()).toEqualTypeOf<PromiseEvents<StationView>>()
    // @ts-expect-error -- no such reset
    const wrong = station.call("Reset", { type: "Never" })
    // @ts-expect-error -- only a station sends this action
    const unknown = station.call("Authorize", { idToken: { idToken: "T1", type: "Central" } })
    return [reset, variables, wrong, unknown]
  }
  expectTypeOf(calls).toBeFunction()
})

it("the failures of a CALL are told apart by class and by tag", () => {
  const told = (error: unknown): string => {
    if (error instanceof CallError) return error.errorCode
    if (error instanceof NotSent) return error.reason
    if (error instanceof OutcomeUnknown) return error.messageId
    return "something else"
  }
  const tagged = (failure: CallFailure): string => {
    switch (failure._tag) {
      case "CallError":
        return failure.errorDescription
      case "NotSent":
      case "OutcomeUnknown":
        return failure.detail
    }
  }
  expectTypeOf<CallFailure>().toExtend<Error>()
  expectTypeOf(told).returns.toBeString()
  expectTypeOf(tagged).returns.toBeString()
})

it("a transport is a layer that needs nothing but the Acceptor", () => {
  expectTypeOf<Layer.Layer<Server, Error, Acceptor>>().toExtend<Transport>()
  expectTypeOf<Layer.Layer<Server>>().toExtend<Transport>()
  expectTypeOf<Layer.Layer<Server, never, Acceptor | Other>>().not.toExtend<Transport>()
})

it("a CSMS is made of transports, handlers, ports and settings", () => {
  expectTypeOf(createCsms).toEqualTypeOf<(options: PromiseCsmsOptions) => Promise<PromiseCsms>>()
  expectTypeOf<PromiseCsms>().toExtend<AsyncDisposable>()
  expectTypeOf<{ readonly transports: [] }>().toExtend<PromiseCsmsOptions>()
  expectTypeOf<{ readonly handlers: {} }>().not.toExtend<PromiseCsmsOptions>()
})

it("stations bring a password where their security profile wants one", () => {
  const add = (csms: PromiseCsms): ReadonlyArray<Promise<PromiseStation>> => [
    csms.addStation({ identity: "CS-1", securityProfile: 0 }),
    csms.addStation({ identity: "CS-1", securityProfile: 1, password: "0123456789abcdef" }),
    csms.addStation({
      identity: "CS-1",
      securityProfile: 2,
      password: "0123456789abcdef",
      handlers: async () => ({ Authorize: () => ({ idTokenInfo: { status: "Accepted" } }) })
    }),
    // @ts-expect-error -- no password
    csms.addStation({ identity: "CS-1", securityProfile: 2 })
  ]
  expectTypeOf(add).toBeFunction()
})
