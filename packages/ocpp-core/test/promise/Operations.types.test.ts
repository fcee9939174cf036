/** The operations of promise users against those of the core: none may be missing, none may speak of Effects. */
import type { Effect, Redacted } from "effect"
import type { SendLocalListRequest } from "@wattline/ocpp-v201"
import { expectTypeOf, it } from "vitest"
import type * as core from "../../src/index.ts"
import type { Provisioning, RemoteControl, Security, Station } from "../../src/index.ts"
import type * as promise from "../../src/promise.ts"
import type { OwnOperations } from "../../src/promise/OwnOperations.ts"
import type { Promised } from "../../src/promise/Promised.ts"
import type { Abortable, PromiseOperations, PromiseResult, PromiseStation } from "../../src/promise.ts"

type Core = typeof core

type Operation = (station: Station, ...args: never) => Effect.Effect<unknown, unknown, unknown>

/** Names of what a namespace has of one kind. */
type NamesOf<Namespace, Kind> = {
  [Name in keyof Namespace]: Namespace[Name] extends Kind ? Name : never
}[keyof Namespace]

/** Names of what the core exports with operations in it. Neither a service nor a function is a namespace. */
type NamespaceName = {
  [Name in keyof Core]: Core[Name] extends
    | Callable
    | (abstract new (...args: never) => unknown)
    | ReadonlyArray<unknown>
    ? never
    : [NamesOf<Core[Name], Operation>] extends [never]
      ? never
      : Name
}[keyof Core]

type Callable = (...args: never) => unknown

/** `Namespace.operation` of all namespaces. */
type CoreOperation = {
  [Name in NamespaceName]: `${Uncapitalize<Name>}.${NamesOf<Core[Name], Operation> & string}`
}[NamespaceName]

type PromiseOperation = {
  [Name in keyof PromiseOperations]: `${Name}.${keyof PromiseOperations[Name] & string}`
}[keyof PromiseOperations]

/** Operations with type parameters, which a conditional type cannot keep. */
type GenericOperation = {
  [Name in NamespaceName]: {
    [Key in NamesOf<Core[Name], Operation> & string]: Core[Name][Key] extends (
      station: Station,
      ...args: infer Args extends ReadonlyArray<unknown>
    ) => Effect.Effect<infer Result, infer Failure, infer Needs>
      ? IsSame<Core[Name][Key], (station: Station, ...args: Args) => Effect.Effect<Result, Failure, Needs>> extends true
        ? never
        : `${Uncapitalize<Name>}.${Key}`
      : never
  }[NamesOf<Core[Name], Operation> & string]
}[NamespaceName]

// Two types are the same when no third one can tell them apart; assignability would take type parameters away.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

type OwnOperation = {
  [Name in keyof OwnOperations]: `${Name}.${keyof OwnOperations[Name] & string}`
}[keyof OwnOperations]

/** Whether an Effect is in it: itself, what it returns, one of its fields or elements. */
type HasEffect<Value> =
  Value extends ReadonlyArray<infer Element>
    ? HasEffect<Element>
    : true extends IsEffect<Value> | IsEffect<Required<Value>[keyof Value]>
      ? true
      : false
type IsEffect<Value> = Value extends Error
  ? false
  : Value extends Effect.Effect<unknown, unknown, unknown> | Redacted.Redacted<unknown>
    ? true
    : Value extends (...args: never) => Effect.Effect<unknown, unknown, unknown>
      ? true
      : false

/** Operations that take or give Effects. */
type Effectful = {
  [Name in keyof PromiseOperations]: {
    [Key in keyof PromiseOperations[Name] & string]: PromiseOperations[Name][Key] extends (
      ...args: infer Args extends ReadonlyArray<unknown>
    ) => Promise<infer Result>
      ? true extends HasEffect<Args[number]> | HasEffect<Result>
        ? `${Name}.${Key}`
        : never
      : `${Name}.${Key}`
  }[keyof PromiseOperations[Name] & string]
}[keyof PromiseOperations]

it("every operation of every namespace is there, and nothing else", () => {
  expectTypeOf<NamespaceName>().toEqualTypeOf<Capitalize<keyof PromiseOperations>>()
  expectTypeOf<CoreOperation>().toEqualTypeOf<PromiseOperation>()
  expectTypeOf<"provisioning.setVariables" | "jobs.start">().toExtend<PromiseOperation>()
  expectTypeOf<"security.factoryCredentials" | "provisioning.PartlySet">().not.toExtend<PromiseOperation>()
  expectTypeOf<PromiseStation>().toExtend<PromiseOperations>()
})

it("those with type parameters, and only those, are written in OwnOperations", () => {
  expectTypeOf<GenericOperation>().toEqualTypeOf<OwnOperation>()
})

it("none takes or gives an Effect or a Redacted; one that does has to be written in OwnOperations", () => {
  expectTypeOf<Effectful>().toBeNever()
  expectTypeOf<HasEffect<Exclude<Provisioning.ResetResult, { readonly status: "Rejected" }>>>().toEqualTypeOf<true>()
  expectTypeOf<HasEffect<(requestId: number) => Effect.Effect<number>>>().toEqualTypeOf<true>()
})

it("every error of operations is exported", () => {
  type ErrorName = {
    [Name in NamespaceName]: NamesOf<Core[Name], abstract new (...args: never) => Error>
  }[NamespaceName]
  expectTypeOf<"PartlySet" | "UnknownJob">().toExtend<ErrorName>()
  expectTypeOf<Exclude<ErrorName, keyof typeof promise>>().toBeNever()
})

