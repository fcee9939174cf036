/** Operations as promise users call them: one of each namespace, and what they have in common. */
import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import * as promise from "../../src/promise.ts"
import { operationErrors } from "../../src/promise/namespaces.ts"
import { transactionEvent } from "../csms/support.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { deferred, InProcess, rejection } from "./InProcess.ts"

const { CallError, CheckFailed, createCsms, InvalidVariables, NotSent, PartlySet, UnknownJob } = promise

const booted = async (handlers: promise.PromiseHandlers = {}) => {
  const ws = new InProcess()
  const csms = await createCsms({ transports: [ws.transport], handlers })
  const station = await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  return { ws, csms, station, fake: ws.boot("CS-1"), [Symbol.asyncDispose]: () => csms.close() }
}

/** Answers every CALL with what `answer` makes of it; leaves those open for which that is `undefined`. */
const answering = (fake: FakeStation, answer: (action: string, payload: never) => object | undefined): void => {
  fake.react = (text) => {
    const [type, id, action, payload] = JSON.parse(text) as [number, string, string, never]
    const response = type === 2 ? answer(action, payload) : undefined
    if (response !== undefined) queueMicrotask(() => fake.say(JSON.stringify([3, id, response])))
  }
}

const accept = (): object => ({ status: "Accepted" })

const heartbeat = { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 300 } as const
const offline = { component: "OCPPCommCtrlr", variable: "OfflineThreshold", value: 60 } as const

interface SetVariables {
  readonly setVariableData: ReadonlyArray<{ readonly component: object; readonly variable: object }>
}

const setAll = (action: string, { setVariableData }: SetVariables): object | undefined =>
  action === "SetVariables"
    ? {
        setVariableResult: setVariableData.map(({ component, variable }) => ({
          component,
          variable,
          attributeStatus: "Accepted"
        }))
      }
    : undefined

describe("provisioning", () => {
  it("B-1, B-4: setVariables splits, and gives one outcome for each item", async () => {
    await using given = await booted()
    answering(given.fake, setAll)
    const { setVariables } = given.station.provisioning // free of `this`
    const { outcomes, unexpected } = await setVariables([heartbeat, offline])
    expect(given.fake.calls).toHaveLength(2)
    expect(outcomes).toMatchObject([
      { item: { variable: "HeartbeatInterval" }, status: "Accepted" },
      { item: { variable: "OfflineThreshold" }, status: "Accepted" }
    ])
    expect(unexpected).toEqual([])
  })

  it("B-12: getBaseReport gives the data, and a refusal as a value", async () => {
    await using given = await booted()
    const refused = given.station.provisioning.getBaseReport("FullInventory")
    given.fake.reply({ status: "NotSupported" })
    expect(await refused).toMatchObject({ status: "NotSupported", reportData: [] })
    const parts: Array<number> = []
    const report = given.station.provisioning.getBaseReport("FullInventory", {
      onProgress: ({ variables }) => parts.push(variables)
    })
    const { requestId } = given.fake.lastCall[3] as { readonly requestId: number }
    given.fake.reply({ status: "Accepted" })
    const variable = { component: { name: "EVSE" }, variable: { name: "Power" }, variableAttribute: [{ value: "11" }] }
    given.fake.call("NotifyReport", {
      requestId,
      generatedAt: "2026-01-01T00:00:00Z",
      seqNo: 0,
      reportData: [{ ...variable, variableCharacteristics: { dataType: "decimal", supportsMonitoring: false } }]
    })
    expect(await report).toMatchObject({ status: "Complete", parts: 1, reportData: [{ component: { name: "EVSE" } }] })
    expect(parts).toEqual([1])
  })

  it("B-27: followUp of a reset waits for the boot when it is asked, also later, and as often as one likes", async () => {
    await using given = await booted()
    answering(given.fake, accept)
    const reset = await given.station.provisioning.reset({ type: "OnIdle" })
    if (reset.status === "Rejected") throw new Error("it was accepted")
    const early = reset.followUp()
    given.fake.vanish()
    given.ws.connect("CS-1").boot("RemoteReset")
    expect(await early).toEqual({ _tag: "Rebooted", reason: "RemoteReset" })
    expect(await reset.followUp()).toEqual({ _tag: "Rebooted", reason: "RemoteReset" })
  })

  it("an abort ends a followUp, and nothing but the waiting", async () => {
    await using given = await booted()
    answering(given.fake, accept)
    const reset = await given.station.provisioning.reset({ type: "OnIdle" })
    if (reset.status === "Rejected") throw new Error("it was accepted")
    const controller = new AbortController()
    const given_up = rejection(reset.followUp({ signal: controller.signal }))
    controller.abort("enough")
    expect(await given_up).toBe("enough")
    given.fake.vanish()
    given.ws.connect("CS-1").boot("RemoteReset")
    expect(await reset.followUp()).toMatchObject({ _tag: "Rebooted" })
  })

  it("a rejected reset has no followUp", async () => {
    await using given = await booted()
    answering(given.fake, () => ({ status: "Rejected" }))
    expect(await given.station.provisioning.reset({ type: "OnIdle" })).toEqual({ status: "Rejected" })
  })
})

