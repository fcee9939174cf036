/** The steps of block L: an update or an image is asked for, and what the station tells of it. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { FirmwareManagement, findFirmwareUpdate, type Messages } from "@wattline/ocpp-core"
import { booted } from "./states.ts"
import type { World } from "./World.ts"

type Answer = Messages["UpdateFirmware"]["response"]["status"]
type Status = Messages["FirmwareStatusNotification"]["request"]["status"]
type PublishStatus = Messages["PublishFirmwareStatusNotification"]["request"]["status"]
/** An update, as the operator has it. */
type Update = FirmwareManagement.FirmwareUpdateOutcome

/** What the operator has put into the library of images; certificate and signature are not looked at here. */
export const firmware = {
  location: "https://ota.wattline.test/fw-2.bin",
  signingCertificate: "-----BEGIN CERTIFICATE-----\nQ2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
  signature: "U2lnbmF0dXJl"
}

/** Time as the standard writes it, some milliseconds from now. */
export const later = (world: World, millis: number): Effect.Effect<string> =>
  Effect.map(world.now, (now) => new Date(Date.parse(now) + millis).toISOString())

/**
 * CSMS → CS UpdateFirmware with just this image, certificate and signature, answered with `status`; the operator gets that.
 * Without `retrieveDateTime` it is fetched now.
 */
export const updates = Effect.fnUntraced(function* (
  world: World,
  status: Answer = "Accepted",
  times: { readonly retrieveDateTime?: string; readonly installDateTime?: string } = {}
) {
  const image = { ...firmware, ...times }
  const operation = yield* world.starts(FirmwareManagement.updateFirmware(world.station, { firmware: image }))
  const { answer, request } = yield* world.cs.asked("UpdateFirmware")
  const { requestId } = request
  const { retrieveDateTime } = request.firmware
  assert.deepStrictEqual(request, { requestId, firmware: { ...image, retrieveDateTime } })
  if (times.retrieveDateTime === undefined) assert.isAtMost(Date.parse(retrieveDateTime), Date.parse(yield* world.now))
  yield* answer({ status })
  const update = yield* Fiber.join(operation)
  assert.deepInclude(update, { status, requestId, warnings: [] })
  return update
})

/** CS → CSMS FirmwareStatusNotification, one each; all answered. */
export const tells = Effect.fnUntraced(function* (
  { cs }: World,
  { requestId }: Update,
  ...statuses: ReadonlyArray<Status>
) {
  for (const status of statuses)
    assert.deepStrictEqual<unknown>(yield* cs.call("FirmwareStatusNotification", { requestId, status }), {})
})

/** The update goes on for the CSMS, with this status last. */
export const runs = Effect.fnUntraced(function* (world: World, { requestId }: Update, status: Status) {
  const { open } = (yield* world.view).mirror.jobs
  const job = open.find((one) => one.kind === "Firmware" && one.requestId === requestId)
  assert.deepInclude(job?.last, { status })
})

/** The operator is told that the update is over, and how. */
export const ends = Effect.fnUntraced(function* (update: Update, outcome: object) {
  const result = yield* Effect.orDie(update.ended)
  assert.deepInclude(result, { kind: "Firmware", requestId: update.requestId })
  assert.deepInclude(result.outcome, outcome)
})

/** It is over with this last status. */
export const fails = Effect.fnUntraced(function* (world: World, update: Update, status: Status) {
  yield* tells(world, update, status)
  yield* ends(update, { _tag: "Failed", reason: status })
})

/** The station restarts: the connection drops, it boots for the update, and its connectors are Available. Which ends nothing. */
export const restarts = Effect.fnUntraced(function* (world: World, update: Update) {
  yield* runs(world, update, "InstallRebooting")
  yield* world.dropsOut
  yield* booted(world, "FirmwareUpdate")
  yield* runs(world, update, "InstallRebooting")
  const { firmwareManagement } = (yield* world.view).mirror
  assert.strictEqual(findFirmwareUpdate(firmwareManagement, update.requestId)?.boot?.reason, "FirmwareUpdate")
})

/** After the restart: Installed. */
export const installs = Effect.fnUntraced(function* (world: World, update: Update) {
  yield* restarts(world, update)
  yield* tells(world, update, "Installed")
  yield* ends(update, { _tag: "Complete" })
})

/** CS → CSMS SecurityEventNotification; answered, and the CSMS knows which update it goes with. */
export const reportsSecurity = Effect.fnUntraced(function* (world: World, { requestId }: Update, type: string) {
  const event = { type, timestamp: yield* world.now }
  assert.deepStrictEqual<unknown>(yield* world.cs.call("SecurityEventNotification", event), {})
  const { firmwareManagement } = (yield* world.view).mirror
  const update = findFirmwareUpdate(firmwareManagement, requestId)
  assert.deepStrictEqual<unknown>(update?.securityEvents, [event])
})

/** MD5 of the image that a local controller publishes. */
export const checksum = "9e107d9d372bb6826bd81d3542a419d6"

/** CSMS → CS PublishFirmware; accepted, and told of with these statuses; gives how it ends for the operator. */
export const publishes = Effect.fnUntraced(function* (world: World, ...statuses: ReadonlyArray<PublishStatus>) {
  const { location } = firmware
  const operation = yield* world.starts(FirmwareManagement.publishFirmware(world.station, { location, checksum }))
  const { answer, request } = yield* world.cs.asked("PublishFirmware")
  const { requestId } = request
  assert.deepStrictEqual(request, { requestId, location, checksum })
  yield* answer({ status: "Accepted" })
  const { ended } = yield* Fiber.join(operation)
  for (const status of statuses) {
    const at = status === "Published" && { location: [`${controller}1`, `${controller}2`] as [string, string] }
    assert.deepStrictEqual<unknown>(
      yield* world.cs.call("PublishFirmwareStatusNotification", { requestId, status, ...at }),
      {}
    )
  }
  const outcome: object = (yield* Effect.orDie(ended)).outcome
  return { outcome, requestId }
})

/** Where the local controller publishes. */
export const controller = "http://10.0.0.1/fw-"
