import { actions, type Action, type MessageTriggerEnumType } from "@wattline/ocpp-v201"
import { assert, describe, it } from "@effect/vitest"
import { ocpp201 } from "../../src/protocol/V201.ts"
import type { ActionRule } from "../../src/rpc/Protocol.ts"
import { inbound, type InboundVerdict, outbound, triggersBoot } from "../../src/station/Gate.ts"
import type { Registration } from "../../src/station/StationState.ts"

const all = Object.keys(actions) as ReadonlyArray<Action>
const fromStation = all.filter((action) => actions[action].direction !== "csms-to-station")
const fromCsms = all.filter((action) => actions[action].direction !== "station-to-csms")
const registrations: ReadonlyArray<Registration> = [undefined, "Pending", "Rejected", "Accepted"]

const ruleOf = (action: Action): ActionRule => {
  const rule = ocpp201.actions.get(action)
  if (rule === undefined) throw new Error(`${action} has no rule`)
  return rule
}

/** What a TriggerMessage can bring (F06), and so may come while Pending (B02.FR.02). */
const triggered: ReadonlyArray<Action> = [
  "FirmwareStatusNotification",
  "Heartbeat",
  "LogStatusNotification",
  "MeterValues",
  "PublishFirmwareStatusNotification",
  "SignCertificate",
  "StatusNotification",
  "TransactionEvent"
]

/** What the CSMS may send while Pending: B02.FR.01, and the rest of a certificate renewal (§20-M). */
const tellablePending: ReadonlyArray<Action> = [
  "CertificateSigned",
  "GetBaseReport",
  "GetReport",
  "GetVariables",
  "SetVariables",
  "TriggerMessage"
]

/** csms-requirements.md 2.1, left half. */
const expectedInbound = (registration: Registration, action: Action): InboundVerdict => {
  if (action === "BootNotification" || registration === "Accepted" || registration === undefined) return "Pass"
  if (registration === "Rejected") return "Refuse"
  return action === "NotifyReport" || triggered.includes(action) ? "IfExpected" : "Refuse"
}

const byRegistration = registrations.map((registration) => [registration ?? "none", registration] as const)

describe("Gate, inbound", () => {
  it("knows 64 actions: 25 that a station sends, 40 that a CSMS sends, DataTransfer both", () => {
    assert.deepStrictEqual([all.length, fromStation.length, fromCsms.length], [64, 25, 40])
  })

  it.each(byRegistration)("§2.1, R-150: with registration %s, all 64 actions", (_name, registration) => {
    for (const action of all)
      assert.strictEqual(inbound(registration, ruleOf(action), "serve"), expectedInbound(registration, action), action)
  })

  it("LC-7, B02.FR.02: nine actions may come while Pending when we asked for them", () => {
    const expected = all.filter((action) => inbound("Pending", ruleOf(action), "serve") === "IfExpected")
    assert.deepStrictEqual(expected.toSorted(), [...triggered, "NotifyReport"].toSorted())
  })

  it("B01.FR.10, B03.FR.07, R-151: an action nobody knows meets the gate first", () => {
    assert.deepStrictEqual(
      registrations.map((registration) => inbound(registration, undefined, "serve")),
      ["Pass", "Refuse", "Refuse", "Pass"]
    )
    assert.strictEqual(inbound(undefined, undefined, "reject"), "Refuse")
  })

  it.each([
    ["serve", "Pass"],
    ["triggerBoot", "Pass"],
    ["reject", "Refuse"]
  ] as const)("R-185: without registration, mode %s lets everything but boots %s", (mode, verdict) => {
    for (const action of all)
      assert.strictEqual(
        inbound(undefined, ruleOf(action), mode),
        action === "BootNotification" ? "Pass" : verdict,
        action
      )
  })

  it("R-185: the mode changes nothing where a registration is on record", () => {
    for (const registration of ["Accepted", "Pending", "Rejected"] as const)
      for (const mode of ["triggerBoot", "reject"] as const)
        for (const action of all)
          assert.strictEqual(inbound(registration, ruleOf(action), mode), expectedInbound(registration, action), action)
  })
})

