/** Steps that several scenarios have in common. Those of the CSMS go over the API that an application has. */
import { createPrivateKey, X509Certificate } from "node:crypto"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { type CsmsAction, type Messages, Security } from "@wattline/ocpp-core"
import type { Issued } from "../Pki.ts"
import type { Profile } from "./CsmsProcess.ts"
import type { ScriptedStation } from "./ScriptedStation.ts"
import type { Device, World } from "./World.ts"

/** CS → CSMS BootNotification, with the serial number of the device unless told otherwise; gives the response. */
export const boot = (
  station: ScriptedStation,
  device: Device,
  {
    reason = "PowerUp",
    serialNumber = device.serialNumber
  }: {
    readonly reason?: "PowerUp" | "RemoteReset"
    readonly serialNumber?: string | null
  } = {}
) =>
  station.call("BootNotification", {
    reason,
    chargingStation: { model: "Scenario 22", vendorName: "Wattline", ...(serialNumber !== null && { serialNumber }) }
  })

/** CS → CSMS BootNotification, accepted; then every connector is reported Available, in either form. */
export const booted = Effect.fnUntraced(function* (
  station: ScriptedStation,
  device: Device,
  reason: "PowerUp" | "RemoteReset" = "PowerUp"
) {
  const { currentTime, interval, status } = yield* boot(station, device, { reason })
  assert.strictEqual(status, "Accepted")
  assert.isBelow(Math.abs(Date.now() - Date.parse(currentTime)), 10_000)
  assert.isAbove(interval, 0)
  const timestamp = new Date().toISOString()
  const byStatus = { evseId: 1, connectorId: 1, connectorStatus: "Available", timestamp } as const
  assert.deepStrictEqual(yield* station.call("StatusNotification", byStatus), {})
  const event = {
    eventId: 1,
    timestamp,
    trigger: "Delta",
    actualValue: "Available",
    eventNotificationType: "HardWiredNotification",
    component: { name: "Connector", evse: { id: 2, connectorId: 1 } },
    variable: { name: "AvailabilityState" }
  } as const
  const byEvent = { generatedAt: timestamp, seqNo: 0, tbc: false, eventData: [event] }
  assert.deepStrictEqual(yield* station.call("NotifyEvent", byEvent), {})
})

/** A station connects as its profile has it, and boots. */
export const arrives = Effect.fnUntraced(function* (world: World, device: Device, profile: Profile) {
  const station = yield* world.connect(device, profile)
  yield* booted(station, device)
  return station
})

/** The link is up: CS → CSMS Heartbeat is answered. */
export const isUp = (station: ScriptedStation) =>
  Effect.map(station.call("Heartbeat", {}), ({ currentTime }) => assert.isString(currentTime))

/** The application calls the station, which answers; gives what the station was asked and what the application got. */
export const operated = Effect.fnUntraced(function* <A extends CsmsAction>(
  world: World,
  device: Device,
  station: ScriptedStation,
  action: A,
  request: Messages[A]["request"],
  response: Messages[A]["response"]
) {
  const operation = yield* Effect.forkChild((yield* world.station(device)).call(action, request))
  const asked = yield* station.asked(action)
  assert.deepStrictEqual(asked.request, request)
  yield* asked.answer(response)
  assert.deepStrictEqual(yield* Fiber.join(operation), response)
})

/** SetVariables with one variable. */
export const setVariable = (component: string, variable: string, attributeValue: string) => ({
  setVariableData: [{ component: { name: component }, variable: { name: variable }, attributeValue }]
})

/** Its answer. */
export const variableSet = (
  component: string,
  variable: string,
  attributeStatus: "Accepted" | "Rejected" | "RebootRequired"
) => ({
  setVariableResult: [{ component: { name: component }, variable: { name: variable }, attributeStatus }]
})

/** The application sets a variable of the station. */
export const sets = (
  world: World,
  device: Device,
  station: ScriptedStation,
  [component, variable]: readonly [string, string],
  value: string,
  status: "Accepted" | "Rejected" | "RebootRequired" = "Accepted"
) =>
  operated(
    world,
    device,
    station,
    "SetVariables",
    setVariable(component, variable, value),
    variableSet(component, variable, status)
  )

/**
 * The memory state RenewChargingStationCertificate: CSMS → CS TriggerMessage, CS → CSMS SignCertificate, CSMS → CS
 * CertificateSigned, which the station answers with `status`. Gives the new certificate and its key.
 */
