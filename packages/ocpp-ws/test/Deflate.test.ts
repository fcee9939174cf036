import { assert, describe, it } from "@effect/vitest"
import { servableOffers } from "../src/Deflate.ts"

const names = (text: string): ReadonlyArray<string> => text.match(/[a-z_]+_(?:takeover|bits)/g) ?? []

describe("servableOffers", () => {
  const served: ReadonlyArray<readonly [string, string]> = [
    ["permessage-deflate", "permessage-deflate"],
    ["permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=12"],
    ["permessage-deflate; client_max_window_bits=15", "permessage-deflate; client_max_window_bits=12"],
    ["permessage-deflate; client_max_window_bits=10", "permessage-deflate"],
    ["permessage-deflate; client_max_window_bits=8", "permessage-deflate"],
    ['permessage-deflate;server_max_window_bits="10"', "permessage-deflate; server_max_window_bits=10"],
    [
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    ],
    ["x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"],
    ["permessage-deflate; server_max_window_bits=8, permessage-deflate", "permessage-deflate"],
    ["permessage-deflate; mux, permessage-deflate", "permessage-deflate"]
  ]
  for (const [offer, expected] of served) {
    it(`R-009: ${offer} is served as ${expected}`, () => {
      assert.strictEqual(servableOffers(offer, 12), expected)
    })
  }

  for (const offer of [
    "",
    "x-webkit-deflate-frame",
    "Permessage-Deflate",
    "permessage-deflate; server_max_window_bits=8",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
    "permessage-deflate; unknown",
    "permessage-deflate;;",
    "permessage-deflate; client_max_window_bits=x"
  ]) {
    it(`R-010: ${JSON.stringify(offer)} is served uncompressed`, () => {
      assert.isUndefined(servableOffers(offer, 12))
    })
  }

  it("R-009: a parameter that was not offered is never answered", () => {
    for (const [offer, expected] of served) {
      for (const name of names(expected)) assert.include(names(offer), name)
    }
  })

  it("R-011: 15 window bits ask nothing of a station", () => {
    assert.strictEqual(servableOffers("permessage-deflate; client_max_window_bits", 15), "permessage-deflate")
  })
})
