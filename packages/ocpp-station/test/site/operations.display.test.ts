/** Blocks O and P: texts on the display, messages of vendors. */
import { assert } from "@effect/vitest"
import { CustomData, DataTransfer, DisplayMessage } from "@wattline/ocpp-core"
import { Effect } from "effect"
import { vendorMessage } from "../../src/virtual/VendorMessages.ts"
import { at, charging, failure, pass, within } from "./Observed.ts"
import { tryOperations } from "./tryOperations.ts"

const text = (content: string) => ({ format: "UTF8", language: "en", content }) as const
const normal = (content: string) => ({ priority: "NormalCycle", message: text(content) }) as const

tryOperations("DisplayMessage", DisplayMessage, {
  setDisplayMessage: {
    "O01.FR.01, O02: for the station, for a transaction; gone with it and with its time": {
      run: (site) =>
        Effect.gen(function* () {
          const { controls, station } = site
          const transactionId = yield* charging(site)
          const set = (message: Parameters<typeof DisplayMessage.setDisplayMessage>[1]) =>
            Effect.map(within(DisplayMessage.setDisplayMessage(station, message)), ({ _tag }) => _tag)
          assert.strictEqual(yield* set(normal("Hello")), "Accepted")
          assert.strictEqual(yield* set({ ...normal("Yours"), transactionId }), "Accepted")
          assert.strictEqual(yield* set({ ...normal("Soon over"), endDateTime: at(300) }), "Accepted")
          assert.lengthOf(controls.display.messages(), 3)
          controls.present({ idToken: "A", type: "ISO14443" }, 1)
          yield* pass(300)
          controls.unplug(1)
          assert.deepStrictEqual(
            controls.display.messages().map(({ message }) => message.content),
            ["Hello"]
          )
        })
    },
    "O01.FR.05, O-3: the same id replaces, and so does another AlwaysFront": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          for (const content of ["one", "two"])
            yield* within(DisplayMessage.setDisplayMessage(station, { ...normal(content), id: 4 }))
          for (const content of ["first", "second"])
            yield* within(
              DisplayMessage.setDisplayMessage(station, { priority: "AlwaysFront", message: text(content) })
            )
          assert.sameMembers(
            controls.display.messages().map(({ message }) => message.content),
            ["two", "second"]
          )
        })
    },
    "O01.FR.02, O02.FR.01: what the station cannot show is refused for its reason": {
      station: { display: { states: ["Idle"] } },
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const set = (more: object) =>
            Effect.map(
              within(DisplayMessage.setDisplayMessage(station, { ...normal("x"), ...more }, { allow: "All" })),
              ({ _tag }) => _tag
            )
          assert.strictEqual(yield* set({ state: "Charging" }), "NotSupportedState")
          assert.strictEqual(yield* set({ transactionId: "nothing" }), "UnknownTransaction")
          assert.strictEqual(yield* set({ endDateTime: at(-3600) }), "Rejected")
          assert.deepStrictEqual(controls.display.messages(), [])
          const past = DisplayMessage.setDisplayMessage(station, { ...normal("x"), endDateTime: at(-3600) })
          assert.strictEqual((yield* failure(past))?._tag, "CheckFailed")
        })
    }
  },
  getDisplayMessages: {
    "O03, O04: all of them, some of them, none": {
      station: { display: { messagesPerPart: 2 } },
      run: ({ station }) =>
        Effect.gen(function* () {
          assert.deepStrictEqual((yield* within(DisplayMessage.getDisplayMessages(station))).messages, [])
          for (const content of ["one", "two", "three", "four", "five"])
            yield* within(DisplayMessage.setDisplayMessage(station, normal(content)))
          yield* within(DisplayMessage.setDisplayMessage(station, { priority: "InFront", message: text("six") }))
          const all = yield* within(DisplayMessage.getDisplayMessages(station))
          assert.strictEqual(all.outcome._tag, "Complete")
          assert.lengthOf(all.messages, 6)
          const some = yield* within(DisplayMessage.getDisplayMessages(station, { priority: "InFront" }))
          assert.deepStrictEqual(
            some.messages.map(({ message }) => message.content),
            ["six"]
          )
          const none = yield* within(DisplayMessage.getDisplayMessages(station, { priority: "AlwaysFront" }))
          assert.deepInclude(none.response, { status: "Unknown" })
        })
    }
  },
  clearDisplayMessage: {
    "O05.FR.01, O05.FR.02: Accepted once, then Unknown": {
      run: ({ controls, station }) =>
        Effect.gen(function* () {
          const { id } = yield* within(DisplayMessage.setDisplayMessage(station, normal("one")))
          for (const tag of ["Accepted", "Unknown"])
            assert.strictEqual((yield* within(DisplayMessage.clearDisplayMessage(station, id)))._tag, tag)
          assert.deepStrictEqual(controls.display.messages(), [])
        })
    }
  }
})

