import type { IdTokenInfoType, SendLocalListRequest } from "@wattline/ocpp-v201"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { AuthorizationCache, type CacheRules } from "../../src/virtual/authorization/AuthorizationCache.ts"
import { bytesOf, listed, type LocalList, noList, updated } from "../../src/virtual/authorization/LocalList.ts"
import { card } from "./availability.support.ts"

const accepted: IdTokenInfoType = { status: "Accepted" }
const blocked: IdTokenInfoType = { status: "Blocked" }
const limits = { itemsPerMessage: 3, bytesPerMessage: 1000, entries: 4, bytes: Infinity }

const update = (
  versionNumber: number,
  updateType: "Full" | "Differential",
  ...tokens: ReadonlyArray<string | readonly [string, IdTokenInfoType | undefined]>
): SendLocalListRequest => ({
  versionNumber,
  updateType,
  ...(tokens.length > 0 && {
    localAuthorizationList: tokens.map((token) => {
      const [id, idTokenInfo] = typeof token === "string" ? [token, accepted] : token
      return idTokenInfo === undefined ? { idToken: card(id) } : { idToken: card(id), idTokenInfo }
    }) as never
  })
})

const after = (...requests: ReadonlyArray<SendLocalListRequest>): LocalList =>
  requests.reduce((list, request) => {
    const next = updated(list, request, limits)
    expect(next.status).toBe("Accepted")
    return next.list
  }, noList)

describe("SendLocalList", () => {
  it("D01.FR.15, TC_D_01: Full replaces the list, also with a lower version", () => {
    const list = after(update(5, "Full", "A", "B"), update(2, "Full", "C"))
    expect([list.versionNumber, list.entries.size, listed(list, card("c"))]).toEqual([2, 1, accepted])
  })

  it("D01.FR.04, TC_D_04: Full without a list clears it and sets the version", () => {
    const list = after(update(1, "Full", "A"), update(2, "Full"))
    expect([list.versionNumber, list.entries.size]).toEqual([2, 0])
  })

  it("D01.FR.16, D01.FR.17, TC_D_02, TC_D_03: Differential adds, changes and takes out", () => {
    const list = after(update(1, "Full", "A", "B"), update(2, "Differential", ["a", blocked], ["B", undefined], "C"))
    expect(["A", "B", "C"].map((token) => listed(list, card(token))?.status)).toEqual([
      "Blocked",
      undefined,
      "Accepted"
    ])
  })

  it("D01.FR.05: Differential without a list moves only the version", () => {
    const before = after(update(1, "Full", "A"))
    const list = after(update(1, "Full", "A"), update(9, "Differential"))
    expect(list).toEqual({ ...before, versionNumber: 9 })
  })

  it("D01.FR.19: Differential with a version that is not higher is a VersionMismatch", () => {
    const list = after(update(2, "Full", "A"))
    for (const version of [1, 2])
      expect(updated(list, update(version, "Differential", "B"), limits)).toEqual({ status: "VersionMismatch", list })
  })

  it.each([
    ["D01.FR.18: the version 0", update(0, "Full", "B")],
    ["D01.FR.06: a token that is there twice", update(3, "Differential", "B", "b")],
    ["D01.FR.11: more than ItemsPerMessage", update(3, "Full", "1", "2", "3", "4")],
    ["D01.FR.12: more than fit in the list", update(3, "Differential", "1", "2", "3")],
    ["D-4: a Full entry without idTokenInfo", update(3, "Full", ["B", undefined])],
    [
      "D01.FR.11: more than BytesPerMessage",
      update(3, "Full", ["B", { status: "Accepted", personalMessage: { format: "UTF8", content: "x".repeat(1000) } }])
    ]
  ])("%s has Failed, and changes nothing", (_, request) => {
    const list = after(update(2, "Full", "A", "Z"))
    expect(updated(list, request, limits)).toEqual({ status: "Failed", list })
  })

  it("D01.FR.12: more bytes than the list may have has Failed", () => {
    const list = after(update(1, "Full", "A"))
    const tight = { ...limits, bytes: bytesOf(list) }
    expect(updated(list, update(2, "Differential", ["A", accepted]), tight).status).toBe("Accepted")
    expect(updated(list, update(2, "Differential", "B"), tight).status).toBe("Failed")
  })

  const token = fc.constantFrom("A", "b", "B", "C", "D", "E")
  const info = fc.option(fc.constantFrom(accepted, blocked), { nil: undefined })
  const request = fc
    .tuple(
      fc.integer({ min: 0, max: 12 }),
      fc.constantFrom("Full" as const, "Differential" as const),
      fc.array(fc.tuple(token, info), { maxLength: 4 })
    )
    .map(([version, type, entries]) => update(version, type, ...entries))

  it("D01.FR.02, D01.FR.19: any updates leave the list as the Accepted ones make it, its version theirs", () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12, size: "max" }), (requests) => {
        let list = noList
        let model = new Map<string, string>()
        let version = 0
        for (const one of requests) {
          const { list: next, status } = updated(list, one, limits)
          const isUp = one.updateType === "Full" || one.versionNumber > version
          expect(status === "Accepted" ? isUp : next === list).toBe(true)
          if (status === "Accepted") {
            if (one.updateType === "Full") model = new Map()
            for (const { idToken, idTokenInfo } of one.localAuthorizationList ?? [])
              if (idTokenInfo === undefined) model.delete(idToken.idToken.toLowerCase())
              else model.set(idToken.idToken.toLowerCase(), idTokenInfo.status)
            version = one.versionNumber
          }
          list = next
          expect(list.versionNumber).toBe(version)
          expect(list.entries.size).toBe(model.size)
          expect(model.size).toBeLessThanOrEqual(limits.entries)
          for (const [id, state] of model) expect(listed(list, card(id))?.status).toBe(state)
        }
      })
    )
  })
})

