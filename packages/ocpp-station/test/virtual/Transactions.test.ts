import { assert, describe, it } from "@effect/vitest"
import type { Happening } from "../../src/virtual/Happening.ts"
import { Power } from "../../src/virtual/Power.ts"
import { assertSound, Bench } from "./transactions.support.ts"

const group = (idToken: string) => ({ status: "Accepted", groupIdToken: { idToken, type: "Central" } }) as const

describe("starting", () => {
  it("E02.FR.01, E02.FR.06: cable first, then the token", () => {
    const bench = new Bench()
    bench.plug()
    bench.present("A")
    assert.deepStrictEqual(bench.told(), [
      "Started CablePluggedIn EVConnected",
      "Updated Authorized",
      "Updated ChargingStateChanged Charging"
    ])
    assert.deepStrictEqual(
      bench.events.map(({ idToken }) => idToken?.idToken),
      [undefined, "A", undefined]
    )
    assertSound(bench.events)
  })

  it("E03.FR.01, E01.FR.16: token first, then the cable; the connector is told once, when it is known", () => {
    const bench = new Bench()
    bench.present("A", "Anywhere")
    bench.plug()
    assert.deepStrictEqual(bench.told(), [
      "Started Authorized Idle",
      "Updated CablePluggedIn EVConnected",
      "Updated ChargingStateChanged Charging"
    ])
    assert.deepStrictEqual(
      bench.events.map(({ evse }) => evse),
      [undefined, { id: 1, connectorId: 1 }, undefined]
    )
  })

  it("E01.FR.16: an EVSE that is known at the start is told once, and the connector when the cable is in", () => {
    const bench = new Bench()
    bench.present("A", 1)
    bench.plug()
    assert.deepStrictEqual(
      bench.events.map(({ evse }) => evse),
      [{ id: 1 }, { id: 1, connectorId: 1 }, undefined]
    )
  })

  it("E05.FR.10: with EnergyTransfer a token that the CSMS does not accept ends it also before energy has flowed", () => {
    const bench = new Bench({ variables: { "TxCtrlr.TxStopPoint": "EnergyTransfer" } })
    bench.answer = ({ idToken }) => (idToken === undefined ? {} : { idTokenInfo: { status: "Blocked" } })
    bench.plug()
    bench.present("A")
    assert.strictEqual(bench.told().at(-1), "Ended Deauthorized DeAuthorized")
  })

  it("C01.FR.21: a token that names no EVSE begins at one that the CSMS has named for it", () => {
    const bench = new Bench({ evses: 2 })
    bench.tokens.set("A", { status: "Accepted", evseId: [2] })
    bench.present("A", "Anywhere")
    assert.deepStrictEqual(
      [1, 2].map((id) => bench.transactions.isAuthorized(bench.evse(id))),
      [false, true]
    )
  })

  it("E01.FR.17: where the EVSE is not known at the start, Transaction.Begin comes when charging starts", () => {
    const bench = new Bench()
    bench.present("A", "Anywhere")
    bench.plug()
    assert.deepStrictEqual(
      bench.events.map(({ meterValue }) => meterValue?.[0]?.sampledValue[0]?.context),
      [undefined, undefined, "Transaction.Begin"]
    )
  })

  it("E01.FR.05: PowerPathClosed starts with cable and token, whichever comes last", () => {
    const variables = { "TxCtrlr.TxStartPoint": "PowerPathClosed" }
    const cableFirst = new Bench({ variables })
    cableFirst.plug()
    assert.deepStrictEqual(cableFirst.told(), [])
    cableFirst.present("A")
    assert.deepStrictEqual(cableFirst.told(), [
      "Started Authorized EVConnected",
      "Updated ChargingStateChanged Charging"
    ])
    const tokenFirst = new Bench({ variables })
    tokenFirst.present("A")
    tokenFirst.plug()
    assert.strictEqual(tokenFirst.told()[0], "Started CablePluggedIn EVConnected")
    assert.strictEqual(tokenFirst.events[0]?.idToken?.idToken, "A")
  })

  it("E01.FR.06: EnergyTransfer starts when energy flows, with the token", () => {
    const bench = new Bench({ variables: { "TxCtrlr.TxStartPoint": "EnergyTransfer" } })
    bench.draw(0)
    bench.plug()
    bench.present("A")
    assert.deepStrictEqual(bench.told(), [])
    bench.draw(7000)
    assert.deepStrictEqual(bench.told(), ["Started ChargingStateChanged Charging"])
    assert.strictEqual(bench.events[0]?.idToken?.idToken, "A")
  })

  it("E01.FR.04: DataSigned starts with the first signed value", () => {
    const bench = new Bench({
      variables: { "TxCtrlr.TxStartPoint": "DataSigned", "SampledDataCtrlr.SignReadings": "true" }
    })
    bench.plug()
    bench.present("A")
    assert.strictEqual(bench.told()[0], "Started SignedDataReceived EVConnected")
  })

  it("E01.FR.01, E06.FR.01: ParkingBayOccupancy starts when the EV arrives and stops when it departs", () => {
    const points = { "TxCtrlr.TxStartPoint": "ParkingBayOccupancy", "TxCtrlr.TxStopPoint": "ParkingBayOccupancy" }
    const bench = new Bench({ variables: points })
    bench.plug()
    bench.present("A")
    bench.unplug()
    assert.deepStrictEqual(bench.told(), [
      "Started EVDetected Idle",
      "Updated CablePluggedIn EVConnected",
      "Updated Authorized",
      "Updated ChargingStateChanged Charging",
      "Updated EVCommunicationLost Idle",
      "Ended EVDeparted EVDisconnected"
    ])
    assertSound(bench.events, true)
  })

  it("C02.FR.01: a station without authorization starts with the cable", () => {
    const bench = new Bench({ variables: { "AuthCtrlr.Enabled": "false" } })
    bench.plug()
    assert.deepStrictEqual(bench.events[1]?.idToken, { idToken: "", type: "NoAuthorization" })
    assert.isFalse(bench.transactions.holdsCable(bench.evse()))
    bench.unplug()
    assertSound(bench.events, true)
  })

  it("B02: nothing starts before the CSMS has accepted the station; a cable that is in counts from then", () => {
    const bench = new Bench()
    bench.transactions.down()
    bench.isOnline = false
    bench.plug()
    bench.present("A")
    assert.deepStrictEqual(bench.told(), [])
    bench.isOnline = true
    bench.transactions.online(true)
    assert.deepStrictEqual(bench.told(), ["Started CablePluggedIn EVConnected"])
  })

  it("E01.FR.13: the reservation is named once, with the authorization", () => {
    const bench = new Bench()
    bench.reservation = 5
    bench.plug()
    bench.present("A")
    assert.deepStrictEqual(
      bench.events.map(({ reservationId }) => reservationId),
      [undefined, 5, undefined]
    )
  })

  it.each(["Inoperative", "Faulted"] as const)(
    "G03, G05: an EVSE that is %s starts nothing, and the driver is told",
    (by) => {
      const bench = new Bench()
      bench.admits = by
      bench.plug()
      bench.present("A")
      assert.deepStrictEqual(bench.told(), [])
      assert.deepInclude(bench.happenings, { _tag: "TokenJudged", idToken: "A", accepted: false, by })
    }
  )

  it("H01, E01.FR.02: at an EVSE that is reserved the cable starts a transaction, and the wrong token changes nothing", () => {
    const bench = new Bench()
    bench.admits = "Reserved"
    bench.plug()
    bench.present("A")
    assert.deepStrictEqual(bench.told(), ["Started CablePluggedIn EVConnected"])
    assert.deepInclude(bench.happenings, { _tag: "TokenJudged", idToken: "A", accepted: false, by: "Reserved" })
  })

  it("C01: a token that is not accepted starts nothing, and the driver is told", () => {
    const bench = new Bench()
    bench.tokens.set("X", { status: "Blocked" })
    bench.plug()
    bench.present("X")
    assert.deepStrictEqual(bench.told(), ["Started CablePluggedIn EVConnected"])
    const judged: Happening = { _tag: "TokenJudged", idToken: "X", accepted: false, by: "CSMS" }
    assert.deepInclude(bench.happenings, judged)
  })

  it("C01.FR.22: a token that is good for other EVSEs only starts nothing here", () => {
    const bench = new Bench({ evses: 2 })
    bench.tokens.set("A", { status: "Accepted", evseId: [2] })
    bench.plug(1)
    bench.present("A", 1)
    assert.deepStrictEqual(bench.told(), ["Started CablePluggedIn EVConnected"])
  })
})