it("arguments and results are those of the core; the options take a signal", () => {
  const calls = (
    { authorization, provisioning, remoteControl, security }: PromiseStation,
    station: Station
  ): ReadonlyArray<unknown> => {
    const { signal } = new AbortController()
    const set = provisioning.setVariables([{ component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 300 }], {
      signal,
      allow: "All",
      timeout: "10 seconds"
    })
    expectTypeOf(set).toEqualTypeOf<Promise<Provisioning.VariablesResult<Provisioning.SetVariableOutcome>>>()
    const start = remoteControl.requestStartTransaction({ idToken: "app-4711" }, { signal, follow: false })
    expectTypeOf(start).toEqualTypeOf<Promise<RemoteControl.RemoteStartOutcome>>()
    const status = remoteControl.getTransactionStatus(undefined, { signal })
    expectTypeOf(status).toEqualTypeOf<Promise<RemoteControl.TransactionStatus>>()
    const cleared = authorization.clearCache({ signal, force: true })
    expectTypeOf(security.changePassword).parameter(0).toEqualTypeOf<string | undefined>()
    // @ts-expect-error -- no such option
    const wrong = provisioning.setVariables([], { signals: signal })
    // @ts-expect-error -- the station is the one it is called on
    const twice = authorization.clearCache(station)
    return [set, start, status, cleared, wrong, twice]
  }
  expectTypeOf(calls).toBeFunction()
})

it("a signal goes with the options; where there are none, it is all there is of them", () => {
  interface Options {
    readonly timeout?: number
  }
  type Parameters<Args extends ReadonlyArray<unknown>> =
    Promised<(station: Station, ...args: Args) => Effect.Effect<number>> extends (
      ...args: infer Found
    ) => Promise<number>
      ? Found
      : never
  expectTypeOf<Parameters<[]>>().toEqualTypeOf<[options?: Abortable]>()
  expectTypeOf<Parameters<[name?: string]>>().toEqualTypeOf<[name?: string, options?: Abortable]>()
  expectTypeOf<Parameters<[filter: Options]>>().toEqualTypeOf<[filter: Options, options?: Abortable]>()
  expectTypeOf<Parameters<[name?: string, options?: Options]>>().toEqualTypeOf<
    [name?: string, options?: Options & Abortable]
  >()
  expectTypeOf<Promised<(station: Station) => Effect.Effect<number, never, Station>>>().toBeNever()
})

it("what can be waited for and what must not be printed is behind a function", () => {
  type Reset = Exclude<Awaited<ReturnType<PromiseStation["provisioning"]["reset"]>>, { readonly status: "Rejected" }>
  expectTypeOf<Reset["followUp"]>().toEqualTypeOf<(options?: Abortable) => Promise<Provisioning.ResetFollowUp>>()
  type Changed = Extract<PromiseResult<Security.PasswordChangeResult>, { readonly status: "Accepted" }>
  expectTypeOf<Changed>().toEqualTypeOf<{ readonly status: "Accepted"; readonly password: () => string }>()
  expectTypeOf<PromiseResult<number>>().toBeNumber()
})

it("triggerMessage wants a connector for a StatusNotification alone", () => {
  const calls = ({ remoteControl: { triggerMessage } }: PromiseStation): ReadonlyArray<unknown> => [
    triggerMessage("StatusNotification", { id: 1, connectorId: 1 }),
    triggerMessage("Heartbeat"),
    triggerMessage("MeterValues", undefined, { messageTimeout: "1 second", signal: AbortSignal.timeout(1) }),
    // @ts-expect-error -- no connector
    triggerMessage("StatusNotification", { id: 1 }),
    // @ts-expect-error -- no EVSE
    triggerMessage("StatusNotification")
  ]
  expectTypeOf(calls).toBeFunction()
})

it("fullList is a function, async or not", () => {
  const entries: ReadonlyArray<NonNullable<SendLocalListRequest["localAuthorizationList"]>[number]> = []
  const calls = ({ localAuthorizationList: { sendUpdates } }: PromiseStation): ReadonlyArray<unknown> => [
    sendUpdates([]),
    sendUpdates([], { fullList: () => [], askVersion: true }),
    sendUpdates([], { fullList: async () => [], signal: AbortSignal.abort() }),
    // @ts-expect-error -- asked only when it is needed
    sendUpdates([], { fullList: entries })
  ]
  expectTypeOf(calls).toBeFunction()
})

it("jobs know by their kind what asks for them, what follows and what comes of it", () => {
  const calls = (station: PromiseStation): ReadonlyArray<unknown> => {
    const { jobs } = station
    const run = jobs.run("DisplayMessages", (requestId) => station.call("GetDisplayMessages", { requestId }), {
      onMessage: (message, { parts }) => {
        expectTypeOf(message).toEqualTypeOf<core.Messages["NotifyDisplayMessages"]["request"]>()
        expectTypeOf(parts).toBeNumber()
      }
    })
    expectTypeOf<Awaited<typeof run>>().toExtend<core.Jobs.JobResult<"DisplayMessages">>()
    const started = jobs.start("Log", async () => ({ status: "Accepted", filename: "log.gz" }))
    expectTypeOf<Awaited<typeof started>["ended"]>().toEqualTypeOf<
      (options?: Abortable) => Promise<core.Jobs.JobResult<"Log">>
    >()
    expectTypeOf<Awaited<typeof started>["response"]>().toEqualTypeOf<core.Messages["GetLog"]["response"]>()
    expectTypeOf(jobs.follow("Firmware", 1)).toEqualTypeOf<Promise<core.Jobs.JobResult<"Firmware">>>()
    // @ts-expect-error -- the answer to another CALL
    const wrong = jobs.start("Log", () => station.call("Reset", { type: "OnIdle" }))
    return [run, started, wrong]
  }
  expectTypeOf(calls).toBeFunction()
})