export const renews = Effect.fnUntraced(function* (
  world: World,
  device: Device,
  station: ScriptedStation,
  status: "Accepted" | "Rejected" = "Accepted"
) {
  const renewal = yield* Effect.forkChild(Security.requestCertificateRenewal(yield* world.station(device)))
  yield* triggered(station)
  const renewed = yield* signs(world, device, station, status)
  const result = yield* Fiber.join(renewal)
  assert.deepStrictEqual(
    result.status === "Failed" ? result.reason : result.status,
    status,
    "what the application is told of the renewal"
  )
  return renewed
})

/** CSMS → CS TriggerMessage, which asks for a CSR and is accepted. */
export const triggered = Effect.fnUntraced(function* (station: ScriptedStation) {
  const { answer, request } = yield* station.asked("TriggerMessage")
  assert.deepStrictEqual(request, { requestedMessage: "SignChargingStationCertificate" })
  yield* answer({ status: "Accepted" })
})

/** The part of it from SignCertificate on. */
export const signs = Effect.fnUntraced(function* (
  world: World,
  device: Device,
  station: ScriptedStation,
  status: "Accepted" | "Rejected" = "Accepted"
) {
  const { csr, key } = yield* world.request(device)
  const certificateType = "ChargingStationCertificate"
  const before = station.heard.length
  const answer = yield* station.call("SignCertificate", { csr, certificateType })
  assert.strictEqual(answer.status, "Accepted")
  const { answer: reply, request } = yield* station.asked("CertificateSigned")
  assert.deepStrictEqual(station.heard.slice(before), ["CALLRESULT SignCertificate", "CALL CertificateSigned"])
  assert.strictEqual(request.certificateType, certificateType)
  const { certificateChain: chain } = request
  assert.isAtMost(chain.length, 10_000)
  const leaf = new X509Certificate(chain) // reads the first one
  assert.isTrue(leaf.checkPrivateKey(createPrivateKey(key)), "made from the CSR")
  assert.isTrue(leaf.verify(new X509Certificate(world.pki.ca.cert).publicKey), "signed under the root")
  yield* reply({ status })
  if (status === "Accepted") yield* world.told("CertificateAccepted", device, { certificateType })
  else yield* world.told("CertificateRenewalFailed", device, { certificateType, reason: "Rejected" })
  const { fingerprint256, serialNumber } = leaf
  return { cert: leaf.toString(), chain, key, serialNumber, fingerprint256 } satisfies Issued
})

/** The application tells a station to take a security profile: SetNetworkProfile, its priority, Reset (A05). */
export const told = Effect.fnUntraced(function* (
  world: World,
  device: Device,
  station: ScriptedStation,
  securityProfile: Profile
) {
  const slot = securityProfile
  const network = {
    configurationSlot: slot,
    connectionData: {
      messageTimeout: 30,
      ocppCsmsUrl: `${securityProfile === 1 ? "ws" : "wss"}://csms.wattline.test/ocpp`,
      ocppInterface: "Wired0",
      ocppTransport: "JSON",
      ocppVersion: "OCPP20",
      securityProfile
    }
  } as const
  yield* operated(world, device, station, "SetNetworkProfile", network, { status: "Accepted" })
  yield* sets(world, device, station, ["OCPPCommCtrlr", "NetworkConfigurationPriority"], `${slot},0`)
  yield* operated(world, device, station, "Reset", { type: "OnIdle" }, { status: "Accepted" })
  yield* station.leave
})

/** The application changes the password; gives the new one. */
export const changesPassword = Effect.fnUntraced(function* (
  world: World,
  device: Device,
  station: ScriptedStation,
  status: "Accepted" | "Rejected" | "RebootRequired"
) {
  const password = yield* world.newPassword(device.identity)
  yield* sets(world, device, station, ["SecurityCtrlr", "BasicAuthPassword"], password, status)
  return password
})

/** The application changes the password, and the station is cut off before it has answered. */
export const losesPasswordChange = Effect.fnUntraced(function* (
  world: World,
  device: Device,
  station: ScriptedStation
) {
  const password = yield* world.newPassword(device.identity)
  const request = setVariable("SecurityCtrlr", "BasicAuthPassword", password)
  const change = yield* Effect.forkChild(Effect.flip((yield* world.station(device)).call("SetVariables", request)))
  yield* station.asked("SetVariables")
  yield* station.cut
  assert.strictEqual((yield* Fiber.join(change))._tag, "OutcomeUnknown")
  return password
})