describe("the EVSE for a token without one", () => {
  it("is the one where a cable waits", () => {
    const bench = new Bench({ evses: 3 })
    bench.plug(2)
    bench.present("A", "Anywhere")
    assert.strictEqual(bench.evse(2).transaction?.started?.idToken.idToken, "A")
  })

  it("is else the one where the token has started, and that stops", () => {
    const bench = new Bench({ evses: 2 })
    bench.plug(2)
    bench.present("A", "Anywhere")
    bench.present("A", "Anywhere")
    assert.strictEqual(bench.told().at(-1), "Ended StopAuthorized EVConnected Local")
  })

  it("is else the one where the next cable comes", () => {
    const bench = new Bench({ evses: 3 })
    bench.present("A", "Anywhere")
    bench.plug(3)
    assert.strictEqual(bench.evse(1).transaction, undefined)
    assert.strictEqual(bench.evse(3).transaction?.evseId, 3)
    assert.deepStrictEqual(
      bench.of().map(({ evse }) => evse),
      [undefined, { id: 3, connectorId: 1 }, undefined]
    )
    assertSound(bench.events)
  })

  it("C09.FR.03: stops what somebody of the same group has started", () => {
    const bench = new Bench()
    bench.tokens.set("A", group("G")).set("B", group("G"))
    bench.plug()
    bench.present("A")
    bench.present("B", "Anywhere")
    assert.strictEqual(bench.events.at(-1)?.idToken?.idToken, "B")
    assert.strictEqual(bench.told().at(-1), "Ended StopAuthorized EVConnected Local")
  })
})

