import { assert, describe, it } from "@effect/vitest"
import { type DeflateOffer, deflateOffers, offerText } from "../../src/adapter/DeflateOffer.ts"

const bare: DeflateOffer = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: undefined,
  clientMaxWindowBits: undefined
}

describe("deflateOffers", () => {
  it("R-009: reads every parameter, quoted or not", () => {
    assert.deepStrictEqual(
      deflateOffers(
        'permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits="9"'
      ),
      [
        { ...bare, clientMaxWindowBits: 15, serverMaxWindowBits: 10 },
        {
          clientMaxWindowBits: 9,
          serverMaxWindowBits: undefined,
          clientNoContextTakeover: true,
          serverNoContextTakeover: true
        }
      ]
    )
  })

  const malformed = [
    "",
    ";;",
    '"',
    "x-webkit-deflate-frame",
    "permessage-deflate; nonsense",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; client_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=16",
    "permessage-deflate; client_no_context_takeover=1",
    "permessage-deflate; client_no_context_takeover; client_no_context_takeover"
  ]
  for (const header of malformed) {
    it(`R-010: ${JSON.stringify(header)} is no offer`, () => {
      assert.deepStrictEqual(deflateOffers(header), [])
    })
  }

  it("R-010: a malformed offer leaves the next one alone", () => {
    assert.deepStrictEqual(deflateOffers("permessage-deflate; nonsense, permessage-deflate"), [bare])
  })
})

describe("offerText", () => {
  const flags = [false, true]
  const bits = [undefined, 8, 10, 15]
  it("R-009: writes what deflateOffers reads, with every parameter and without", () => {
    const offers = flags.flatMap((serverNoContextTakeover) =>
      flags.flatMap((clientNoContextTakeover) =>
        bits.flatMap((serverMaxWindowBits) =>
          bits.map((clientMaxWindowBits) => ({
            serverNoContextTakeover,
            clientNoContextTakeover,
            serverMaxWindowBits,
            clientMaxWindowBits
          }))
        )
      )
    )
    assert.deepStrictEqual(deflateOffers(offers.map(offerText).join(", ")), offers)
  })
})
