import { expect, expectTypeOf, it } from "vitest"
import { CustomData, type StandardSchema } from "../../src/index.ts"
import { andThen, createCsms, dataTransferExtension, type PromiseHandlers } from "../../src/promise.ts"
import { InProcess } from "./InProcess.ts"

/** A validator without a library: data is `{ level: number }`. */
const level: StandardSchema<{ readonly level: number }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "object" && value !== null && "level" in value && typeof value.level === "number"
        ? { value: { level: value.level } }
        : { issues: [{ message: "no level", path: [{ key: "level" }] }] }
  }
}

const started = async (handlers: PromiseHandlers) => {
  const ws = new InProcess()
  const csms = await createCsms({ transports: [ws.transport], handlers })
  await csms.addStation({ identity: "CS-1", securityProfile: 0 })
  return { fake: ws.boot("CS-1"), [Symbol.asyncDispose]: () => csms.close() }
}

const vendorId = "com.example"

it("P-1, P-2, R-204: plain and async functions decide on vendors' messages, with typed data", async () => {
  let followed = 0
  await using given = await started({
    dataTransfer: [
      dataTransferExtension({
        vendorId,
        messageId: "SetLevel",
        schema: level,
        handler: (data, { request, station, text }) => {
          expectTypeOf(data).toEqualTypeOf<{ readonly level: number }>()
          const source = CustomData.textOf({ text }, "data", "level")
          return { status: "Accepted", data: [station.identity, request.messageId ?? null, data.level, source ?? null] }
        }
      }),
      dataTransferExtension({
        vendorId,
        handler: async (data) => {
          expectTypeOf(data).toEqualTypeOf<unknown>()
          return andThen({ status: "Rejected" }, () => followed++)
        }
      })
    ]
  })
  const { fake } = given
  fake.say(`[2,"a","DataTransfer",{"vendorId":"${vendorId}","messageId":"SetLevel","data":{"level":1.10}}]`)
  expect(fake.answerTo("a")).toEqual([{ status: "Accepted", data: ["CS-1", "SetLevel", 1.1, "1.10"] }])
  const wrong = fake.call("DataTransfer", { vendorId, messageId: "SetLevel", data: {} })
  const statusInfo = { reasonCode: "InvalidValue", additionalInfo: "/level" }
  expect(fake.answerTo(wrong)).toEqual([{ status: "Rejected", statusInfo }])
  expect(fake.answerTo(fake.call("DataTransfer", { vendorId: "org.other" }))).toEqual([{ status: "UnknownVendorId" }])
  expect(fake.answerTo(fake.call("DataTransfer", { vendorId, messageId: "x" }))).toEqual([
    { status: "UnknownMessageId" }
  ])
  const later = fake.call("DataTransfer", { vendorId, data: 1 })
  await new Promise((done) => setTimeout(done, 5))
  expect(fake.answerTo(later)).toEqual([{ status: "Rejected" }])
  expect(followed).toBe(1)
})