describe("EVConnectionTimeOut", () => {
  it("E03.FR.05: no cable in time ends the transaction", () => {
    const bench = new Bench()
    bench.present("A")
    bench.advance(59)
    assert.deepStrictEqual(bench.told(), ["Started Authorized Idle"])
    bench.advance(1)
    assert.deepStrictEqual(bench.told().slice(1), ["Ended EVConnectTimeout Timeout"])
    assert.strictEqual(bench.timers, 0)
    bench.plug()
    assert.strictEqual(bench.told().at(-1), "Started CablePluggedIn EVConnected")
  })

  it("C01.FR.26: ends the authorization where no transaction has begun", () => {
    const bench = new Bench({ variables: { "TxCtrlr.TxStartPoint": "PowerPathClosed" } })
    bench.present("A")
    bench.advance(60)
    bench.plug()
    assert.deepStrictEqual(bench.told(), [])
  })

  it("E03.FR.15: with ParkingBayOccupancy the transaction ends when the driver has left", () => {
    const points = { "TxCtrlr.TxStartPoint": "Authorized", "TxCtrlr.TxStopPoint": "ParkingBayOccupancy" }
    const bench = new Bench({ variables: points })
    bench.present("A")
    bench.advance(60)
    assert.deepStrictEqual(bench.told(), [
      "Started Authorized Idle",
      "Updated EVConnectTimeout",
      "Ended EVDeparted Timeout"
    ])
  })
})

