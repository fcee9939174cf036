/** Block N, customer information: TC_N_27 to 32, 46, 62, 63. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert } from "@effect/vitest"
import { Diagnostics, LocalAuthorizationList } from "@wattline/ocpp-core"
import type { CaseId, OcaCase } from "./OcaCase.ts"
import { tokens } from "./ReferenceCsms.ts"
import { accepted } from "./states.ts"
import type { World } from "./World.ts"

const { a: idToken } = tokens

/** The operator asks; the station accepts, and says `texts` part by part, each answered empty. */
const asks = Effect.fnUntraced(function* (
  world: World,
  customer: Diagnostics.Customer,
  options: Diagnostics.CustomerInformationOptions,
  ...texts: ReadonlyArray<string>
) {
  const { clear = false, report = true } = options
  const asking = yield* world.starts(Diagnostics.customerInformation(world.station, customer, options))
  const { answer, request } = yield* world.cs.asked("CustomerInformation")
  const { requestId } = request
  assert.deepStrictEqual<unknown>(request, { requestId, report, clear, ...customer })
  yield* answer({ status: "Accepted" })
  for (const [seqNo, data] of texts.entries()) {
    const part = { requestId, seqNo, tbc: seqNo < texts.length - 1, data, generatedAt: yield* world.now }
    assert.deepStrictEqual<unknown>(yield* world.cs.call("NotifyCustomerInformation", part), {})
  }
  return asking
})

/** The operator gets everything that the station has to say. */
const learns = Effect.fnUntraced(function* (
  world: World,
  customer: Diagnostics.Customer,
  options: Diagnostics.CustomerInformationOptions,
  ...texts: ReadonlyArray<string>
) {
  yield* accepted(world)
  const outcome = yield* Fiber.join(yield* asks(world, customer, options, ...texts))
  assert.deepInclude(outcome, { status: "Complete", data: texts.join(""), cleared: options.clear === true })
})

const found = ["Name: Jane Doe, ", "phone: 0123"]
const none = ["no such customer"]

/** A station without a local list: nobody has to be taken out of it. */
const clearing = { clear: true, localList: false }

const core = (
  number: number,
  title: string,
  requirements: ReadonlyArray<string>,
  run: OcaCase["run"],
  certification = "M"
): OcaCase => ({ id: `TC_N_${number}_CSMS` satisfies CaseId, title, certification, requirements, run })

const certificate = {
  hashAlgorithm: "SHA256",
  issuerNameHash: "d8ea7d0b3cd0d1cc5bd57ed1a2b8f8f0a2d5d6b6d2f8f3a5f1d6b9e4c7a1b2c3",
  issuerKeyHash: "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
  serialNumber: "3039"
} as const

/** The cases, in the order of the standard. */
export const customers: ReadonlyArray<OcaCase> = [
  core(27, "a customer is reported", ["N09.FR.01", "N09.FR.04"], (world) => learns(world, { idToken }, {}, ...found)),
  core(28, "a customer is reported, of whom there is nothing", ["N09.FR.01", "N09.FR.04"], (world) =>
    learns(world, { idToken }, {}, ...none)
  ),
  core(
    29,
    "a report of a customer is rejected",
    ["N09.FR.01", "N09.FR.03", "N09.FR.04"],
    Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const asking = yield* world.starts(Diagnostics.customerInformation(world.station, { idToken }))
      const { answer, request } = yield* world.cs.asked("CustomerInformation")
      assert.deepInclude(request, { report: true, clear: false, idToken })
      yield* answer({ status: "Rejected" })
      assert.deepInclude(yield* Fiber.join(asking), { status: "Rejected", data: "" })
    })
  ),
  core(30, "a customer is reported and cleared", ["N10.FR.03", "N10.FR.08"], (world) =>
    learns(world, { idToken }, clearing, ...found)
  ),
  core(31, "a customer is reported and cleared, of whom there is nothing", ["N10.FR.04", "N10.FR.08"], (world) =>
    learns(world, { idToken }, clearing, ...none)
  ),
  core(32, "a customer is cleared without a report", ["N10.FR.06", "N10.FR.08"], (world) =>
    learns(world, { idToken }, { ...clearing, report: false }, "done")
  ),
  core(
    46,
    "a customer is cleared, and taken out of the local list",
    ["N10.FR.02", "N10.FR.08", "D01.FR.01", "D01.FR.06", "D01.FR.18"],
    Effect.fnUntraced(function* (world) {
      yield* accepted(world)
      const version = LocalAuthorizationList.getListVersion(world.station)
      yield* world.operated(version, "GetLocalListVersion", {}, { versionNumber: 3 })
      const asking = yield* asks(world, { idToken }, { clear: true }, ...found)
      const localAuthorizationList = [{ idToken }]
      const update = { versionNumber: 4, updateType: "Differential" as const, localAuthorizationList }
      yield* world.cs.answers("SendLocalList", update, { status: "Accepted" })
      const { cleared, localList } = yield* Fiber.join(asking)
      assert.deepStrictEqual([cleared, localList?._tag], [true, "Sent"])
      assert.strictEqual((yield* world.view).mirror.localAuthorizationList.versionNumber, 4)
    }),
    "M LALM"
  ),
  core(
    62,
    "a customer is reported and cleared by customerIdentifier",
    ["N10.FR.08"],
    (world) => learns(world, { customerIdentifier: "OpenChargeAlliance" }, { clear: true }, ...found),
    "C(C-14)"
  ),
  core(
    63,
    "a customer is reported and cleared by customerCertificate",
    ["N10.FR.08", "N10.FR.09"],
    (world) => learns(world, { customerCertificate: certificate }, { clear: true }, ...found),
    "C(ISO-4) ISO 15118"
  )
]
