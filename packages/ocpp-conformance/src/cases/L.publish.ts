/** Block L, images of a local controller: TC_L_17, 19 to 24. */
import * as Effect from "effect/Effect"
import { assert } from "@effect/vitest"
import { FirmwareManagement, findPublishedFirmware, type Messages } from "@wattline/ocpp-core"
import { checksum, controller, publishes } from "./L.steps.ts"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import { accepted } from "./states.ts"

type PublishStatus = Messages["PublishFirmwareStatusNotification"]["request"]["status"]

const certification = "not certified"

/** A case in which publishing ends with the last of these statuses. */
const failing = (
  id: CaseId,
  title: string,
  requirement: string,
  ...statuses: readonly [...ReadonlyArray<PublishStatus>, PublishStatus]
): OcaCase => ({
  id,
  title,
  certification,
  requirements: [requirement],
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    const { outcome } = yield* publishes(world, ...statuses)
    assert.deepInclude(outcome, { _tag: "Failed", reason: statuses.at(-1) })
    assert.deepStrictEqual((yield* world.view).mirror.firmwareManagement.published, [])
  })
})

/** A case in which an image is to be published no longer. */
const unpublishing = (
  id: CaseId,
  title: string,
  requirements: ReadonlyArray<string>,
  status: Messages["UnpublishFirmware"]["response"]["status"]
): OcaCase => ({
  id,
  title,
  certification,
  requirements,
  run: Effect.fnUntraced(function* (world) {
    yield* accepted(world)
    const operation = FirmwareManagement.unpublishFirmware(world.station, checksum)
    const outcome = yield* world.operated(operation, "UnpublishFirmware", { checksum }, { status })
    assert.deepStrictEqual(outcome, { status })
  })
})

/** The cases, in the order of the standard. */
export const publishedFirmware: ReadonlyArray<OcaCase> = [
  {
    id: "TC_L_17_CSMS",
    title: "an image is published",
    certification,
    requirements: ["L03.FR.01", "L03.FR.04", "L03.FR.09"],
    run: Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const { outcome, requestId } = yield* publishes(
        world,
        "Downloading",
        "Downloaded",
        "ChecksumVerified",
        "Published"
      )
      const locations = [`${controller}1`, `${controller}2`]
      assert.deepStrictEqual(outcome, {
        _tag: "Complete",
        message: { requestId, status: "Published", location: locations }
      })
      const { firmwareManagement } = (yield* world.view).mirror
      assert.deepStrictEqual(findPublishedFirmware(firmwareManagement, checksum)?.locations, locations)
    })
  },
  failing("TC_L_19_CSMS", "the checksum is wrong", "L03.FR.07", "Downloading", "Downloaded", "InvalidChecksum"),
  failing(
    "TC_L_20_CSMS",
    "publishing fails",
    "L03.FR.08",
    "Downloading",
    "Downloaded",
    "ChecksumVerified",
    "PublishFailed"
  ),
  unpublishing("TC_L_21_CSMS", "an image is unpublished", ["L04.FR.01", "L04.FR.02"], "Unpublished"),
  unpublishing("TC_L_22_CSMS", "there is no image to unpublish", ["L04.FR.03"], "NoFirmware"),
  unpublishing("TC_L_23_CSMS", "an image is being fetched, and stays", ["L04.FR.04"], "DownloadOngoing"),
  failing("TC_L_24_CSMS", "the image cannot be fetched to be published", "L03.FR.06", "Downloading", "DownloadFailed")
]