describe("stopping", () => {
  const charging = (variables = {}) => {
    const bench = new Bench({ variables })
    bench.plug()
    bench.present("A")
    bench.advance(600)
    bench.events.length = 0
    return bench
  }

  it("E06.FR.03, E07.FR.02: the token that started stops, without being asked for again", () => {
    const bench = charging()
    bench.present("A")
    assert.deepStrictEqual(bench.told(), ["Ended StopAuthorized EVConnected Local"])
    assert.strictEqual(bench.events[0]?.idToken?.idToken, "A")
    assert.deepStrictEqual(bench.asked, ["A"])
  })

  it("E06.FR.02: with EVConnected alone the token ends the authorization, the cable the transaction", () => {
    const bench = charging({ "TxCtrlr.TxStopPoint": "EVConnected" })
    bench.present("A")
    bench.unplug()
    assert.deepStrictEqual(bench.told(), ["Updated StopAuthorized EVConnected", "Ended EVCommunicationLost Idle Local"])
  })

  it("C09.FR.03: where a cable waits, somebody of a group that charges elsewhere starts, and stops nothing", () => {
    const bench = new Bench({ evses: 2 })
    bench.tokens.set("A", group("G")).set("B", group("G"))
    bench.plug(1)
    bench.present("A")
    bench.plug(2)
    bench.present("B", "Anywhere")
    assert.deepStrictEqual(
      [1, 2].map((id) => bench.evse(id).transaction?.started?.idToken.idToken),
      ["A", "B"]
    )
    assert.isTrue(bench.transactions.isAuthorized(bench.evse(1)))
  })

  it("E07.FR.01: a token of the same group that is known stops without being asked for", () => {
    const bench = new Bench()
    bench.tokens.set("A", group("G"))
    bench.cache.set("B", group("G"))
    bench.plug()
    bench.present("A")
    bench.present("B")
    assert.strictEqual(bench.told().at(-1), "Ended StopAuthorized EVConnected Local")
    assert.deepStrictEqual(bench.asked, ["A"])
  })

  it("E07: the valid token of another driver changes nothing, and that is told", () => {
    const bench = charging()
    bench.present("B")
    assert.deepStrictEqual(bench.told(), [])
    assert.deepInclude(bench.happenings, { _tag: "TokenJudged", idToken: "B", accepted: false, by: "Occupied" })
  })

  it("C16.FR.02, C16.FR.07: a master pass stops all transactions, and starts none", () => {
    const bench = new Bench({ evses: 2 })
    bench.tokens.set("M", group("MASTER"))
    bench.present("M", "Anywhere")
    assert.deepStrictEqual(bench.told(), [])
    bench.plug(1)
    bench.present("A")
    bench.plug(2)
    bench.present("B", 2)
    bench.present("M", "Anywhere")
    assert.deepStrictEqual(bench.told().slice(-2), [
      "Ended StopAuthorized EVConnected MasterPass",
      "Ended StopAuthorized EVConnected MasterPass"
    ])
  })

  it("E06.FR.02, E09.FR.01: the cable that is pulled out ends it", () => {
    const bench = charging()
    bench.unplug()
    assert.deepStrictEqual(bench.told(), ["Ended EVCommunicationLost Idle EVDisconnected"])
  })

  it("E10.FR.01, E10.FR.02: without StopTxOnEVSideDisconnect it is suspended, and goes on when plugged in again in time", () => {
    const points = { "TxCtrlr.TxStopPoint": "Authorized", "TxCtrlr.StopTxOnEVSideDisconnect": "false" }
    const bench = charging(points)
    bench.unplug()
    bench.advance(30)
    bench.plug()
    bench.unplug()
    bench.advance(60)
    assert.deepStrictEqual(bench.told(), [
      "Updated EVCommunicationLost Idle",
      "Updated CablePluggedIn EVConnected",
      "Updated ChargingStateChanged Charging",
      "Updated EVCommunicationLost Idle",
      "Ended EVConnectTimeout Timeout"
    ])
  })

  it("E06.FR.07: with EnergyTransfer it ends when the EV pauses", () => {
    const bench = charging({ "TxCtrlr.TxStopPoint": "EnergyTransfer" })
    bench.draw(0)
    assert.deepStrictEqual(bench.told(), ["Ended ChargingStateChanged SuspendedEV StoppedByEV"])
  })

  it("E06.FR.16: the emergency stop ends it as an abnormal condition", () => {
    const bench = charging({ "TxCtrlr.TxStopPoint": "EVConnected" })
    bench.transactions.emergencyStop()
    assert.deepStrictEqual(bench.told(), ["Ended AbnormalCondition EVConnected EmergencyStop"])
  })

  it("B12.FR.04: a reset ends it with its own reasons", () => {
    const bench = charging()
    bench.transactions.end(bench.evse(), "ImmediateReset", "ResetCommand")
    assert.deepStrictEqual(bench.told(), ["Ended ResetCommand EVConnected ImmediateReset"])
    assert.strictEqual(bench.events[0]?.idToken, undefined)
  })

  it("K02.FR.05: the charging profiles of a transaction end with it", () => {
    const bench = charging()
    bench.present("A")
    assert.deepStrictEqual(bench.ended, ["tx-1"])
  })

  it("E01: with the cable still in, the next token begins another transaction", () => {
    const bench = charging()
    bench.present("A")
    bench.present("B")
    assert.strictEqual(bench.told()[1], "Started Authorized EVConnected")
    assertSound(bench.of("tx-2"))
  })

  it("timeSpentCharging counts the seconds in which energy flowed", () => {
    const bench = charging()
    bench.draw(0)
    bench.advance(100)
    bench.draw(11_000)
    bench.advance(50)
    bench.present("A")
    assert.strictEqual(bench.events.at(-1)?.transactionInfo.timeSpentCharging, 650)
  })
})

