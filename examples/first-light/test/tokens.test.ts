import { assert, it } from "vitest"
import { contractOf, withFleet } from "../src/tokens.ts"

it.each([
  ["04AA{n:4}", ["04AA0001", "04aa0200", "04AA12345"], ["04AA123", "04AA", "104AA0001", "04AA00010X", "DEAD0001"]],
  ["FLEET-{n}", ["FLEET-7", "fleet-1000"], ["FLEET-", "FLEET_7", "FLEET-x"]],
  ["A.B*{n}", ["A.B*1"], ["AxB*1", "A.BB1"]],
  ["04A2", ["04A2"], ["04A20"]]
])("%s stands for %j and not for %j", (template, some, others) => {
  const contracts = withFleet(template)
  for (const token of some) assert.strictEqual(contracts(token)?.status, "Accepted", token)
  for (const token of others) assert.isUndefined(contracts(token), token)
})

it("the contracts of the list stay as they are", () => {
  const contracts = withFleet("{n}DEAD00BEEF01")
  for (const token of ["04DEAD00BEEF01", "de-wtl-c00012345-6"])
    assert.strictEqual(contracts(token), contractOf(token), token)
})