describe("remoteControl", () => {
  it("F-1: requestStartTransaction gives the transaction", async () => {
    await using given = await booted()
    const start = given.station.remoteControl.requestStartTransaction({ evseId: 1, idToken: "app-4711" })
    await expect.poll(() => given.fake.calls.length).toBe(1)
    const { remoteStartId } = given.fake.lastCall[3] as { readonly remoteStartId: number }
    given.fake.reply({ status: "Accepted" })
    const transactionInfo = { transactionId: "T1", remoteStartId }
    given.fake.call("TransactionEvent", transactionEvent(0, { triggerReason: "RemoteStart", transactionInfo }))
    expect(await start).toMatchObject({ _tag: "Started", remoteStartId, transaction: { transactionId: "T1" } })
  })

  it("F-9: triggerMessage gives the message", async () => {
    await using given = await booted()
    const triggered = given.station.remoteControl.triggerMessage("Heartbeat")
    await expect.poll(() => given.fake.calls.length).toBe(1)
    given.fake.reply({ status: "Accepted" })
    given.fake.call("Heartbeat", {})
    expect(await triggered).toMatchObject({ _tag: "Received", messages: [{ action: "Heartbeat" }] })
  })

  it("an abort gives an operation up where it is: what waits leaves the queue, what is sent is left alone (R-107)", async () => {
    await using given = await booted()
    const controller = new AbortController()
    const { signal } = controller
    const first = given.station.call("ClearCache", {})
    const waiting = rejection(given.station.remoteControl.unlockConnector(1, 1, { signal }))
    expect(await given.station.snapshot()).toMatchObject({ queuedCalls: 1 })
    const reason = new Error("the operator changed their mind")
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    expect(await given.station.snapshot()).toMatchObject({ queuedCalls: 0 })
    given.fake.reply({ status: "Accepted" })
    await first
    expect(given.fake.calls).toHaveLength(1)
  })

  it("an abort ends the following of a transaction, and the listening with it", async () => {
    await using given = await booted()
    answering(given.fake, accept)
    const controller = new AbortController()
    const stop = rejection(
      given.station.remoteControl.requestStopTransaction("T1", { signal: controller.signal, stopTimeout: "1 hour" })
    )
    await expect.poll(() => given.fake.calls.length).toBe(1)
    controller.abort()
    expect(await stop).toMatchObject({ name: "AbortError" })
  })

  it("an abort between two CALLs of an operation: the second is not sent", async () => {
    await using given = await booted()
    const controller = new AbortController()
    const { signal } = controller
    const setting = rejection(given.station.provisioning.setVariables([heartbeat, offline], { signal }))
    await expect.poll(() => given.fake.calls.length).toBe(1)
    controller.abort("enough")
    expect(await setting).toBe("enough")
    given.fake.reply(setAll("SetVariables", given.fake.lastCall[3] as SetVariables))
    const next = given.station.call("ClearCache", {})
    expect(given.fake.calls.map(([, , action]) => action)).toEqual(["SetVariables", "ClearCache"])
    given.fake.reply({ status: "Accepted" })
    await next
  })

  it("nothing is sent when the signal is aborted already, also where the operation has no other options", async () => {
    await using given = await booted()
    const signal = AbortSignal.abort("no")
    expect(await rejection(given.station.remoteControl.getTransactionStatus("T1", { signal }))).toBe("no")
    expect(await rejection(given.station.jobs.cancel("Report", 1, { signal }))).toBe("no")
    expect(given.fake.calls).toEqual([])
  })
})

