import { assert, describe, it } from "@effect/vitest"
import type { NetworkConnectionProfileType } from "@wattline/ocpp-v201"
import { set, station, type World } from "./deviceModel.support.ts"

describe("network connection profiles", () => {
  const profile = (changes: Partial<NetworkConnectionProfileType> = {}): NetworkConnectionProfileType => ({
    ocppVersion: "OCPP20",
    ocppTransport: "JSON",
    ocppCsmsUrl: "ws://csms.example.com/ocpp",
    messageTimeout: 30,
    securityProfile: 1,
    ocppInterface: "Wired0",
    ...changes
  })
  const put = (world: World, configurationSlot: number, changes: Partial<NetworkConnectionProfileType> = {}) => {
    const { status, statusInfo } = world.ask("SetNetworkProfile", {
      configurationSlot,
      connectionData: profile(changes)
    })
    return statusInfo?.reasonCode ?? status
  }
  const secure = { ocppCsmsUrl: "wss://csms.example.com/ocpp", securityProfile: 2 }

  it("B09.FR.01, B09.FR.02, B09.FR.05: stores a profile that can be used, in a slot that exists", () => {
    const world = station({ networkProfile: profile() })
    assert.strictEqual(put(world, 2, { messageTimeout: 20 }), "Accepted")
    assert.deepStrictEqual(world.model.networkProfile(2), profile({ messageTimeout: 20 }))
    assert.strictEqual(put(world, 4), "InvalidConfSlot")
    for (const broken of [
      { ocppCsmsUrl: "http://csms.example.com" },
      { ocppCsmsUrl: "nonsense" },
      { ocppTransport: "SOAP" },
      { ocppVersion: "OCPP16" },
      { messageTimeout: 0 },
      { ...secure, ocppCsmsUrl: "ws://csms.example.com" }
    ] as const)
      assert.strictEqual(put(world, 2, broken), "InvalidNetworkConf", JSON.stringify(broken))
    assert.deepStrictEqual(world.model.networkProfile(2), profile({ messageTimeout: 20 }))
  })

  it("B09.FR.04, B09.FR.31: no downgrade, but from 3 to 2 where that is allowed", () => {
    const three = profile({ ...secure, securityProfile: 3 })
    assert.strictEqual(put(station({ networkProfile: three }), 2, secure), "NoSecurityDowngrade")
    const lenient = station({
      networkProfile: three,
      values: { "SecurityCtrlr.AllowSecurityProfileDowngrade": "true" }
    })
    assert.strictEqual(put(lenient, 2, secure), "Accepted")
    assert.strictEqual(put(lenient, 2), "NoSecurityDowngrade")
  })

  it("B10.FR.01, B10.FR.02: NetworkConfigurationPriority takes slots with a profile, for after the restart", () => {
    const world = station({ networkProfile: profile() })
    const prioritise = (value: string) => set(world, "OCPPCommCtrlr", "NetworkConfigurationPriority", value)
    assert.deepStrictEqual(prioritise("2,1"), ["Rejected", "InvalidNetworkConf"])
    assert.deepStrictEqual(prioritise(""), ["Rejected", "InvalidValue"])
    put(world, 2, secure)
    assert.deepStrictEqual(prioritise("2,1"), ["RebootRequired", undefined])
    assert.deepStrictEqual(world.model.networkPriority, [1])
    world.model.down()
    assert.deepStrictEqual(world.model.networkPriority, [2, 1])
  })

  it("A05.FR.02: a profile that the certificates do not allow is not taken", () => {
    const world = station({ networkProfile: profile() })
    put(world, 2, secure)
    world.security.profileProblem = () => "InvalidCertificate"
    assert.deepStrictEqual(set(world, "OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1"), [
      "Rejected",
      "InvalidCertificate"
    ])
  })

  it("A05.FR.06: once connected more securely, the less secure profiles are gone", () => {
    const world = station({ networkProfile: profile() })
    put(world, 2, { ...secure, messageTimeout: 12 })
    set(world, "OCPPCommCtrlr", "NetworkConfigurationPriority", "2,1")
    world.model.down()
    world.model.connectedBy(2)
    assert.strictEqual(world.model.value("SecurityCtrlr", "SecurityProfile"), "2")
    assert.strictEqual(world.model.value("OCPPCommCtrlr", "ActiveNetworkProfile"), "2")
    assert.strictEqual(world.settings().messageTimeout, 12)
    assert.deepStrictEqual(world.model.networkPriority, [2])
    assert.isUndefined(world.model.networkProfile(1))
  })
})