const bootTrigger = { requestedMessage: "BootNotification" }
const triggers: ReadonlyArray<MessageTriggerEnumType> = [
  "LogStatusNotification",
  "FirmwareStatusNotification",
  "Heartbeat",
  "MeterValues",
  "SignChargingStationCertificate",
  "SignV2GCertificate",
  "SignCombinedCertificate",
  "StatusNotification",
  "TransactionEvent",
  "PublishFirmwareStatusNotification"
]

describe("Gate, outbound", () => {
  it("§2.1: Accepted, all 40 actions", () => {
    for (const action of fromCsms) assert.isUndefined(outbound("Accepted", ruleOf(action), {}, false, false), action)
  })

  it("F-12, F06.FR.17: Accepted, no BootNotification is asked for, any other message is", () => {
    assert.match(outbound("Accepted", ruleOf("TriggerMessage"), bootTrigger, false, false) ?? "", /F06\.FR\.17/)
    for (const requestedMessage of triggers)
      assert.isUndefined(
        outbound("Accepted", ruleOf("TriggerMessage"), { requestedMessage }, false, false),
        requestedMessage
      )
  })

  it("B02.FR.01, B02.FR.05, LC-10, R-155: Pending, six of 40 actions", () => {
    const open = (isAwaited: boolean): ReadonlyArray<string> =>
      fromCsms.filter((action) => outbound("Pending", ruleOf(action), {}, false, isAwaited) === undefined).toSorted()
    assert.deepStrictEqual(open(true), tellablePending)
    assert.deepStrictEqual(
      open(false),
      tellablePending.filter((action) => action !== "CertificateSigned") // §20-M: in an A02 flow only
    )
    assert.match(outbound("Pending", ruleOf("RequestStartTransaction"), {}, false, false) ?? "", /Pending.*B02\.FR\.05/)
  })

  it("B03.FR.03, LC-5: Rejected, nothing", () => {
    for (const action of fromCsms)
      assert.match(
        outbound("Rejected", ruleOf(action), bootTrigger, false, false) ?? "",
        /Rejected.*B03\.FR\.03/,
        action
      )
  })

  it("§2.1: without registration, nothing but TriggerMessage(BootNotification)", () => {
    for (const action of fromCsms)
      assert.strictEqual(
        outbound(undefined, ruleOf(action), bootTrigger, false, false) === undefined,
        action === "TriggerMessage",
        action
      )
    assert.match(outbound(undefined, ruleOf("Reset"), { type: "Immediate" }, false, false) ?? "", /BootNotification/)
  })

  it("§20-I, TC_B_31: allowWhileRejected opens Rejected for TriggerMessage(BootNotification) only", () => {
    for (const action of fromCsms)
      assert.strictEqual(
        outbound("Rejected", ruleOf(action), bootTrigger, true, false) === undefined,
        action === "TriggerMessage",
        action
      )
    for (const requestedMessage of triggers)
      assert.isDefined(
        outbound("Rejected", ruleOf("TriggerMessage"), { requestedMessage }, true, false),
        requestedMessage
      )
  })

  it("§20-I: allowWhileRejected changes nothing for the other registrations", () => {
    for (const registration of [undefined, "Pending", "Accepted"] as const)
      for (const action of fromCsms)
        assert.strictEqual(
          outbound(registration, ruleOf(action), bootTrigger, true, false),
          outbound(registration, ruleOf(action), bootTrigger, false, false)
        )
  })

  it("recognises the trigger of a boot, and nothing else", () => {
    assert.isTrue(triggersBoot("TriggerMessage", bootTrigger))
    assert.isFalse(triggersBoot("Reset", bootTrigger))
    for (const requestedMessage of triggers) assert.isFalse(triggersBoot("TriggerMessage", { requestedMessage }))
    for (const odd of [undefined, null, "BootNotification", {}, []]) assert.isFalse(triggersBoot("TriggerMessage", odd))
  })
})
