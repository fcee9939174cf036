/** Operations of block N: logs. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Csms, Diagnostics, Jobs, type Station } from "../../src/index.ts"
import { basic, begin, booted, connected, lastRequestId, Recorder, settle } from "../csms/support.ts"
import { TestStore } from "../csms/TestStore.ts"
import type { FakeStation } from "../support/FakeStation.ts"
import { logEndpoint } from "./logEndpoint.ts"

const log = { remoteLocation: "https://logs:s3cret@files.example/CS-1/?sig=t0ken" }

/** A log that was asked for, and the answer. */
const asked = Effect.fnUntraced(function* (
  { fake, station }: { readonly fake: FakeStation; readonly station: Station },
  status = "Accepted",
  more: object = {}
) {
  const operation = yield* begin(Diagnostics.getLog(station, { logType: "DiagnosticsLog", log, ...more }))
  fake.reply({ status, ...(status !== "Rejected" && { filename: "CS-1.log" }) })
  return yield* Fiber.join(operation)
})

const tells = (fake: FakeStation, requestId: number | undefined, ...statuses: ReadonlyArray<string>) => {
  for (const status of statuses)
    assert.deepStrictEqual(
      fake.answerTo(fake.call("LogStatusNotification", { status, ...(requestId && { requestId }) })),
      [{}]
    )
}

