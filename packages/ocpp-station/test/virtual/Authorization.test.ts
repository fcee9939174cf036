import type { IdTokenInfoType, IdTokenType, Messages } from "@wattline/ocpp-v201"
import { describe, expect, it } from "vitest"
import type { Verdict } from "../../src/virtual/parts.ts"
import { at, booted, card, central } from "./availability.support.ts"

const accepted: IdTokenInfoType = { status: "Accepted" }
const blocked: IdTokenInfoType = { status: "Blocked" }
const unknown: IdTokenInfoType = { status: "Unknown" }

const made = () => {
  const station = booted()
  const { authorization, world } = station
  return {
    ...station,
    set: (variable: string, value: string | number | boolean, component = "AuthCtrlr") =>
      station.model.set(component, variable, value),
    says: (idTokenInfo: IdTokenInfoType, rest: Partial<Messages["Authorize"]["response"]> = {}) => {
      world.answers["Authorize"] = { idTokenInfo, ...rest }
    },
    list: (...entries: ReadonlyArray<readonly [string, IdTokenInfoType]>) =>
      station.ask("SendLocalList", {
        versionNumber: 1,
        updateType: "Full",
        localAuthorizationList: entries.map(([token, idTokenInfo]) => ({ idToken: card(token), idTokenInfo })) as never
      }),
    /** Presents a token: the verdict in few words, with `?` when the CSMS was asked. */
    present: (idToken: string | IdTokenType): string => {
      const verdicts: Array<Verdict> = []
      authorization.authorize(typeof idToken === "string" ? card(idToken) : idToken, (verdict) =>
        verdicts.push(verdict)
      )
      expect(verdicts).toHaveLength(1)
      const [verdict] = verdicts
      const asked = station.take().includes("Authorize") ? "? " : ""
      return `${asked}${verdict?.accepted === true ? "Accepted" : "Refused"} ${verdict?.by}`
    }
  }
}

describe("tokens nobody knows", () => {
  it("C01.FR.02: the CSMS is asked, and decides", () => {
    const { present, says } = made()
    says(accepted)
    expect(present("A")).toBe("? Accepted CSMS")
    says(blocked)
    expect(present("B")).toBe("? Refused CSMS")
  })

  it("I01.FR.03: the tariff that comes with the answer is shown", () => {
    const { present, says, told } = made()
    says({ ...accepted, personalMessage: { format: "UTF8", content: "0.40 per kWh" } })
    present("A")
    expect(told).toContainEqual({ _tag: "MessageShown", id: 0, content: "0.40 per kWh" })
  })

  it("C07.FR.13: a contract certificate that is not good refuses too", () => {
    const { present, says } = made()
    says(accepted, { certificateStatus: "CertificateRevoked" })
    expect(present({ idToken: "DE8AA0000000001", type: "eMAID" })).toBe("? Refused CSMS")
  })

  it("C15.FR.08, C13.FR.02: offline they are let in only with OfflineTxForUnknownIdEnabled", () => {
    const { present, set, world } = made()
    world.online = false
    expect(present("A")).toBe("Refused Offline")
    set("OfflineTxForUnknownIdEnabled", true)
    expect(present("A")).toBe("Accepted Offline")
  })

  it("C15.FR.01: who is let in that way is not cached", () => {
    const { authorization, present, set, world } = made()
    world.online = false
    set("OfflineTxForUnknownIdEnabled", true)
    present("A")
    expect(authorization.known(card("A"))).toBeUndefined()
  })

  it("with DisableRemoteAuthorization the CSMS is never asked", () => {
    const { authorization, present, set } = made()
    set("DisableRemoteAuthorization", true)
    set("LocalPreAuthorize", false)
    authorization.learned(card("B"), accepted)
    authorization.learned(card("C"), blocked)
    expect([present("A"), present("B"), present("C")]).toEqual(["Refused Known", "Accepted Cache", "Refused Cache"])
  })

  it("without an answer the station decides as offline; a CALLERROR refuses", () => {
    const { present, set, world } = made()
    set("OfflineTxForUnknownIdEnabled", true)
    world.fate = "Unknown"
    expect(present("A")).toBe("? Accepted Offline")
    world.fate = "CallError"
    expect(present("A")).toBe("? Refused CSMS")
  })
})