describe("authorization", () => {
  it("C-20: clearCache gives the answer, a negative one too", async () => {
    await using given = await booted()
    answering(given.fake, () => ({ status: "Rejected" }))
    expect(await given.station.authorization.clearCache()).toEqual({ status: "Rejected" })
    expect(given.fake.lastCall.slice(2)).toEqual(["ClearCache", {}])
  })
})

describe("localAuthorizationList", () => {
  const entry = { idToken: { idToken: "T1", type: "ISO14443" }, idTokenInfo: { status: "Accepted" } } as const
  const removal = { idToken: { idToken: "T2", type: "ISO14443" } } as const

  /** A station that takes whole lists only. */
  const takesFullLists = (action: string, { updateType }: { readonly updateType?: string }): object =>
    action === "GetLocalListVersion"
      ? { versionNumber: 3 }
      : { status: updateType === "Full" ? "Accepted" : "VersionMismatch" }

  it("D-5: sendFullList replaces the list", async () => {
    await using given = await booted()
    answering(given.fake, takesFullLists)
    const outcome = await given.station.localAuthorizationList.sendFullList([entry])
    expect(outcome).toEqual({ _tag: "Accepted", versionNumber: 4, messages: 1, repaired: false })
  })

  it.each([
    ["plain", () => [entry]],
    ["async", async () => [entry]]
  ])("D-6: sendUpdates asks fullList, a function that is %s, once it is needed", async (_kind, fullList) => {
    await using given = await booted()
    answering(given.fake, takesFullLists)
    const outcome = await given.station.localAuthorizationList.sendUpdates([removal], { fullList })
    expect(outcome).toMatchObject({ _tag: "Accepted", versionNumber: 4, repaired: true })
    expect(given.fake.lastCall[3]).toMatchObject({ updateType: "Full", localAuthorizationList: [entry] })
  })

  it("D-6: without fullList the outcome says what is missing; what it throws is what the promise is rejected with", async () => {
    await using given = await booted()
    answering(given.fake, takesFullLists)
    const { sendUpdates } = given.station.localAuthorizationList
    expect(await sendUpdates([removal])).toMatchObject({ _tag: "Refused", status: "VersionMismatch" })
    const reason = new Error("the database is down")
    expect(await rejection(sendUpdates([removal], { fullList: () => Promise.reject(reason) }))).toBe(reason)
  })
})

describe("security", () => {
  it("A-11, A-12: changePassword gives the password to who calls for it, and prints it nowhere", async () => {
    await using given = await booted()
    answering(given.fake, setAll)
    const result = await given.station.security.changePassword()
    if (result.status !== "Accepted") throw new Error(`it was ${result.status}`)
    const password = result.password()
    expect(given.fake.lastCall[3]).toMatchObject({ setVariableData: [{ attributeValue: password }] })
    expect(inspect(result, { depth: 9, showHidden: true })).not.toContain(password)
    expect(JSON.stringify({ result })).toBe(`{"result":{"status":"Accepted"}}`)
  })

  it("A-12: changePassword takes a password of one's own; a rejected one is not in the result", async () => {
    await using given = await booted()
    answering(given.fake, (_action, { setVariableData: [item] }: { readonly setVariableData: [object] }) => ({
      setVariableResult: [{ ...item, attributeStatus: "Rejected", attributeValue: undefined }]
    }))
    const password = promise.generatePassword()
    expect(await given.station.security.changePassword(password)).toEqual({ status: "Rejected" })
    expect(given.fake.lastCall[3]).toMatchObject({ setVariableData: [{ attributeValue: password }] })
  })
})