describe("getLog", () => {
  it.effect(
    "TC_N_25_CSMS, N-1, N01.FR.01: sends what it is given with a new requestId, and follows it to Uploaded",
    () =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const window = { oldestTimestamp: "2026-01-01T00:00:00Z", latestTimestamp: "2026-01-02T00:00:00Z" }
        const more = { log: { ...log, ...window }, retries: 3, retryInterval: 60 }
        const { ended, ...answer } = yield* asked({ fake, station }, "Accepted", more)
        const requestId = lastRequestId(fake)
        assert.deepStrictEqual(fake.lastCall.slice(2), ["GetLog", { requestId, logType: "DiagnosticsLog", ...more }])
        assert.deepStrictEqual<unknown>(answer, { status: "Accepted", filename: "CS-1.log", requestId })
        tells(fake, requestId, "Uploading", "Uploading", "Uploaded")
        assert.deepStrictEqual((yield* ended).outcome, { _tag: "Complete", message: { status: "Uploaded", requestId } })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_N_34_CSMS, N-1, N01.FR.05: Rejected is a value, and the end", () =>
    Effect.gen(function* () {
      const { ended, status } = yield* asked(yield* booted(), "Rejected")
      assert.strictEqual(status, "Rejected")
      assert.deepStrictEqual((yield* ended).outcome, { _tag: "Failed", reason: "Rejected" })
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect.each(["BadMessage", "NotSupportedOperation", "PermissionDenied", "UploadFailure"])(
    "N-1, N01.FR.09: %s ends it",
    (status) =>
      Effect.gen(function* () {
        const { fake, station } = yield* booted()
        const { ended, requestId } = yield* asked({ fake, station })
        tells(fake, requestId, "Uploading", status)
        assert.deepInclude((yield* ended).outcome, { _tag: "Failed", reason: status })
      }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("N-2, N01.FR.13: Idle, a missing and an unknown requestId are answered, and belong to no upload", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const { ended, requestId } = yield* asked({ fake, station })
      const end = yield* begin(ended)
      tells(fake, undefined, "Idle", "Uploaded")
      tells(fake, requestId, "Idle")
      tells(fake, requestId + 1, "Uploaded")
      yield* settle
      assert.isUndefined(end.pollUnsafe())
      tells(fake, requestId, "Uploaded")
      assert.strictEqual((yield* Fiber.join(end)).outcome._tag, "Complete")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_N_36_CSMS, N-3, N01.FR.12: AcceptedCanceled as an answer ends the upload before", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* asked({ fake, station })
      const second = yield* asked({ fake, station }, "AcceptedCanceled")
      assert.deepStrictEqual((yield* first.ended).outcome, { _tag: "Cancelled", by: second.requestId })
      tells(fake, first.requestId, "AcceptedCanceled")
      tells(fake, second.requestId, "Uploading", "Uploaded")
      assert.strictEqual((yield* second.ended).outcome._tag, "Complete")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("TC_N_36_CSMS, N-3, N01.FR.20: as a status it ends the upload it names, also before the answer", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const first = yield* asked({ fake, station })
      const operation = yield* begin(Diagnostics.getLog(station, { logType: "SecurityLog", log }))
      tells(fake, first.requestId, "AcceptedCanceled")
      assert.deepStrictEqual((yield* first.ended).outcome, { _tag: "Cancelled" })
      fake.reply({ status: "AcceptedCanceled" })
      const second = yield* Fiber.join(operation)
      tells(fake, second.requestId, "Uploaded")
      assert.strictEqual((yield* second.ended).outcome._tag, "Complete")
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("N-1: a location that is no URL or too long, and a window that ends before it begins, are not sent", () =>
    Effect.gen(function* () {
      const { fake, station } = yield* booted()
      const broken = (more: object) =>
        Effect.map(
          Effect.flip(Diagnostics.getLog(station, { logType: "SecurityLog", log: { ...log, ...more } })),
          (failure) => {
            assert.notInclude(JSON.stringify(failure), "s3cret")
            return failure._tag === "CheckFailed" ? failure.broken.map(({ rule }) => rule) : failure
          }
        )
      assert.deepStrictEqual(yield* broken({ remoteLocation: "s3cret" }), ["N-1"])
      assert.deepStrictEqual(yield* broken({ remoteLocation: log.remoteLocation.padEnd(513, "x") }), ["N-1"])
      const window = { oldestTimestamp: "2026-01-02T00:00:00Z", latestTimestamp: "2026-01-01T00:00:00Z" }
      assert.deepStrictEqual(yield* broken(window), ["N-1"])
      assert.lengthOf(fake.calls, 0)
    }).pipe(Effect.provide(Csms.layer()))
  )

  it.effect("CE-8, A-14: an upload is followed over a restart of the CSMS; no URL is told or stored", () =>
    Effect.gen(function* () {
      const store = new TestStore()
      const requestId = yield* store.csms(
        Effect.gen(function* () {
          const recorder = yield* Recorder.start
          const { fake, station } = yield* booted()
          const upload = yield* asked({ fake, station })
          tells(fake, upload.requestId, "Uploading")
          yield* settle
          const seen = JSON.stringify([recorder.events, yield* station.snapshot, [...store.texts.values()]])
          for (const secret of ["s3cret", "t0ken"]) assert.notInclude(seen, secret)
          fake.vanish()
          return upload.requestId
        })
      )
      yield* store.csms(
        Effect.gen(function* () {
          const { fake, station } = yield* connected()
          const end = yield* begin(Jobs.follow(station, "Log", requestId))
          tells(fake, requestId, "Uploaded")
          assert.strictEqual((yield* Fiber.join(end)).outcome._tag, "Complete")
        })
      )
    })
  )
})

describe("N-4: an upload endpoint", () => {
  const over = (method: string, location: string, password?: string) =>
    Effect.promise(async () => {
      const { origin, password: own, pathname, username } = new URL(location)
      const { status } = await fetch(`${origin}${pathname}CS-1.log`, {
        method,
        body: method === "GET" ? null : `log by ${method}`,
        headers: { authorization: basic(decodeURIComponent(username), password ?? decodeURIComponent(own)) }
      })
      return status
    })

  it.live.each(["PUT", "POST"])(
    "N-4, N01.FR.14, N01.FR.17, N01.FR.18: takes %s, with the password of this upload",
    (method) =>
      Effect.gen(function* () {
        const endpoint = yield* logEndpoint
        const { remoteLocation, upload } = endpoint.expect("CS-1")
        const { fake, station } = yield* booted()
        const operation = yield* begin(Diagnostics.getLog(station, { logType: "SecurityLog", log: { remoteLocation } }))
        const { log: target, requestId } = fake.lastCall[3] as { log: typeof log; requestId: number }
        fake.reply({ status: "Accepted", filename: "CS-1.log" })
        const { ended, filename } = yield* Fiber.join(operation)
        assert.strictEqual(yield* over(method, target.remoteLocation, "the OCPP password"), 401)
        assert.strictEqual(yield* over(method, target.remoteLocation), 201)
        tells(fake, requestId, "Uploaded")
        assert.strictEqual((yield* ended).outcome._tag, "Complete")
        assert.strictEqual(upload.files.get(filename ?? ""), `log by ${method}`)
        endpoint.forget("CS-1")
        assert.strictEqual(yield* over(method, target.remoteLocation), 401)
        assert.strictEqual(yield* over("GET", target.remoteLocation), 405)
      }).pipe(Effect.provide(Csms.layer()), Effect.scoped)
  )
})