describe("tokens that need no question", () => {
  it("AuthEnabled false lets everybody in", () => {
    const { present, set } = made()
    set("Enabled", false)
    expect(present("A")).toBe("Accepted NoAuthorization")
  })

  it("C02.FR.01, C03.FR.01, C05.FR.01: the start button, and tokens of the CSMS itself", () => {
    const { present } = made()
    expect(present({ idToken: "", type: "NoAuthorization" })).toBe("Accepted NoAuthorization")
    expect(present(central("X"))).toBe("Accepted CSMS")
  })

  it("C02.FR.03, C03.FR.02, C05.FR.02: these are not cached", () => {
    const { authorization } = made()
    const none: IdTokenType = { idToken: "", type: "NoAuthorization" }
    for (const idToken of [none, central("X")]) {
      authorization.learned(idToken, accepted)
      expect(authorization.known(idToken)).toBeUndefined()
    }
  })

  it("C06.FR.02, C07.FR.01: tokens of type Local and eMAID are asked for although they are known", () => {
    const { authorization, present, says } = made()
    says(accepted)
    for (const idToken of [
      { idToken: "L", type: "Local" },
      { idToken: "E", type: "eMAID" }
    ] as const) {
      authorization.learned(idToken, accepted)
      expect(present(idToken)).toBe("? Accepted CSMS")
    }
  })

  it("C07.FR.07, C07.FR.11, C07.FR.12: offline an eMAID counts only with ContractValidationOffline", () => {
    const { authorization, present, set, world } = made()
    const emaid: IdTokenType = { idToken: "DE8AA0000000001", type: "eMAID" }
    authorization.learned(emaid, accepted)
    world.online = false
    set("ContractValidationOffline", false, "ISO15118Ctrlr")
    expect(present(emaid)).toBe("Refused Offline")
    set("ContractValidationOffline", true, "ISO15118Ctrlr")
    expect(present(emaid)).toBe("Accepted Cache")
    set("OfflineTxForUnknownIdEnabled", true)
    expect(present({ ...emaid, idToken: "DE8AA0000000002" })).toBe("Accepted Offline")
  })
})

describe("the cache", () => {
  it("C10.FR.01, C10.FR.04, C12.FR.02: what the CSMS said lets a token in without asking again", () => {
    const { present, says } = made()
    says(accepted)
    present("A")
    expect(present("a")).toBe("Accepted Cache")
  })

  it("LocalPreAuthorize false asks all the same, LocalAuthorizeOffline false refuses offline", () => {
    const { authorization, present, says, set, world } = made()
    says(accepted)
    authorization.learned(card("A"), accepted)
    set("LocalPreAuthorize", false)
    expect(present("A")).toBe("? Accepted CSMS")
    world.online = false
    expect(present("A")).toBe("Accepted Cache")
    set("LocalAuthorizeOffline", false)
    expect(present("A")).toBe("Refused Offline")
  })

  it("C10.FR.03, C12.FR.05: a token that was not Accepted is asked for again, unless DisablePostAuthorize", () => {
    const { authorization, present, says, set, world } = made()
    says(accepted)
    authorization.learned(card("A"), blocked)
    set("DisablePostAuthorize", true, "AuthCacheCtrlr")
    expect(present("A")).toBe("Refused Cache")
    set("DisablePostAuthorize", false, "AuthCacheCtrlr")
    world.online = false
    expect(present("A")).toBe("Refused Cache")
    world.online = true
    expect(present("A")).toBe("? Accepted CSMS")
    expect(present("A")).toBe("Accepted Cache")
  })

  it("C10.FR.08, C10.FR.10: an entry is over LifeTime after its last use", () => {
    const { authorization, pass, present, says, set } = made()
    says(unknown)
    set("LifeTime", 100, "AuthCacheCtrlr")
    authorization.learned(card("A"), accepted)
    pass(99)
    expect(present("A")).toBe("Accepted Cache")
    pass(99)
    expect(present("A")).toBe("Accepted Cache")
    pass(100)
    expect(present("A")).toBe("? Refused CSMS")
  })

  it("C10.FR.13, C-17: cacheExpiryDateTime decides instead, and in the past takes the entry away", () => {
    const { authorization, pass } = made()
    authorization.learned(card("A"), { ...accepted, cacheExpiryDateTime: at(50) })
    expect(authorization.known(card("A"))?.status).toBe("Accepted")
    pass(50)
    expect(authorization.known(card("A"))).toBeUndefined()
    authorization.learned(card("A"), accepted)
    authorization.learned(card("A"), { ...accepted, cacheExpiryDateTime: at(1) })
    expect(authorization.known(card("A"))).toBeUndefined()
  })

  it("C11.FR.03, C11.FR.04, TC_C_37, TC_C_38: ClearCache empties it, and is Rejected when it is off", () => {
    const { ask, authorization, model, set } = made()
    authorization.learned(card("A"), accepted)
    expect(Number(model.value("AuthCacheCtrlr", "Storage"))).toBeGreaterThan(0)
    expect(ask("ClearCache", {}).status).toBe("Accepted")
    expect(authorization.known(card("A"))).toBeUndefined()
    expect(model.value("AuthCacheCtrlr", "Storage")).toBe("0")
    set("Enabled", false, "AuthCacheCtrlr")
    expect(ask("ClearCache", {}).status).toBe("Rejected")
  })

  it("C10.FR.11: while it is off nothing goes in and nothing is read; what is in stays", () => {
    const { authorization, set } = made()
    authorization.learned(card("A"), accepted)
    set("Enabled", false, "AuthCacheCtrlr")
    authorization.learned(card("B"), accepted)
    expect(authorization.known(card("A"))).toBeUndefined()
    set("Enabled", true, "AuthCacheCtrlr")
    expect([authorization.known(card("A")), authorization.known(card("B"))]).toEqual([accepted, undefined])
  })

  it("N10.FR.03: a customer is forgotten", () => {
    const { authorization, model } = made()
    authorization.learned(card("A"), accepted)
    expect([authorization.forget(card("a")), authorization.forget(card("A"))]).toEqual([true, false])
    expect(model.value("AuthCacheCtrlr", "Storage")).toBe("0")
  })
})