describe("a cache that is full", () => {
  const rules = (policy: string, bytes: number): CacheRules => ({ lifeTime: 1000, bytes, policy })
  const one = (() => {
    const cache = new AuthorizationCache()
    cache.put(card("0"), accepted, 0, rules("LRU", 1000))
    return cache.bytes
  })()
  const filled = (policy: string) => {
    const cache = new AuthorizationCache()
    const three = rules(policy, one * 3)
    cache.put(card("1"), accepted, 1, three)
    cache.put(card("2"), accepted, 2, three)
    cache.put(card("3"), accepted, 3, three)
    return { cache, three }
  }
  const left = (cache: AuthorizationCache, now: number, three: CacheRules) =>
    ["1", "2", "3", "4"].filter((token) => cache.find(card(token), now, three) !== undefined)

  it("C10.FR.07: gives up what was used longest ago (LRU), least (LFU), or came first (FIFO)", () => {
    const gone = (policy: string) => {
      const { cache, three } = filled(policy)
      cache.find(card("1"), 4, three)
      cache.find(card("1"), 5, three)
      cache.find(card("2"), 6, three)
      cache.find(card("3"), 7, three)
      cache.find(card("3"), 8, three)
      cache.find(card("2"), 9, three)
      if (policy === "LFU") cache.find(card("2"), 10, three)
      if (policy === "LFU") cache.find(card("1"), 11, three)
      cache.put(card("4"), accepted, 20, three)
      return left(cache, 21, three)
    }
    expect(gone("LRU")).toEqual(["2", "3", "4"])
    expect(gone("LFU")).toEqual(["1", "2", "4"])
    expect(gone("FIFO")).toEqual(["2", "3", "4"])
  })

  it("C10.FR.07: gives up what is over or not Accepted first", () => {
    const { cache, three } = filled("LRU")
    cache.put(card("3"), { status: "Blocked" }, 5, { ...three, bytes: one * 4 })
    cache.put(card("4"), accepted, 6, three)
    expect(left(cache, 7, three)).toEqual(["1", "2", "4"])
  })

  it("C10.FR.07: is never larger than it may be, and always takes the newest", () => {
    const step = fc.record({
      token: fc.integer({ min: 0, max: 30 }),
      info: fc.constantFrom<IdTokenInfoType>(accepted, blocked, {
        ...accepted,
        groupIdToken: { idToken: "G", type: "Central" }
      }),
      policy: fc.constantFrom("LRU", "LFU", "FIFO")
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const cache = new AuthorizationCache()
        steps.forEach(({ info, policy, token }, now) => {
          cache.put(card(`${token}`), info, now, rules(policy, 300))
          expect(cache.bytes).toBeLessThanOrEqual(300)
          expect(cache.find(card(`${token}`), now, rules(policy, 300))).toEqual(info)
        })
        const total = Array.from({ length: 31 }, (_, token) => cache.delete(card(`${token}`)))
        expect([total.some(Boolean), cache.bytes]).toEqual([steps.length > 0, 0])
      })
    )
  })
})
