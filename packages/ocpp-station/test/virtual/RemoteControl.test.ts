import { assert, describe, it } from "@effect/vitest"
import type { ChargingProfileType } from "@wattline/ocpp-v201"
import type { Happening } from "../../src/virtual/Happening.ts"
import { Bench } from "./transactions.support.ts"

describe("remote control", () => {
  it("F01.FR.13, F01.FR.25: cable first, the answer names the transaction and the next event the remote start", () => {
    const bench = new Bench()
    bench.plug()
    assert.deepStrictEqual(bench.remoteStart(), { status: "Accepted", transactionId: "tx-1" })
    assert.deepStrictEqual(bench.asked, ["R"])
    assert.deepStrictEqual(bench.told().slice(1), ["Updated RemoteStart", "Updated ChargingStateChanged Charging"])
    assert.deepStrictEqual(
      bench.events.map(({ transactionInfo }) => transactionInfo.remoteStartId),
      [undefined, 7, undefined]
    )
    assert.strictEqual(bench.events[1]?.idToken?.idToken, "R")
  })

  it("F02.FR.01, F02.FR.10: remote start first, nobody is asked", () => {
    const bench = new Bench({ variables: { "AuthCtrlr.AuthorizeRemoteStart": "false" } })
    assert.deepStrictEqual(bench.remoteStart(), { status: "Accepted" })
    assert.deepStrictEqual(bench.told(), ["Started RemoteStart Idle"])
    assert.deepStrictEqual(bench.asked, [])
    bench.plug()
    assert.strictEqual(bench.told().at(-1), "Updated ChargingStateChanged Charging")
  })

  it("F02.FR.21: with EVConnected alone the transaction starts with the cable, and says RemoteStart all the same", () => {
    const bench = new Bench({
      variables: { "TxCtrlr.TxStartPoint": "EVConnected", "TxCtrlr.TxStopPoint": "EVConnected" }
    })
    bench.remoteStart()
    assert.deepStrictEqual(bench.told(), [])
    bench.plug()
    assert.strictEqual(bench.told()[0], "Started RemoteStart EVConnected")
    assert.strictEqual(bench.events[0]?.transactionInfo.remoteStartId, 7)
  })

  it("F02.FR.07: no cable in time ends it", () => {
    const bench = new Bench()
    bench.remoteStart()
    bench.advance(60)
    assert.strictEqual(bench.told().at(-1), "Ended EVConnectTimeout Timeout")
  })

  it("C05.FR.01: nobody is asked about a token of type Central", () => {
    const bench = new Bench()
    bench.plug()
    bench.remoteStart({ idToken: { idToken: "app", type: "Central" } })
    assert.deepStrictEqual(bench.asked, [])
    assert.strictEqual(bench.told().at(-1), "Updated ChargingStateChanged Charging")
  })

  it("F01.FR.01: a token that is refused starts nothing, and the EVSE is free again", () => {
    const bench = new Bench()
    bench.tokens.set("R", { status: "Blocked" })
    bench.plug()
    assert.strictEqual(bench.remoteStart().status, "Accepted")
    assert.strictEqual(bench.told().length, 1)
    bench.present("A")
    assert.strictEqual(bench.told().at(-1), "Updated ChargingStateChanged Charging")
  })

  it("F01.FR.24, F02.FR.26: Rejected where somebody charges, or is being asked about", () => {
    const bench = new Bench()
    bench.plug()
    bench.isSlow = true
    bench.present("A")
    assert.strictEqual(bench.remoteStart().status, "Rejected")
    bench.settle()
    assert.strictEqual(bench.remoteStart().status, "Rejected")
  })

  it("F01.FR.24: Rejected while the token of another remote start is being asked about", () => {
    const bench = new Bench()
    bench.isSlow = true
    assert.strictEqual(bench.remoteStart().status, "Accepted")
    assert.strictEqual(bench.remoteStart({ idToken: { idToken: "S", type: "ISO14443" } }).status, "Rejected")
  })

  it("F02.FR.26: Rejected where somebody is authorized, also before a transaction has begun", () => {
    const bench = new Bench({ variables: { "TxCtrlr.TxStartPoint": "PowerPathClosed" } })
    assert.deepStrictEqual(bench.remoteStart(), { status: "Accepted" })
    assert.strictEqual(bench.remoteStart().status, "Rejected")
  })

  it("C16.FR.03: a group that is not that of the master pass starts", () => {
    const bench = new Bench()
    bench.plug()
    assert.strictEqual(bench.remoteStart({ groupIdToken: { idToken: "G", type: "Central" } }).status, "Accepted")
    assert.strictEqual(bench.evse().transaction?.started?.groupIdToken?.idToken, "G")
  })

  it("F01.FR.21, F01.FR.23: Rejected where the EVSE is reserved, inoperative or faulted, or does not exist", () => {
    const bench = new Bench()
    for (const admits of ["Reserved", "Inoperative", "Faulted"] as const) {
      bench.admits = admits
      assert.strictEqual(bench.remoteStart().status, "Rejected")
    }
    bench.admits = "Yes"
    assert.strictEqual(bench.remoteStart({ evseId: 9 }).status, "Rejected")
  })

  it("F01.FR.20: without an EVSE the station takes the one where a cable waits", () => {
    const bench = new Bench({ evses: 2 })
    bench.plug(2)
    assert.strictEqual(bench.remoteStart({ evseId: undefined }).transactionId, "tx-1")
    assert.strictEqual(bench.evse(2).transaction?.remoteStartId, 7)
  })

  it("F01.FR.10, F01.FR.26: a charging profile holds from when the transaction is there, and is refused where it is wrong", () => {
    const chargingProfile: ChargingProfileType = {
      id: 3,
      stackLevel: 0,
      chargingProfilePurpose: "TxProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: []
    }
    const bench = new Bench({ variables: { "TxCtrlr.TxStartPoint": "PowerPathClosed" } })
    bench.refusal = "InvalidProfile"
    assert.strictEqual(bench.remoteStart({ chargingProfile }).status, "Rejected")
    bench.refusal = undefined
    bench.remoteStart({ chargingProfile })
    assert.deepStrictEqual(bench.profiles, [])
    bench.plug()
    assert.deepStrictEqual(bench.profiles, ["3 1 tx-1"])
  })

  it("F03.FR.03, F03.FR.07, R-129: a remote stop ends it; ids compare without case", () => {
    const bench = new Bench()
    bench.plug()
    bench.present("A")
    assert.strictEqual(bench.remoteStop("TX-1").status, "Accepted")
    assert.strictEqual(bench.told().at(-1), "Ended RemoteStop EVConnected Remote")
    assert.strictEqual(bench.events.at(-1)?.idToken, undefined)
  })

  it("F03.FR.02: where the stop points do not say so it goes on until the cable is out", () => {
    const bench = new Bench({ variables: { "TxCtrlr.TxStopPoint": "EVConnected" } })
    bench.plug()
    bench.present("A")
    bench.remoteStop("tx-1")
    bench.unplug()
    assert.deepStrictEqual(bench.told().slice(-2), [
      "Updated RemoteStop EVConnected",
      "Ended EVCommunicationLost Idle Remote"
    ])
  })

  it("F03.FR.03: a remote stop ends a transaction that nobody was authorized for", () => {
    const bench = new Bench()
    bench.plug()
    bench.remoteStop("tx-1")
    assert.strictEqual(bench.told().at(-1), "Ended RemoteStop Remote")
  })

  it("F03.FR.08: Rejected for a transaction that does not run", () => {
    const bench = new Bench()
    assert.strictEqual(bench.remoteStop("tx-1").status, "Rejected")
  })

  it("E14.FR.01 to E14.FR.08: tells whether it runs and whether messages are waiting", () => {
    const bench = new Bench()
    assert.deepStrictEqual(bench.status("tx-1"), { ongoingIndicator: false, messagesInQueue: false })
    assert.deepStrictEqual(bench.status(), { messagesInQueue: false })
    bench.isOnline = false
    bench.plug()
    assert.deepStrictEqual(bench.status("TX-1"), { ongoingIndicator: true, messagesInQueue: true })
    assert.deepStrictEqual(bench.status(), { messagesInQueue: true })
    bench.isOnline = true
    bench.settle()
    assert.deepStrictEqual(bench.status("tx-1"), { ongoingIndicator: true, messagesInQueue: false })
    bench.unplug()
    assert.deepStrictEqual(bench.status("tx-1"), { ongoingIndicator: false, messagesInQueue: false })
  })

  it("I02.FR.03, I02.FR.04, I03.FR.03: costs are shown, from wherever they come", () => {
    const bench = new Bench()
    bench.plug()
    bench.costUpdated("tx-1", 1.5)
    bench.answer = ({ eventType }) => (eventType === "Ended" ? { totalCost: 3 } : {})
    bench.unplug()
    assert.deepStrictEqual(
      bench.happenings.flatMap((one) => (one._tag === "CostUpdated" ? [one.totalCost] : [])),
      [1.5, 3]
    )
  })

  it("I06.FR.03: an updated personal message is shown", () => {
    const bench = new Bench()
    bench.answer = () => ({ updatedPersonalMessage: { format: "UTF8", content: "0.40 per kWh" } })
    bench.plug()
    const shown: Happening = { _tag: "MessageShown", id: 0, content: "0.40 per kWh", transactionId: "tx-1" }
    assert.deepInclude(bench.happenings, shown)
  })

  it("F06.FR.07: a triggered TransactionEvent tells the charging state and the meter", () => {
    const bench = new Bench()
    assert.strictEqual(bench.transactions.triggers.TransactionEvent?.(undefined), "Rejected")
    bench.plug()
    bench.present("A")
    const send = bench.transactions.triggers.TransactionEvent?.(1)
    if (typeof send === "function") send()
    assert.strictEqual(bench.told().at(-1), "Updated Trigger Charging")
    assert.strictEqual(bench.events.at(-1)?.meterValue?.[0]?.sampledValue[0]?.context, "Trigger")
  })
})
