import { describe, expect, it } from "vitest"
import type { SendLocalListRequest, SendLocalListStatusEnumType } from "@wattline/ocpp-v201"
import {
  localAuthorizationList,
  type LocalAuthorizationListEvent,
  type LocalAuthorizationListState
} from "../../src/blocks/LocalAuthorizationList.ts"
import { exchange, frozen, noon, recorder, stored } from "./payloads.ts"

const { GetLocalListVersion, SendLocalList } = localAuthorizationList.reduce

const setup = () => {
  const { emit, events } = recorder<LocalAuthorizationListEvent>()
  let state: LocalAuthorizationListState = localAuthorizationList.initial
  const change = (next: LocalAuthorizationListState | undefined) => (state = frozen(next ?? state))
  return {
    events,
    send: (
      updateType: SendLocalListRequest["updateType"],
      versionNumber: number,
      entries: number,
      status: SendLocalListStatusEnumType = "Accepted"
    ) => {
      const list = Array.from({ length: entries }, (_, n) => ({
        idToken: { idToken: `${n}`, type: "Central" as const },
        idTokenInfo: { status: "Accepted" as const }
      }))
      const request = { updateType, versionNumber, ...(entries > 0 && { localAuthorizationList: list }) }
      return change(SendLocalList?.(state, exchange("SendLocalList", request, { status }), emit))
    },
    tell: (versionNumber: number) =>
      change(GetLocalListVersion?.(state, exchange("GetLocalListVersion", {}, { versionNumber }), emit))
  }
}

describe("LocalAuthorizationList", () => {
  it("D-7, ST-1: takes a version that the station took, and counts what it got", () => {
    const { events, send } = setup()
    expect(send("Full", 1, 2)).toEqual({ versionNumber: 1, entriesAtMost: 2, at: noon })
    expect(send("Differential", 2, 3)).toMatchObject({ versionNumber: 2, entriesAtMost: 5 })
    expect(stored(send("Full", 3, 0))).toEqual({ versionNumber: 3, entriesAtMost: 0, at: noon })
    expect(events).toEqual([
      { _tag: "LocalListChanged", to: 1 },
      { _tag: "LocalListChanged", from: 1, to: 2 },
      { _tag: "LocalListChanged", from: 2, to: 3 }
    ])
  })

  it.each(["Failed", "VersionMismatch"] as const)(
    "D-7: %s leaves the version, and makes it uncertain until it is read",
    (status) => {
      const { events, send, tell } = setup()
      send("Full", 1, 2)
      const refused = send("Differential", 2, 1, status)
      expect(refused).toMatchObject({ versionNumber: 1, entriesAtMost: 2, uncertain: true })
      expect(send("Differential", 2, 1, status)).toBe(refused)
      expect(events.at(-1)).toEqual({ _tag: "LocalListRefused", status, versionNumber: 2 })
      expect(tell(1)).toEqual({ versionNumber: 1, entriesAtMost: 2, at: noon })
    }
  )

  it("TC_D_08_CSMS, TC_D_09_CSMS, D-9: takes the version that the station tells, 0 for no list", () => {
    const { events, send, tell } = setup()
    expect(tell(7)).toEqual({ versionNumber: 7, at: noon })
    expect(send("Differential", 8, 1)).toEqual({ versionNumber: 8, at: noon })
    expect(tell(0)).toMatchObject({ versionNumber: 0, entriesAtMost: 0 })
    expect(events.map((event) => event._tag === "LocalListChanged" && event.to)).toEqual([7, 8, 0])
  })
})