const anything = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) }
} as const

const lamp = vendorMessage({
  vendorId: "com.example",
  messageId: "Lamp",
  handler: (data) => ({ status: "Accepted", data })
})

tryOperations("DataTransfer", DataTransfer, {
  extension: {
    "P02.FR.01: what a station sends of its vendor's is decided on": {
      handlers: {
        dataTransfer: [
          DataTransfer.extension({
            vendorId: "com.example",
            messageId: "Spot",
            schema: anything,
            handler: (data) => Effect.succeed({ status: "Accepted" as const, data })
          })
        ]
      },
      run: ({ controls }) =>
        Effect.gen(function* () {
          const answers: Array<unknown> = []
          for (const vendorId of ["com.example", "org.example"])
            controls.client.call("DataTransfer", { vendorId, messageId: "Spot", data: 4 }, (outcome) => {
              answers.push(outcome._tag === "Success" ? outcome.value : outcome)
            })
          yield* pass(2)
          assert.deepStrictEqual(answers[0], { status: "Accepted", data: 4 })
          assert.deepInclude(answers[1], { status: "UnknownVendorId" })
        })
    }
  },
  isReversedDns: {
    "P-2: tells a vendorId that is a name turned round": {
      run: () =>
        Effect.sync(() => {
          assert.isTrue(DataTransfer.isReversedDns("com.example"))
          assert.isFalse(DataTransfer.isReversedDns("Example"))
        })
    }
  },
  send: {
    "P01.FR.05, P01.FR.06: the four answers": {
      station: { vendorMessages: [lamp] },
      run: ({ station }) =>
        Effect.gen(function* () {
          const send = (vendorId: string, messageId?: string) =>
            within(DataTransfer.send(station, { vendorId, ...(messageId && { messageId }), data: { lamp: 1 } }))
          assert.deepStrictEqual(yield* send("com.example", "Lamp"), { _tag: "Accepted", data: { lamp: 1 } })
          assert.strictEqual((yield* send("com.example", "lamp"))._tag, "UnknownMessageId")
          assert.strictEqual((yield* send("org.example", "Lamp"))._tag, "UnknownVendorId")
        })
    },
    "P01.FR.05: a station without vendors knows none": {
      run: ({ station }) =>
        Effect.gen(function* () {
          const sent = DataTransfer.send(station, { vendorId: "com.example" })
          assert.strictEqual((yield* within(sent))._tag, "UnknownVendorId")
        })
    }
  }
})

let price: string | undefined
let told: unknown

tryOperations("CustomData", CustomData, {
  read: {
    "R-204: a virtual station adds none, and one that adds some is read": {
      handlers: {
        DataTransfer: (request) =>
          Effect.sync(() => {
            told = CustomData.read(request, "com.example", anything)
            return { status: "Accepted" as const }
          })
      },
      run: ({ controls }) =>
        Effect.gen(function* () {
          const customData = { vendorId: "com.example", parkingSpot: 4 }
          controls.client.call("DataTransfer", { vendorId: "com.example", customData })
          yield* pass(2)
          assert.deepStrictEqual(told, { _tag: "Valid", value: customData })
        })
    }
  },
  textOf: {
    "P-5: the digits as the station wrote them": {
      handlers: {
        DataTransfer: (_request, context) =>
          Effect.sync(() => {
            price = CustomData.textOf(context, "data", "price")
            return { status: "Accepted" as const }
          })
      },
      run: ({ controls }) =>
        Effect.gen(function* () {
          controls.client.call("DataTransfer", { vendorId: "com.example", data: { price: 1.1 } })
          yield* pass(2)
          assert.strictEqual(price, "1.1")
        })
    }
  }
})