describe("a token that the CSMS does not accept", () => {
  const invalid = (variables = {}) => {
    const bench = new Bench({ variables })
    bench.cache.set("X", { status: "Accepted" })
    bench.plug()
    bench.answer = ({ idToken, seqNo }) => (idToken && seqNo > 0 ? { idTokenInfo: { status: "Invalid" } } : {})
    bench.present("X")
    return bench
  }

  it("E05.FR.10: ends the transaction where Authorized is a stop point", () => {
    const bench = invalid()
    assert.deepStrictEqual(bench.told().slice(1), ["Updated Authorized", "Ended Deauthorized DeAuthorized"])
    assertSound(bench.events, true)
  })

  it("E05.FR.11: the socket keeps the cable until the owner presents the token", () => {
    const bench = invalid()
    assert.isTrue(bench.transactions.holdsCable(bench.evse()))
    bench.present("X")
    assert.isFalse(bench.transactions.holdsCable(bench.evse()))
  })

  it("E05.FR.09: else only ends the authorization", () => {
    const bench = invalid({ "TxCtrlr.TxStopPoint": "EVConnected" })
    assert.deepStrictEqual(bench.told().slice(1), ["Updated Authorized", "Updated Deauthorized"])
    bench.unplug()
    assert.strictEqual(bench.told().at(-1), "Ended EVCommunicationLost Idle DeAuthorized")
  })

  it("E05.FR.02: without StopTxOnInvalidId energy stops and the transaction goes on", () => {
    const bench = invalid({ "TxCtrlr.StopTxOnInvalidId": "false" })
    assert.deepStrictEqual(bench.told().slice(1), ["Updated Authorized", "Updated ChargingStateChanged SuspendedEVSE"])
    bench.present("X")
    assert.strictEqual(bench.told().at(-1), "Ended StopAuthorized EVConnected Local")
  })

  it("E05.FR.03: MaxEnergyOnInvalidId flows before", () => {
    const bench = invalid({ "TxCtrlr.StopTxOnInvalidId": "false", "TxCtrlr.MaxEnergyOnInvalidId": "1100" })
    assert.strictEqual(bench.told().at(-1), "Updated ChargingStateChanged Charging")
    bench.advance(359)
    assert.strictEqual(bench.evse().transaction?.chargingState, "Charging")
    bench.advance(2)
    assert.strictEqual(bench.told().at(-1), "Updated ChargingStateChanged SuspendedEVSE")
    assert.approximately(bench.evse().transaction?.energyWh ?? 0, 1100, 5)
  })

  it("C15.FR.04: also when the answer comes long after, to an event that happened offline", () => {
    const bench = new Bench()
    bench.isOnline = false
    bench.plug()
    bench.present("X")
    bench.advance(3600)
    bench.tokens.set("X", { status: "Unknown" })
    bench.isOnline = true
    bench.settle()
    assert.strictEqual(bench.told().at(-1), "Ended Deauthorized EVConnected DeAuthorized")
    assert.deepStrictEqual(
      bench.events.map(({ offline }) => offline),
      [true, true, true, undefined]
    )
    assertSound(bench.events, true)
  })

  it("E05: an answer that comes when the transaction is over changes nothing", () => {
    const bench = new Bench()
    bench.isSlow = true
    bench.plug()
    bench.present("X")
    bench.settle()
    bench.tokens.set("X", { status: "Invalid" })
    bench.unplug()
    bench.settle()
    assert.strictEqual(bench.told().at(-1), "Ended EVCommunicationLost Idle EVDisconnected")
    assertSound(bench.events, true)
  })
})