describe("the local list", () => {
  it("C13.FR.01, C14.FR.01: goes before the cache", () => {
    const { authorization, list, present, says, set } = made()
    authorization.learned(card("A"), accepted)
    set("DisablePostAuthorize", true, "LocalAuthListCtrlr")
    list(["A", blocked])
    expect(present("A")).toBe("Refused LocalList")
    set("DisablePostAuthorize", false, "LocalAuthListCtrlr")
    says(blocked)
    expect(present("A")).toBe("? Refused CSMS") // C14.FR.03
  })

  it("C14.FR.02, C13.FR.02: who is listed as Accepted is let in, online and offline", () => {
    const { list, present, world } = made()
    list(["A", accepted], ["B", blocked])
    expect(present("A")).toBe("Accepted LocalList")
    world.online = false
    expect([present("A"), present("B"), present("C")]).toEqual([
      "Accepted LocalList",
      "Refused LocalList",
      "Refused Offline"
    ])
  })

  it("C13.FR.05, C13.FR.06, C14.FR.05: an entry that is over asks, and is not unknown offline", () => {
    const { list, pass, present, says, set, world } = made()
    says(accepted)
    set("OfflineTxForUnknownIdEnabled", true)
    list(["A", { ...accepted, cacheExpiryDateTime: at(10) }])
    expect(present("A")).toBe("Accepted LocalList")
    pass(10)
    expect(present("A")).toBe("? Accepted CSMS")
    world.online = false
    expect(present("A")).toBe("Refused LocalList")
    set("SupportsExpiryDateTime", false, "LocalAuthListCtrlr")
    expect(present("A")).toBe("Accepted LocalList") // C13.FR.04
  })

  it("D02.FR.01 to D02.FR.03, TC_D_08, TC_D_09: its version, 0 where there is none or it is off", () => {
    const { ask, list, model, present, says, set } = made()
    const version = () => ask("GetLocalListVersion", {}).versionNumber
    expect(version()).toBe(0)
    expect(list(["A", accepted], ["B", accepted]).status).toBe("Accepted")
    expect(version()).toBe(1)
    expect(model.value("LocalAuthListCtrlr", "Entries")).toBe("2") // D01.FR.12
    set("Enabled", false, "LocalAuthListCtrlr")
    expect([version(), list(["A", accepted]).status]).toEqual([0, "Failed"])
    says(unknown)
    expect(present("A")).toBe("? Refused CSMS")
  })

  it("D01.FR.09: what the CSMS says of a token otherwise does not change it", () => {
    const { authorization, list } = made()
    list(["A", accepted])
    authorization.learned(card("A"), blocked)
    authorization.forget(card("A"))
    expect(authorization.known(card("A"))).toEqual(accepted)
  })
})

describe("groups and the master pass", () => {
  const inGroup = (group: string, status: IdTokenInfoType["status"] = "Accepted"): IdTokenInfoType => ({
    status,
    groupIdToken: central(group)
  })

  it("C01.FR.03, E07.FR.01: the token that started may always stop, whatever is said of it", () => {
    const { authorization } = made()
    expect(authorization.maySettle({ idToken: card("A") }, card("a"), blocked)).toBe(true)
    expect(authorization.maySettle({ idToken: card("A") }, { idToken: "A", type: "ISO15693" }, accepted)).toBe(false)
  })

  it("C09.FR.03, C09.FR.07, C09.FR.11: so may an Accepted one of the group, known from the answer or from the cache", () => {
    const { authorization } = made()
    const started = { idToken: card("A"), groupIdToken: central("G") }
    expect(authorization.maySettle(started, card("B"), inGroup("g"))).toBe(true)
    expect(authorization.maySettle(started, card("B"), inGroup("H"))).toBe(false)
    expect(authorization.maySettle(started, card("B"), inGroup("G", "Blocked"))).toBe(false)
    expect(authorization.maySettle(started, card("B"), undefined)).toBe(false)
    authorization.learned(card("B"), inGroup("G"))
    expect(authorization.maySettle(started, card("B"), undefined)).toBe(true)
    authorization.learned(card("A"), inGroup("G"))
    expect(authorization.maySettle({ idToken: card("A") }, card("B"), undefined)).toBe(true)
  })

  it("C12.FR.09, C16.FR.03 to C16.FR.05: MasterPassGroupId is recognised, also from cache and list", () => {
    const { authorization, list, present, says, set } = made()
    expect(authorization.isMasterPass(inGroup("M"))).toBe(false)
    set("MasterPassGroupId", "M")
    expect([inGroup("m"), inGroup("X"), accepted, undefined].map((info) => authorization.isMasterPass(info))).toEqual([
      true,
      false,
      false,
      false
    ])
    says(inGroup("M"))
    expect(present("A")).toBe("? Accepted CSMS")
    expect(present("A")).toBe("Accepted MasterPass")
    list(["B", inGroup("M")])
    expect(present("B")).toBe("Accepted MasterPass")
  })
})
