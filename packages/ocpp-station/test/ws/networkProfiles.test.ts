/** The way to another network connection profile and to more security, over the wire (A05, B09, B10). */
import { assert, describe } from "@effect/vitest"
import { type Handlers, Provisioning, Security } from "@wattline/ocpp-core"
import { testPki } from "@wattline/ocpp-conformance"
import { Effect } from "effect"
import type { Ground } from "./Ground.ts"
import { scene } from "./scene.ts"

const signing: Handlers = {
  signCertificate: ({ csr }) =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      return (yield* ca.sign(csr)).chain
    })
}

const profileOf = (ocppCsmsUrl: string, securityProfile: 1 | 2 | 3) => ({
  ocppCsmsUrl,
  ocppInterface: "Wired0" as const,
  messageTimeout: 30,
  securityProfile
})

/** Nobody listens there. */
const nowhere = "ws://127.0.0.1:1/ocpp"

/** Starts a virtual station with profile 1 that has tried each slot twice before it tries the next. */
const started = Effect.fnUntraced(function* (ground: Ground) {
  yield* ground.register(1)
  const station = yield* ground.virtual({
    ...ground.connection(1),
    model: { values: { "OCPPCommCtrlr.NetworkProfileConnectionAttempts": "2" } }
  })
  yield* station.accepted
  return { ...station, from: ground.told.length }
})

/** URLs that were tried in vain, and the one that was not. */
const failures = (ground: Ground, from: number): number =>
  ground.told.slice(from).filter(({ _tag }) => _tag === "ConnectFailed").length

describe.concurrent("network connection profiles", () => {
  scene(
    "A05.FR.04 to .07, A05.FR.03, B10.FR.04: from profile 1 to 2, and with a certificate to 3; there is no way back",
    Effect.fnUntraced(function* (ground) {
      const { controls } = yield* started(ground)
      const profileNow = () => Number(controls.model.value("SecurityCtrlr", "SecurityProfile"))
      const changeTo = (slot: number, profile: 2 | 3) =>
        Effect.flatMap(ground.station, (station) =>
          Provisioning.changeNetworkProfile(station, slot, profileOf(ground.url(profile), profile))
        )

      const first = yield* changeTo(2, 2)
      if (first._tag !== "Resetting") return assert.fail(`${first.at} ${first.status}`)
      assert.deepStrictEqual(yield* first.followUp, { _tag: "Rebooted", reason: "RemoteReset" })
      assert.strictEqual(profileNow(), 2)
      assert.deepStrictEqual(controls.model.networkPriority, [2])
      assert.strictEqual((yield* (yield* ground.station).snapshot).security?.securityProfile, 2)

      const without = yield* changeTo(3, 3)
      assert.deepInclude(without, { _tag: "Stopped", at: "SetVariables", status: "Rejected" })
      assert.deepStrictEqual(yield* Security.requestCertificateRenewal(yield* ground.station), { status: "Accepted" })
      ground.addKey(controls.security.certificate("ChargingStationCertificate")?.key ?? "")
      const second = yield* changeTo(3, 3)
      if (second._tag !== "Resetting") return assert.fail(`${second.at} ${second.status}`)
      assert.deepStrictEqual(yield* second.followUp, { _tag: "Rebooted", reason: "RemoteReset" })
      assert.strictEqual(profileNow(), 3)
      assert.deepStrictEqual(controls.model.networkPriority, [3])

      const from = ground.told.length
      yield* ground.close
      yield* ground.open()
      yield* ground.until("Connected", { url: ground.url(3) }, from)
    }),
    { handlers: signing }
  )

  scene(
    "A05.FR.02: without a CSMS root there is no way to profile 2",
    Effect.fnUntraced(function* (ground) {
      yield* ground.register(1)
      const { tls: _, ...connection } = ground.connection(1)
      const { accepted } = yield* ground.virtual(connection)
      yield* accepted
      const change = yield* Provisioning.changeNetworkProfile(yield* ground.station, 2, profileOf(ground.url(2), 2))
      assert.deepInclude(change, { _tag: "Stopped", at: "SetVariables", status: "Rejected" })
      assert.deepInclude(change, { statusInfo: { reasonCode: "InvalidCertificate" } })
    })
  )

  scene(
    "B10.FR.03: when the new profile does not answer, the next one in the list has its turn after NetworkProfileConnectionAttempts",
    Effect.fnUntraced(function* (ground) {
      const { controls, from } = yield* started(ground)
      const change = yield* Provisioning.changeNetworkProfile(yield* ground.station, 2, profileOf(nowhere, 1))
      if (change._tag !== "Resetting") return assert.fail(`${change.at} ${change.status}`)
      assert.strictEqual((yield* change.followUp)._tag, "Rebooted")
      assert.strictEqual(failures(ground, from), 2)
      assert.strictEqual(controls.model.value("OCPPCommCtrlr", "ActiveNetworkProfile"), "1")
      assert.deepStrictEqual(controls.model.networkPriority, [2, 1])
    })
  )

  scene(
    "B10.FR.07, B10.FR.09: when all in the list fail, the profile of the last connection is dialled",
    Effect.fnUntraced(function* (ground) {
      const { from } = yield* started(ground)
      const station = yield* ground.station
      yield* Provisioning.setNetworkProfile(station, 2, profileOf(nowhere, 1))
      const { outcomes } = yield* Provisioning.setVariables(station, [
        { component: "OCPPCommCtrlr", variable: "NetworkConfigurationPriority", value: ["2"] }
      ])
      assert.strictEqual(outcomes[0]?.status, "RebootRequired")
      yield* Provisioning.reset(station, { type: "Immediate" })
      yield* ground.until("Connected", { url: ground.url(1) }, from)
      assert.strictEqual(failures(ground, from), 2)
    })
  )

  scene(
    "B10.FR.03, B10.FR.10, R-184: a lost connection is looked for over the other profile too, and begins with a BootNotification there",
    Effect.fnUntraced(function* (ground) {
      const other = yield* started(ground)
      // The second listener of the same CSMS is on another port, and is there when the first is not.
      yield* Provisioning.setNetworkProfile(yield* ground.station, 2, profileOf(ground.url(2), 2))
      yield* Provisioning.setVariables(yield* ground.station, [
        { component: "OCPPCommCtrlr", variable: "NetworkConfigurationPriority", value: ["1", "2"] }
      ])
      yield* Provisioning.reset(yield* ground.station, { type: "Immediate" })
      yield* ground.until("Connected", { url: ground.url(1) }, other.from)
      yield* ground.until("StateChanged", { state: "Accepted" }, other.from)
      const from = ground.told.length
      yield* ground.close
      yield* ground.until("ConnectFailed", {}, from)
      yield* ground.open(ground.pki.ca, undefined, [2, 3])
      yield* ground.until("Connected", { url: ground.url(2) }, from)
      yield* ground.until("BootAnswered", { status: "Accepted" }, from)
      assert.strictEqual(failures(ground, from), 2)
    })
  )
})
