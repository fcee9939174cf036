/** setNetworkProfile and changeNetworkProfile: local checks, and steps that follow each other (A05, B09, B10). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { ReportDataType, VariableCharacteristicsType } from "@wattline/ocpp-v201"
import { Csms, Provisioning } from "../../src/index.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { begin, failureOf, lastRequestId, reportPart, settle } from "../csms/support.ts"
import { enter, mutual, password, plain, statusOf, tls } from "../csms/securitySupport.ts"

const ways = { 1: plain(), 2: tls(), 3: mutual() } as const

const profile = (securityProfile: number, more: Partial<Provisioning.NetworkProfile> = {}) => ({
  ocppCsmsUrl: "wss://csms.example.com/ocpp",
  ocppInterface: "Wired0" as const,
  messageTimeout: 30,
  securityProfile,
  ...more
})

const boot = (fake: FakeStation) =>
  fake.call("BootNotification", {
    reason: "PowerUp",
    chargingStation: { model: "M1", vendorName: "V", serialNumber: "SN-1" }
  })

/** A station on this profile that has booted. */
const on = Effect.fnUntraced(function* (securityProfile: 1 | 2 | 3) {
  const csms = yield* Csms
  const station = yield* csms.addStation({ identity: "CS-1", securityProfile, password })
  const fake = yield* enter(ways[securityProfile])
  boot(fake)
  return { csms, station, fake }
})

const fact = (
  component: string,
  variable: string,
  value: string,
  dataType: VariableCharacteristicsType["dataType"],
  valuesList?: string
): ReportDataType => ({
  component: { name: component },
  variable: { name: variable },
  variableAttribute: [{ value }],
  variableCharacteristics: { dataType, supportsMonitoring: false, ...(valuesList && { valuesList }) }
})
const downgrade = (value: string) => fact("SecurityCtrlr", "AllowSecurityProfileDowngrade", value, "boolean")
const priority = (value: string, valuesList: string) =>
  fact("OCPPCommCtrlr", "NetworkConfigurationPriority", value, "SequenceList", valuesList)

/** The station reports these. */
const reports = Effect.fnUntraced(function* (fake: FakeStation, ...reportData: Array<ReportDataType>) {
  const station = yield* Effect.flatMap(Csms, (csms) => csms.station("CS-1"))
  const report = yield* begin(station.getBaseReport("FullInventory"))
  fake.reply({ status: "Accepted" })
  fake.call("NotifyReport", reportPart(lastRequestId(fake), 0, false, reportData))
  yield* Fiber.join(report)
})

/** The actions that were asked for, and what the last of them said. */
const asked = (fake: FakeStation) => fake.calls.map((call) => call[2]).filter((action) => action !== "GetBaseReport")
const names = { component: { name: "OCPPCommCtrlr" }, variable: { name: "NetworkConfigurationPriority" } }
const answerSet = (fake: FakeStation, attributeStatus: string) =>
  fake.reply({ setVariableResult: [{ ...names, attributeStatus }] })