describe("jobs", () => {
  const part = (requestId: number, tbc: boolean, seqNo: number) => ({
    requestId,
    generatedAt: "2026-01-01T00:00:00Z",
    seqNo,
    tbc,
    data: `part ${seqNo}`
  })

  it("CE-1, CE-5: run asks with an async function, and gives the parts in their order", async () => {
    await using given = await booted()
    const { jobs } = given.station
    const heard: Array<number> = []
    const job = jobs.run(
      "CustomerInformation",
      async (requestId) => given.station.call("CustomerInformation", { requestId, report: true, clear: false }),
      { onMessage: ({ seqNo }) => heard.push(seqNo) }
    )
    await expect.poll(() => given.fake.calls.length).toBe(1)
    const { requestId } = given.fake.lastCall[3] as { readonly requestId: number }
    given.fake.reply({ status: "Accepted" })
    given.fake.call("NotifyCustomerInformation", part(requestId, false, 1))
    given.fake.call("NotifyCustomerInformation", part(requestId, true, 0))
    const { outcome, response } = await job
    expect(response).toEqual({ status: "Accepted" })
    expect(outcome).toMatchObject({ _tag: "Complete", parts: [{ seqNo: 0 }, { seqNo: 1 }] })
    expect(heard).toEqual([1, 0])
  })

  it("CE-5: the end of what start began is a function", async () => {
    await using given = await booted()
    answering(given.fake, () => ({ status: "Accepted", filename: "log.gz" }))
    const log = { remoteLocation: "https://example.com/logs" }
    const job = await given.station.jobs.start("Log", (requestId) =>
      given.station.call("GetLog", { requestId, logType: "DiagnosticsLog", log })
    )
    expect(job.response).toEqual({ status: "Accepted", filename: "log.gz" })
    const { ended, requestId } = job
    const controller = new AbortController()
    const given_up = rejection(ended({ signal: controller.signal }))
    const end = ended()
    controller.abort("enough")
    expect(await given_up).toBe("enough")
    given.fake.call("LogStatusNotification", { status: "Uploaded", requestId })
    expect(await end).toMatchObject({ kind: "Log", requestId, outcome: { _tag: "Complete" } })
    expect(await given.station.jobs.follow("Log", requestId)).toMatchObject({ outcome: { _tag: "Complete" } })
  })

  it("a CALL that fails in ask points to the line in ask; a job that is not known to the one that follows it", async () => {
    await using given = await booted()
    answering(given.fake, () => undefined)
    const { jobs } = given.station
    const askFromHere = (requestId: number) => given.station.call("GetDisplayMessages", { requestId })
    const job = rejection(jobs.run("DisplayMessages", askFromHere))
    await expect.poll(() => given.fake.calls.length).toBe(1)
    given.fake.fail("NotSupported")
    const failure = await job
    expect(failure).toBeInstanceOf(CallError)
    expect((failure as Error).stack).toMatch(/^CallError: .*\n +at askFromHere .*Operations\.test\.ts/)
    const followFromHere = () => jobs.follow("Log", 4711)
    const unknown = await rejection(followFromHere())
    expect(unknown).toBeInstanceOf(UnknownJob)
    expect((unknown as Error).stack).toMatch(/^UnknownJob: .*\n +at followFromHere .*Operations\.test\.ts/)
  })
})

