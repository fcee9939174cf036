import { describe, expect, it } from "vitest"
import * as Mirror from "../../src/blocks/Mirror.ts"
import { maxProfiles } from "../../src/blocks/HeldProfile.ts"
import { maxPendingProfiles, smartCharging } from "../../src/blocks/SmartCharging.ts"
import { profilesOf } from "../../src/operations/SmartChargingView.ts"
import { Folding, maxProfile, schedule, smartChargingCtrlr, txDefault, txProfile } from "./chargingProfiles.ts"
import { noon, reported, stored, time } from "./payloads.ts"

const idToken = { idToken: "A", type: "Central" } as const
const { transactionId: _, ...forRemoteStart } = txProfile()
const ids = ({ smartCharging: { profiles } }: Mirror.StationMirror) => profiles.map(({ profile }) => profile.id)

describe("SmartCharging", () => {
  it("K-28, K01.FR.07: a profile is on record when the station accepted it, and only then", () => {
    const folding = new Folding()
    const rejected = folding.with(
      "SetChargingProfile",
      { evseId: 1, chargingProfile: txDefault() },
      { status: "Rejected" }
    )
    expect(rejected).toBe(Mirror.initial)
    folding.sets(txDefault())
    expect(folding.mirror.smartCharging.profiles).toEqual([{ evseId: 1, profile: txDefault(), acceptedAt: noon }])
    expect(folding.told).toEqual([
      {
        _tag: "ChargingProfileSet",
        evseId: 1,
        chargingProfileId: 1,
        chargingProfilePurpose: "TxDefaultProfile",
        stackLevel: 0,
        replaced: false
      }
    ])
    expect(stored(folding.mirror)).toEqual(folding.mirror)
  })

  it("K-31, K01.FR.05: the same id replaces, and moves, what was there", () => {
    const folding = new Folding()
    folding.sets(txDefault({ id: 7 }))
    folding.sets(txDefault({ id: 8, stackLevel: 1 }))
    folding.sets(maxProfile({ id: 7 }), 0, noon + 1)
    expect(folding.mirror.smartCharging.profiles.map(({ evseId, profile }) => [profile.id, evseId])).toEqual([
      [8, 1],
      [7, 0]
    ])
    expect(folding.told.at(-1)).toMatchObject({ replaced: true, chargingProfileId: 7 })
  })

  it("holds neither vendor data nor tariffs, and no more profiles than there is room for", () => {
    const folding = new Folding()
    const customData = { vendorId: "v" }
    folding.sets(
      txDefault({
        customData,
        chargingSchedule: [
          schedule({ customData, salesTariff: { id: 1, salesTariffEntry: [{ relativeTimeInterval: { start: 0 } }] } })
        ]
      })
    )
    expect(folding.mirror.smartCharging.profiles[0]?.profile).toEqual(txDefault())
    for (let id = 2; id <= maxProfiles + 1; id++) folding.sets(txDefault({ id }))
    const { isTruncated, profiles } = folding.mirror.smartCharging
    expect([profiles.length, profiles[0]?.profile.id, isTruncated]).toEqual([maxProfiles, 2, true])
  })

  it("K-30, E-23, K02.FR.05: Ended closes the TxProfiles of its transaction, and nothing else", () => {
    const folding = new Folding()
    folding.transaction()
    folding.sets(txDefault())
    folding.sets(maxProfile(), 0)
    folding.sets(txProfile())
    folding.sets(txProfile({ id: 9, transactionId: "T2" }), 2)
    folding.ends()
    expect(ids(folding.mirror)).toEqual([1, 3, 9])
    expect(folding.told.at(-1)).toEqual({
      _tag: "ChargingProfilesRemoved",
      chargingProfileIds: [2],
      why: "TransactionEnded"
    })
  })

  it("E-23: so does the station's word that the transaction is over, unless messages are still to come", () => {
    const folding = new Folding()
    folding.transaction()
    folding.sets(txProfile())
    const request = { transactionId: "T1" }
    folding.with("GetTransactionStatus", request, { ongoingIndicator: false, messagesInQueue: true })
    expect(ids(folding.mirror)).toEqual([2])
    folding.with("GetTransactionStatus", request, { ongoingIndicator: false, messagesInQueue: false })
    expect(ids(folding.mirror)).toEqual([])
  })

  it("K-30, K-49, K01.FR.27: profiles survive a restart; expired ones stay, and are shown as such", () => {
    const folding = new Folding()
    folding.sets(txDefault({ validTo: time(60) }))
    folding.sets(maxProfile({ validFrom: time(120) }), 0)
    const boot = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
    folding.with("BootNotification", boot, { status: "Accepted", interval: 1, currentTime: time() }, noon + 1, true)
    const states = (now: number) => profilesOf(folding.mirror, now).map(({ state }) => state)
    expect(states(noon)).toEqual(["Valid", "NotYetValid"])
    expect(states(noon + 60_000)).toEqual(["Expired", "NotYetValid"])
    expect(states(noon + 120_000)).toEqual(["Expired", "Valid"])
  })

  describe("ClearChargingProfile", () => {
    const full = () => {
      const folding = new Folding()
      folding.sets(txDefault({ id: 1 }), 1)
      folding.sets(txDefault({ id: 2, stackLevel: 1 }), 0)
      folding.sets(maxProfile({ id: 3 }), 0)
      folding.sets(txDefault({ id: 4, stackLevel: 2 }), 2)
      return folding
    }
    const table = [
      ["an id", { chargingProfileId: 3 }, [1, 2, 4]],
      ["a purpose", { chargingProfileCriteria: { chargingProfilePurpose: "TxDefaultProfile" } }, [3]],
      ["EVSE 0, which is only what was set on it", { chargingProfileCriteria: { evseId: 0 } }, [1, 4]],
      ["stackLevel 0", { chargingProfileCriteria: { stackLevel: 0 } }, [2, 4]],
      ["both of two criteria", { chargingProfileCriteria: { stackLevel: 0, evseId: 0 } }, [1, 2, 4]]
    ] as const
    it.each(table)("K-37, K10.FR.03, K10.FR.04, ST-7: Accepted takes away %s", (_what, request, left) => {
      const folding = full()
      folding.with("ClearChargingProfile", request, { status: "Accepted" })
      expect(ids(folding.mirror)).toEqual(left)
      expect(folding.told.at(-1)).toMatchObject({ _tag: "ChargingProfilesRemoved", why: "Cleared" })
    })

    it("K-37, K10.FR.01: Unknown says that nothing of it is there", () => {
      const folding = full()
      const before = folding.mirror
      folding.with("ClearChargingProfile", { chargingProfileId: 99 }, { status: "Unknown" })
      expect(folding.mirror).toBe(before)
      folding.with("ClearChargingProfile", { chargingProfileId: 4 }, { status: "Unknown" })
      expect(ids(folding.mirror)).toEqual([1, 2, 3])
      expect(folding.told.at(-1)).toMatchObject({ why: "Unknown", chargingProfileIds: [4] })
    })
  })

  describe("K-57: the profile of a remote start", () => {
    const start = (folding: Folding, more: object = {}, at = noon) =>
      folding.with(
        "RequestStartTransaction",
        { remoteStartId: 5, idToken, evseId: 1, chargingProfile: forRemoteStart, ...more },
        { status: "Accepted" },
        at
      )
    const started = (folding: Folding, more: object = {}, at = noon) =>
      folding.transaction({ transactionInfo: { transactionId: "T1", remoteStartId: 5 }, ...more }, at)

    it("K-57, F01.FR.10: is pending until its transaction is known, then installed with it", () => {
      const folding = new Folding()
      start(folding)
      expect(profilesOf(folding.mirror, noon)).toEqual([
        { state: "Pending", source: "CSO", remoteStartId: 5, evseId: 1, profile: forRemoteStart, acceptedAt: noon }
      ])
      started(folding, { evse: undefined })
      expect(folding.mirror.smartCharging).toEqual({
        profiles: [{ evseId: 1, profile: txProfile(), acceptedAt: noon }],
        external: [],
        pending: []
      })
      expect(folding.told).toMatchObject([{ _tag: "ChargingProfileSet", transactionId: "T1" }])
      folding.ends()
      expect(ids(folding.mirror)).toEqual([])
    })

    it("K-57, F01.FR.07: waits for the EVSE where the station chooses it", () => {
      const folding = new Folding()
      start(folding, { evseId: undefined })
      started(folding, { evse: undefined })
      expect(folding.mirror.smartCharging.pending).toHaveLength(1)
      folding.transaction({ eventType: "Updated", seqNo: 1, evse: { id: 2 } })
      expect(folding.mirror.smartCharging.profiles.map(({ evseId }) => evseId)).toEqual([2])
    })

    it("K-57, R-165: is linked also when the transaction overtakes the answer", () => {
      const folding = new Folding()
      started(folding)
      start(folding)
      expect(folding.mirror.smartCharging.profiles).toHaveLength(1)
      expect(folding.mirror.smartCharging.pending).toEqual([])
    })

    it("K-57: is dropped when the start lapses, and with a restart of the station", () => {
      const folding = new Folding()
      start(folding)
      const overdue = noon + 210_001
      expect(profilesOf(folding.mirror, overdue - 1)).toHaveLength(1)
      expect(profilesOf(folding.mirror, overdue)).toEqual([])
      folding.transaction({ transactionInfo: { transactionId: "T9" } }, overdue)
      expect(folding.mirror.smartCharging.pending).toEqual([])
      start(folding)
      const boot = { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } } as const
      folding.with("BootNotification", boot, { status: "Accepted", interval: 1, currentTime: time() }, noon, true)
      expect(folding.mirror.smartCharging.pending).toEqual([])
    })

    it("K-57, F01.FR.12: is not entered for a station known to lack smart charging, nor when it was rejected", () => {
      const folding = new Folding()
      folding.with(
        "RequestStartTransaction",
        { remoteStartId: 1, idToken, chargingProfile: forRemoteStart },
        { status: "Rejected" }
      )
      folding.reports(reported("OCPPCommCtrlr", "HeartbeatInterval", "300"))
      start(folding)
      expect(folding.mirror.smartCharging).toBe(smartCharging.initial)
      folding.reports(...smartChargingCtrlr({ Enabled: "false" }))
      start(folding)
      expect(folding.mirror.smartCharging).toBe(smartCharging.initial)
      folding.reports(...smartChargingCtrlr({ Enabled: "true" }))
      start(folding)
      expect(folding.mirror.smartCharging.pending).toHaveLength(1)
    })

    it("K-57: no more are held than there is room for", () => {
      const folding = new Folding()
      for (let remoteStartId = 0; remoteStartId < maxPendingProfiles + 3; remoteStartId++)
        start(folding, { remoteStartId })
      expect(folding.mirror.smartCharging.pending).toHaveLength(maxPendingProfiles)
    })
  })
})
