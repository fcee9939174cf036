import type {
  ChargingStateEnumType,
  ReasonEnumType,
  TransactionEventEnumType,
  TriggerReasonEnumType
} from "@wattline/ocpp-v201"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { addPrint, type EventPrints, maxPrints, mixWord } from "../../src/blocks/TransactionPrint.ts"
import { property } from "./payloads.ts"

const none: EventPrints = []

const words: {
  readonly trigger: Record<TriggerReasonEnumType, true>
  readonly reason: Record<ReasonEnumType, true>
  readonly state: Record<ChargingStateEnumType, true>
  readonly event: Record<TransactionEventEnumType, true>
} = {
  trigger: {
    Authorized: true,
    CablePluggedIn: true,
    ChargingRateChanged: true,
    ChargingStateChanged: true,
    Deauthorized: true,
    EnergyLimitReached: true,
    EVCommunicationLost: true,
    EVConnectTimeout: true,
    MeterValueClock: true,
    MeterValuePeriodic: true,
    TimeLimitReached: true,
    Trigger: true,
    UnlockCommand: true,
    StopAuthorized: true,
    EVDeparted: true,
    EVDetected: true,
    RemoteStop: true,
    RemoteStart: true,
    AbnormalCondition: true,
    SignedDataReceived: true,
    ResetCommand: true
  },
  reason: {
    DeAuthorized: true,
    EmergencyStop: true,
    EnergyLimitReached: true,
    EVDisconnected: true,
    GroundFault: true,
    ImmediateReset: true,
    Local: true,
    LocalOutOfCredit: true,
    MasterPass: true,
    Other: true,
    OvercurrentFault: true,
    PowerLoss: true,
    PowerQuality: true,
    Reboot: true,
    Remote: true,
    SOCLimitReached: true,
    StoppedByEV: true,
    TimeLimitReached: true,
    Timeout: true
  },
  state: { Charging: true, EVConnected: true, SuspendedEV: true, SuspendedEVSE: true, Idle: true },
  event: { Ended: true, Started: true, Updated: true }
}

describe("TransactionPrint", () => {
  it.each(Object.entries(words))("E-6: no two words of %s have one fingerprint", (_, all) => {
    const prints = ["", ...Object.keys(all)].map((word) => mixWord(17, word))
    expect(new Set(prints).size).toBe(prints.length)
  })

  it("holds those with the highest seqNos, ascending, whatever the order they came in", () => {
    const event = fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 2 }))
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const held = events.reduce((prints, [seqNo, print]) => addPrint(prints, seqNo, print), none)
        const all = [...new Set(events.map(([seqNo, print]) => seqNo * 3 + print))].toSorted((a, b) => a - b)
        expect(held).toEqual(all.slice(-maxPrints).flatMap((n) => [Math.floor(n / 3), n % 3]))
      }),
      property
    )
  })
})