describe("failures", () => {
  it("CheckFailed names the rules, and points to the line that called", async () => {
    await using given = await booted()
    const unlockFromHere = () => given.station.remoteControl.unlockConnector(0, 1)
    const error = await rejection(unlockFromHere())
    expect(error).toBeInstanceOf(CheckFailed)
    expect(error).toMatchObject({ _tag: "CheckFailed", action: "UnlockConnector", broken: [{ rule: "F-8" }] })
    expect((error as Error).stack).toMatch(/^CheckFailed: .*\n +at unlockFromHere .*Operations\.test\.ts/)
    expect(inspect(error)).toMatch(/^CheckFailed: UnlockConnector was not sent to CS-1: .*\n +at unlockFromHere/)
    expect(given.fake.calls).toEqual([])
  })

  it("so do errors of one operation, and those of a CALL", async () => {
    await using given = await booted()
    answering(given.fake, (action, payload: SetVariables) =>
      given.fake.calls.length === 1 ? setAll(action, payload) : undefined
    )
    const twice = () => given.station.provisioning.setVariables([heartbeat, heartbeat])
    const invalid = await rejection(twice())
    expect(invalid).toBeInstanceOf(InvalidVariables)
    expect((invalid as Error).stack).toMatch(/^InvalidVariables: .*\n +at twice /)
    const setFromHere = () => given.station.provisioning.setVariables([heartbeat, offline], { timeout: "50 millis" })
    const partly = await rejection(setFromHere())
    expect(partly).toBeInstanceOf(PartlySet)
    expect(partly).toMatchObject({ outcomes: [{ status: "Accepted" }], failure: { _tag: "OutcomeUnknown" } })
    expect((partly as Error).stack).toMatch(/^PartlySet: .*\n +at setFromHere /)
    given.fake.vanish()
    const clearFromHere = () => given.station.authorization.clearCache()
    const offlineNow = await rejection(clearFromHere())
    expect(offlineNow).toBeInstanceOf(NotSent)
    expect((offlineNow as Error).stack).toMatch(/^NotSent: .*\n +at clearFromHere /)
  })

  it("an argument that makes no sense is a rejection, not a throw", async () => {
    await using given = await booted()
    const { remoteControl } = given.station
    expect(await rejection(remoteControl.unlockConnector(1, 1, { timeout: "soon" as "1 second" }))).toBeInstanceOf(
      Error
    )
    expect(await rejection(remoteControl.requestStartTransaction(null as never))).toBeInstanceOf(Error)
    expect(given.fake.calls).toEqual([])
  })

  it("a pure function of a namespace is no operation: without types, calling it is a rejection", async () => {
    await using given = await booted()
    const untyped = given.station.localAuthorizationList as unknown as Record<string, () => Promise<unknown>>
    expect(await rejection(untyped["changesBetween"]?.() ?? Promise.resolve())).toBeInstanceOf(Error)
  })

  it("every error of operations can be told by its class", () => {
    expect(Object.values(promise)).toEqual(expect.arrayContaining([...operationErrors]))
    expect(operationErrors.length).toBeGreaterThan(7)
  })

  it("operations that run when the CSMS closes are rejected, and so is every later one", async () => {
    await using given = await booted()
    const stop = rejection(given.station.remoteControl.requestStopTransaction("T1", { timeout: "1 hour" }))
    const { authorization } = given.station
    await given.csms.close()
    expect(await stop).toMatchObject({ _tag: "OutcomeUnknown" })
    expect(await rejection(authorization.clearCache())).toBeInstanceOf(promise.CsmsClosed)
  })
})

describe("stations", () => {
  it("each has its own operations, made once", async () => {
    await using given = await booted()
    const other = await given.csms.addStation({ identity: "CS-2", securityProfile: 0 })
    const fake = given.ws.boot("CS-2")
    answering(fake, accept)
    expect(await other.authorization.clearCache()).toEqual({ status: "Accepted" })
    expect([fake.calls.length, given.fake.calls.length]).toEqual([1, 0])
    expect(other.authorization).toBe(other.authorization)
    expect(other.authorization).not.toBe(given.station.authorization)
  })

  it("R-108: an operation of the station in a BootNotification handler is not sent; as a follow-up it is", async () => {
    const inside = deferred<unknown>()
    const after = deferred<unknown>()
    const handlers: promise.PromiseHandlers = {
      BootNotification: async (_request, { station }) => {
        inside.resolve(await rejection(station.authorization.clearCache()))
        const response = { status: "Accepted", currentTime: new Date().toISOString(), interval: 300 } as const
        return promise.andThen(response, async () => after.resolve(await station.authorization.clearCache()))
      }
    }
    await using given = await booted(handlers)
    answering(given.fake, accept)
    expect(await inside.promise).toMatchObject({ _tag: "NotSent", reason: "InsideBoot" })
    expect(await after.promise).toEqual({ status: "Accepted" })
  })
})