describe("meter values", () => {
  it("J02.FR.11: a reading at each TxUpdatedInterval, and one timer", () => {
    const bench = new Bench({ variables: { "SampledDataCtrlr.TxUpdatedInterval": "60" } })
    bench.plug()
    bench.present("A")
    assert.strictEqual(bench.timers, 1)
    bench.advance(181)
    assert.deepStrictEqual(bench.told().slice(3), [
      "Updated MeterValuePeriodic",
      "Updated MeterValuePeriodic",
      "Updated MeterValuePeriodic"
    ])
  })

  it("J01.FR.22: clock-aligned readings of a transaction", () => {
    const bench = new Bench({
      variables: { "AlignedDataCtrlr.Interval": "900", "AlignedDataCtrlr.Measurands": "Energy.Active.Import.Register" }
    })
    bench.advance(100)
    bench.plug()
    bench.advance(1700)
    assert.deepStrictEqual(
      bench.events.slice(1).map(({ timestamp, triggerReason }) => `${timestamp} ${triggerReason}`),
      ["2026-03-01T10:15:00Z MeterValueClock", "2026-03-01T10:30:00Z MeterValueClock"]
    )
  })

  it("E06.FR.11: Ended holds the readings of TxEndedInterval between those of begin and end", () => {
    const bench = new Bench({ variables: { "SampledDataCtrlr.TxEndedInterval": "300" } })
    bench.plug()
    bench.present("A")
    bench.advance(1000)
    bench.present("A")
    assert.deepStrictEqual(
      bench.events.at(-1)?.meterValue?.map(({ sampledValue }) => sampledValue[0]?.context),
      ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
    )
  })

  it("E06.FR.13: a long transaction drops readings between the ends", () => {
    const bench = new Bench({ variables: { "SampledDataCtrlr.TxEndedInterval": "60" } })
    bench.plug()
    bench.present("A")
    bench.advance(86_400)
    bench.present("A")
    const values = bench.events.at(-1)?.meterValue ?? []
    assert.isAtMost(values.length, 97)
    assert.isAtLeast(values.length, 40)
    assert.strictEqual(values[0]?.sampledValue[0]?.context, "Transaction.Begin")
    assert.strictEqual(values.at(-1)?.sampledValue[0]?.context, "Transaction.End")
    assertSound(bench.events, true)
  })

  it("no timer runs at an EVSE where nothing happens", () => {
    assert.strictEqual(new Bench({ evses: 4 }).timers, 0)
  })
})

describe("with the Power part", () => {
  it("E01.FR.18, E01.FR.19: a session until the battery is full costs its messages and nothing else", () => {
    const bench = new Bench({ power: (station) => new Power(station) })
    bench.plug()
    bench.present("A")
    bench.advance(12 * 3600)
    bench.present("A")
    bench.unplug()
    assert.deepStrictEqual(bench.told(), [
      "Started CablePluggedIn EVConnected",
      "Updated Authorized",
      "Updated ChargingStateChanged Charging",
      "Updated ChargingStateChanged SuspendedEV",
      "Ended StopAuthorized EVConnected Local"
    ])
    const ended = bench.happenings.find(({ _tag }) => _tag === "TransactionEnded")
    assert.approximately(ended?._tag === "TransactionEnded" ? ended.energyWh : 0, 42_000, 10)
    assert.strictEqual(bench.events[2]?.numberOfPhasesUsed, 3)
    assertSound(bench.events, true)
    assert.strictEqual(bench.timers, 0)
  })

  it("E10: energy stops with the cable and goes on with it", () => {
    const variables = { "TxCtrlr.TxStopPoint": "Authorized", "TxCtrlr.StopTxOnEVSideDisconnect": "false" }
    const bench = new Bench({ power: (station) => new Power(station), variables })
    bench.plug()
    bench.present("A")
    bench.advance(60)
    bench.unplug()
    bench.advance(30)
    bench.plug()
    assert.deepStrictEqual(bench.told().slice(-3), [
      "Updated EVCommunicationLost Idle",
      "Updated CablePluggedIn EVConnected",
      "Updated ChargingStateChanged Charging"
    ])
    assertSound(bench.events)
  })
})

describe("TxStartPoint and TxStopPoint", () => {
  const set = (variable: "TxStartPoint" | "TxStopPoint", value: string) =>
    new Bench().guards.get(`TxCtrlr.${variable}`)?.(value)?.status

  it("E-30: combinations that make no sense are refused", () => {
    assert.strictEqual(set("TxStopPoint", "DataSigned"), "Rejected")
    assert.strictEqual(set("TxStartPoint", "ParkingBayOccupancy"), "Rejected")
    assert.strictEqual(set("TxStartPoint", "DataSigned"), "Rejected")
    assert.strictEqual(set("TxStartPoint", ""), "Rejected")
    assert.strictEqual(set("TxStartPoint", "Sunrise"), "Rejected")
  })

  it("E-30: others are not, EnergyTransfer as a stop point among them", () => {
    assert.strictEqual(set("TxStartPoint", "PowerPathClosed"), undefined)
    assert.strictEqual(set("TxStopPoint", "EnergyTransfer,EVConnected"), undefined)
  })
})
