/** The device model and the monitors against the operations of our own CSMS, over ocpp-memory. */
import { assert, describe, it } from "@effect/vitest"
import { Csms, Diagnostics, Provisioning } from "@wattline/ocpp-core"
import { MemoryDialer, MemoryTransport } from "@wattline/ocpp-memory"
import { Effect, Layer, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { ClientProcess } from "../../src/client/ClientProcess.ts"
import { Stations, tableOf } from "../../src/client/Stations.ts"
import type { Item } from "../../src/virtual/deviceModel/Inventory.ts"
import type { DeviceModelOptions } from "../../src/virtual/DeviceModel.ts"
import { station as bare } from "./deviceModel.support.ts"

const profile = {
  ocppVersion: "OCPP20",
  ocppTransport: "JSON",
  ocppCsmsUrl: "ws://csms.example.com/ocpp",
  messageTimeout: 30,
  securityProfile: 0,
  ocppInterface: "Wired0"
} as const

interface ItemQuery {
  component: string
  variable: string
  instance?: string
  evseId?: number
  connectorId?: number
}

const queryOf = ({ component, variable }: Item) => {
  const query: ItemQuery = { component: component.name, variable: variable.name }
  if (variable.instance !== undefined) query.instance = variable.instance
  if (component.evse !== undefined) query.evseId = component.evse.id
  if (component.evse?.connectorId !== undefined) query.connectorId = component.evse.connectorId
  return query
}

/** A station that is accepted by a CSMS which knows nothing of it yet. */
const connected = (options: DeviceModelOptions = {}) =>
  Effect.gen(function* () {
    const csms = yield* Csms
    const station = yield* csms.addStation({ identity: "CS-1", securityProfile: 0 })
    const { host } = yield* Stations
    const world = bare(options)
    const client = new ClientProcess(host, {
      identity: "CS-1",
      connection: () => ({ url: "ws://csms/ocpp", securityProfile: 0 }),
      chargingStation: () => world.virtual.chargingStation,
      handlers: tableOf(world.model.handlers, world.monitoring.handlers),
      settings: {},
      maxQueuedMessages: 100,
      tell: () => {},
      online: () => world.monitoring.online()
    })
    Object.assign(world.virtual, { client })
    client.start("PowerUp")
    yield* Effect.addFinalizer(() => Effect.sync(() => client.stop()))
    for (let i = 0; i < 20 && client.state !== "Accepted"; i++) yield* TestClock.adjust(100)
    assert.strictEqual(client.state, "Accepted")
    return { ...world, csms: station, client }
  })

const layer = Stations.layer.pipe(
  Layer.provide(MemoryDialer.layer),
  Layer.provide(MemoryTransport.layer),
  Layer.provideMerge(Csms.layer({}, { drain: { grace: 0 }, inventory: "off" }))
)

const run = <E>(body: Effect.Effect<void, E, Layer.Success<typeof layer> | Scope.Scope>) =>
  Effect.scoped(Effect.provide(body, layer))

describe("against our CSMS", () => {
  it.effect("B07, B08: a full inventory is complete, and nothing in it offends the CSMS", () =>
    run(
      Effect.gen(function* () {
        const { csms, model } = yield* connected()
        const report = yield* Provisioning.getBaseReport(csms, "FullInventory")
        assert.strictEqual(report.status, "Complete")
        assert.strictEqual(report.reportData.length, model.inventory.items.length)
        const some = yield* Provisioning.getReport(csms, {
          componentVariable: [{ component: { name: "Connector" }, variable: { name: "ConnectorType" } }]
        })
        assert.deepStrictEqual(
          some.reportData.map(({ variableAttribute }) => variableAttribute[0]?.value),
          ["cType2", "cCCS2", "cG105"]
        )
        const { nonConformance } = yield* csms.snapshot
        assert.isUndefined(nonConformance)
      })
    )
  )

  it.effect("B05, B06: variables are set and read in as many requests as the station takes", () =>
    run(
      Effect.gen(function* () {
        const { client, csms, model } = yield* connected()
        yield* Provisioning.getBaseReport(csms, "FullInventory")
        const written = yield* Provisioning.setVariables(csms, [
          { component: "OCPPCommCtrlr", variable: "HeartbeatInterval", value: 77 },
          { component: "TxCtrlr", variable: "TxStartPoint", value: ["Authorized"] }
        ])
        assert.deepStrictEqual(
          written.outcomes.map(({ status }) => status),
          ["Accepted", "Accepted"]
        )
        assert.strictEqual(client.settings.heartbeatInterval, 77)
        const all = model.inventory.items.map(queryOf)
        const read = yield* Provisioning.getVariables(csms, all)
        assert.strictEqual(read.outcomes.length, all.length)
        const refused = read.outcomes.filter(({ status }) => status !== "Accepted")
        assert.deepStrictEqual(
          refused.map(({ item }) => item.variable),
          ["BasicAuthPassword"]
        )
        for (const outcome of read.outcomes)
          if (outcome.status === "Accepted") assert.notStrictEqual(outcome.value._tag, "Unparsable")
      })
    )
  )

  it.effect("B09, B10: the CSMS puts a profile into a slot", () =>
    run(
      Effect.gen(function* () {
        const { csms, model } = yield* connected({ networkProfile: profile })
        yield* Provisioning.getBaseReport(csms, "FullInventory")
        const { status } = yield* Provisioning.setNetworkProfile(csms, 2, { ...profile, securityProfile: 1 })
        assert.strictEqual(status, "Accepted")
        const { outcomes } = yield* Provisioning.setVariables(csms, [
          { component: "OCPPCommCtrlr", variable: "NetworkConfigurationPriority", value: ["2", "1"] }
        ])
        assert.strictEqual(outcomes[0]?.status, "RebootRequired")
        model.down()
        assert.deepStrictEqual(model.networkPriority, [2, 1])
      })
    )
  )

  it.effect("N02, N04, N06, N07: monitors are set, reported and cleared, and their alerts open and close", () =>
    run(
      Effect.gen(function* () {
        const { csms, model } = yield* connected()
        yield* Provisioning.getBaseReport(csms, "FullInventory")
        const { outcomes } = yield* Diagnostics.setVariableMonitoring(csms, [
          { component: "TemperatureSensor", variable: "Temperature", type: "UpperThreshold", value: 50, severity: 3 }
        ])
        const id = outcomes[0]?.id ?? assert.fail("not set")
        const { monitors } = yield* Diagnostics.getMonitoringReport(csms)
        assert.strictEqual(monitors.flatMap(({ variableMonitoring }) => variableMonitoring).length, 8)
        const alerts = Effect.map(csms.snapshot, ({ mirror }) =>
          mirror.diagnostics.alerts.map(({ monitorId, severity }) => ({ monitorId, severity }))
        )
        model.set("TemperatureSensor", "Temperature", 51)
        yield* TestClock.adjust(100)
        assert.deepStrictEqual(yield* alerts, [{ monitorId: id, severity: 3 }])
        model.set("TemperatureSensor", "Temperature", 20)
        yield* TestClock.adjust(100)
        assert.deepStrictEqual(yield* alerts, [])
        const cleared = yield* Diagnostics.clearVariableMonitoring(csms, [id, 1])
        assert.deepStrictEqual(
          cleared.map(({ status }) => status),
          ["Accepted", "Rejected"]
        )
        assert.strictEqual((yield* Diagnostics.setMonitoringBase(csms, "HardWiredOnly")).status, "Accepted")
        assert.strictEqual((yield* Diagnostics.setMonitoringLevel(csms, 2)).status, "Accepted")
      })
    )
  )
})