describe("Provisioning.setNetworkProfile", () => {
  it.effect(
    "TC_B_42_CSMS, B-22: OCPP20 and JSON are filled in, and what was accepted is remembered without secrets",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* on(1)
        const apn = {
          apn: "internet",
          apnUserName: "hidden-user",
          simPin: 1234,
          apnPassword: "hidden-password",
          apnAuthentication: "PAP" as const
        }
        const setting = yield* begin(Provisioning.setNetworkProfile(station, 2, profile(2, { apn })))
        assert.deepStrictEqual(fake.lastCall[3], {
          configurationSlot: 2,
          connectionData: { ...profile(2, { apn }), ocppVersion: "OCPP20", ocppTransport: "JSON" }
        })
        fake.reply({ status: "Accepted" })
        assert.deepStrictEqual(yield* Fiber.join(setting), { status: "Accepted" })
        const { mirror } = yield* station.snapshot
        assert.deepStrictEqual(mirror.provisioning.networkProfiles, { "2": { ...profile(2), at: 0 } })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["Rejected", "Failed"] as const)(
    "TC_B_44_CSMS, B-24: %s is a value, and nothing is recorded",
    (status) =>
      Effect.gen(function* () {
        const { fake, station } = yield* on(1)
        const setting = yield* begin(Provisioning.setNetworkProfile(station, 2, profile(2)))
        fake.reply({ status, statusInfo: { reasonCode: "InvalidConfSlot" } })
        assert.deepStrictEqual(yield* Fiber.join(setting), { status, statusInfo: { reasonCode: "InvalidConfSlot" } })
        assert.isUndefined((yield* station.snapshot).mirror.provisioning.networkProfiles)
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    [2, 1, "true", false],
    [3, 1, "true", false],
    [3, 2, "false", false],
    [3, 2, "true", true],
    [2, 2, "false", true],
    [2, 3, "false", true]
  ] as const)("B-23, A-30, R-033: on %s, profile %s with AllowSecurityProfileDowngrade %s is sent: %s", (row) =>
    Effect.gen(function* () {
      const [from, to, allowed, isSent] = row
      const { fake, station } = yield* on(from)
      yield* reports(fake, downgrade(allowed))
      const setting = yield* begin(Provisioning.setNetworkProfile(station, 2, profile(to)))
      assert.deepStrictEqual(asked(fake), isSent ? ["SetNetworkProfile"] : [])
      if (isSent) {
        fake.reply({ status: "Accepted" })
        assert.deepStrictEqual(yield* Fiber.join(setting), { status: "Accepted" })
        return
      }
      const failure = yield* failureOf(setting)
      if (failure._tag !== "CheckFailed") return assert.fail(failure._tag)
      assert.deepStrictEqual(
        failure.broken.map(({ rule }) => rule),
        ["B-23"]
      )
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-23: without a report 3 to 2 is refused too", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(3)
      const failure = yield* Effect.flip(Provisioning.setNetworkProfile(station, 2, profile(2)))
      assert.strictEqual(failure._tag, "CheckFailed")
      assert.deepStrictEqual(fake.calls, [])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    ["B-22: the identity at the end", "B-22", 1, "wss://csms.example.com/ocpp/cs-1"],
    ["B-22: the same, percent-encoded", "B-22", 1, "wss://csms.example.com/%43S-1/"],
    ["B-22: no WebSocket URL", "B-22", 1, "https://csms.example.com"],
    ["B-22: no URL", "B-22", 1, "csms.example.com"],
    ["B-21, B09.FR.05: a slot that is not in valuesList", "B-21", 4, "wss://csms.example.com/ocpp"]
  ] as const)("%s is refused", ([_, rule, slot, ocppCsmsUrl]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(1)
      yield* reports(fake, priority("1", "1, 2,3"))
      const failure = yield* Effect.flip(Provisioning.setNetworkProfile(station, slot, profile(2, { ocppCsmsUrl })))
      if (failure._tag !== "CheckFailed") return assert.fail(failure._tag)
      assert.deepStrictEqual(
        failure.broken.map((one) => one.rule),
        [rule]
      )
      assert.deepStrictEqual(asked(fake), [])
    }).pipe(Effect.provide(Csms.layer()))
  )
})

describe("Provisioning.changeNetworkProfile", () => {
  it.effect(
    "TC_A_19_CSMS, A-28, A05.FR.04/.05: the new slot first, the old ones behind it, a reset, the new profile",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* on(1)
        yield* reports(fake, priority("1,2", "1,2,3"))
        const changing = yield* begin(Provisioning.changeNetworkProfile(station, 3, profile(2)))
        assert.deepStrictEqual(asked(fake), ["SetNetworkProfile"])
        fake.reply({ status: "Accepted" })
        yield* settle
        assert.deepStrictEqual(fake.lastCall.slice(2), [
          "SetVariables",
          { setVariableData: [{ ...names, attributeValue: "3,1,2" }] }
        ])
        answerSet(fake, "Accepted")
        yield* settle
        assert.deepStrictEqual(fake.lastCall.slice(2), ["Reset", { type: "OnIdle" }])
        fake.reply({ status: "Accepted" })
        const change = yield* Fiber.join(changing)
        if (change._tag === "Stopped") return assert.fail(change.at)
        assert.deepStrictEqual([change.status, change.priority], ["Accepted", [3, 1, 2]])
        assert.deepStrictEqual(asked(fake), ["SetNetworkProfile", "SetVariables", "Reset"])
        fake.vanish()
        boot(yield* enter(tls()))
        assert.deepStrictEqual(yield* change.followUp, { _tag: "Rebooted", reason: "PowerUp" })
        assert.strictEqual(yield* statusOf(plain()), 403)
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-28: a priority that is not known is read first, and a slot is there once", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(1)
      const changing = yield* begin(Provisioning.changeNetworkProfile(station, 2, profile(1)))
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.reply({ getVariableResult: [{ ...names, attributeStatus: "Accepted", attributeValue: "1,2" }] })
      yield* settle
      assert.deepStrictEqual(fake.lastCall[3], { setVariableData: [{ ...names, attributeValue: "2,1" }] })
      answerSet(fake, "RebootRequired")
      yield* settle
      fake.reply({ status: "Scheduled" })
      assert.deepInclude(yield* Fiber.join(changing), { _tag: "Resetting", status: "Scheduled", priority: [2, 1] })
      assert.deepStrictEqual(asked(fake), ["SetNetworkProfile", "GetVariables", "SetVariables", "Reset"])
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each([
    ["SetNetworkProfile", "Failed"],
    ["GetVariables", "UnknownVariable"],
    ["SetVariables", "Rejected"],
    ["Reset", "Rejected"]
  ] as const)("A-28: it stops at %s when the answer is %s, and does no later step", ([at, status]) =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(1)
      const changing = yield* begin(Provisioning.changeNetworkProfile(station, 2, profile(2)))
      const told = (step: string, positive: string) => (step === at ? status : positive)
      const answers: Readonly<Record<string, () => object>> = {
        SetNetworkProfile: () => ({ status: told("SetNetworkProfile", "Accepted") }),
        GetVariables: () => ({
          getVariableResult: [{ ...names, attributeStatus: told("GetVariables", "Accepted"), attributeValue: "1" }]
        }),
        SetVariables: () => ({ setVariableResult: [{ ...names, attributeStatus: told("SetVariables", "Accepted") }] }),
        Reset: () => ({ status: told("Reset", "Accepted") })
      }
      for (let i = 0; i < 4 && changing.pollUnsafe() === undefined; i++) {
        const answer = answers[fake.lastCall[2]]
        fake.reply(answer?.())
        yield* settle
      }
      assert.deepStrictEqual(yield* Fiber.join(changing), { _tag: "Stopped", at, status })
      assert.strictEqual(asked(fake).at(-1), at)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("A-28, R-163: a CALL that fails is named with its step; a check fails as itself", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(2)
      const changing = yield* begin(Provisioning.changeNetworkProfile(station, 2, profile(3)))
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.fail("NotSupported")
      const failure = yield* failureOf(changing)
      if (failure._tag !== "NetworkProfileNotChanged") return assert.fail(failure._tag)
      assert.deepStrictEqual([failure.at, failure.failure._tag], ["GetVariables", "CallError"])
      const refused = yield* Effect.flip(Provisioning.changeNetworkProfile(station, 2, profile(1)))
      assert.strictEqual(refused._tag, "CheckFailed")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-25, B10.FR.05: Inoperative, then the queue is waited for, then the priority is set", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(1)
      yield* reports(fake, priority("1", "1,2"))
      const changing = yield* begin(Provisioning.changeNetworkProfile(station, 2, profile(1), { emptyQueue: {} }))
      fake.reply({ status: "Accepted" })
      yield* settle
      assert.deepStrictEqual(fake.lastCall.slice(2), ["ChangeAvailability", { operationalStatus: "Inoperative" }])
      fake.reply({ status: "Scheduled" })
      yield* settle
      assert.deepStrictEqual(fake.lastCall.slice(2), ["GetTransactionStatus", {}])
      fake.reply({ messagesInQueue: true })
      yield* TestClock.adjust("29 seconds")
      assert.lengthOf(asked(fake), 3)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(asked(fake), 4)
      fake.reply({ messagesInQueue: false })
      yield* settle
      assert.strictEqual(fake.lastCall[2], "SetVariables")
      answerSet(fake, "Rejected")
      assert.deepInclude(yield* Fiber.join(changing), { _tag: "Stopped", at: "SetVariables" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("B-25: a queue that does not empty stops it, and so does a station that stays Operative", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* on(1)
      const change = Provisioning.changeNetworkProfile(station, 2, profile(1), { emptyQueue: { timeout: "1 minute" } })
      const full = yield* begin(change)
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.reply({ messagesInQueue: true })
      yield* TestClock.adjust("30 seconds")
      fake.reply({ messagesInQueue: true })
      yield* TestClock.adjust("30 seconds")
      assert.deepInclude(yield* Fiber.join(full), { _tag: "Stopped", at: "GetTransactionStatus", status: "Timeout" })
      if (fake.lastCall[2] === "GetTransactionStatus") fake.reply({ messagesInQueue: true })
      const operative = yield* begin(change)
      fake.reply({ status: "Accepted" })
      yield* settle
      fake.reply({ status: "Rejected" })
      assert.deepInclude(yield* Fiber.join(operative), { _tag: "Stopped", at: "ChangeAvailability" })
    }).pipe(Effect.provide(Csms.layer()))
  )
})
