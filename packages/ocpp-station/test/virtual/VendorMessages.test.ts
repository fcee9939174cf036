import { expect, it } from "vitest"
import type { StandardSchema } from "@wattline/ocpp-core"
import { vendorMessage, VendorMessages } from "../../src/virtual/VendorMessages.ts"
import { FakeStation } from "./jobs.support.ts"

const colour = (isAsync: boolean): StandardSchema<{ readonly colour: string }> => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const given: unknown = (value as { readonly colour?: unknown } | undefined)?.colour
      const result =
        typeof given === "string" ? { value: { colour: given } } : { issues: [{ message: "no", path: ["colour"] }] }
      return isAsync ? Promise.resolve(result) : result
    }
  }
})

const made = (isAsync = false) => {
  const fake = new FakeStation()
  fake.part = new VendorMessages(fake.station, [
    vendorMessage({
      vendorId: "com.example",
      messageId: "SetLamp",
      schema: colour(isAsync),
      handler: (data, { identity }) => ({ status: "Accepted", data: [identity, data.colour] })
    }),
    vendorMessage({ vendorId: "com.example", handler: (data) => ({ status: "Rejected", data }) })
  ])
  return fake
}

it.each([false, true])("P01.FR.07: a handler decides on data that fits its schema (async %s)", async (isAsync) => {
  const fake = made(isAsync)
  const request = { vendorId: "com.example", messageId: "SetLamp" }
  expect(await fake.ask("DataTransfer", { ...request, data: { colour: "red" } })).toStrictEqual({
    status: "Accepted",
    data: ["CS-1", "red"]
  })
  expect(await fake.ask("DataTransfer", { ...request, data: { colour: 1 } })).toStrictEqual({
    status: "Rejected",
    statusInfo: { reasonCode: "InvalidValue", additionalInfo: "/colour" }
  })
})

it("P01.FR.05, P01.FR.06: an unknown vendor and an unknown message are told apart, ids compare case-sensitively", async () => {
  const fake = made()
  expect(await fake.ask("DataTransfer", { vendorId: "org.example" })).toStrictEqual({ status: "UnknownVendorId" })
  expect(await fake.ask("DataTransfer", { vendorId: "com.Example" })).toStrictEqual({ status: "UnknownVendorId" })
  expect(await fake.ask("DataTransfer", { vendorId: "com.example", messageId: "setLamp" })).toStrictEqual({
    status: "UnknownMessageId"
  })
})

it("P01.FR.03: a message without messageId has its own handler", async () => {
  expect(await made().ask("DataTransfer", { vendorId: "com.example", data: 7 })).toStrictEqual({
    status: "Rejected",
    data: 7
  })
})
