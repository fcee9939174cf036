import { describe, expect, it } from "vitest"
import type { RequestStartTransactionResponse, TransactionEventRequest } from "@wattline/ocpp-v201"
import {
  findRemoteStart,
  maxRemoteStarts,
  remoteControl,
  type RemoteControlEvent,
  type RemoteControlState
} from "../../src/blocks/RemoteControl.ts"
import { exchange, frozen, noon, recorder, stored, time } from "./payloads.ts"

const { BootNotification, RequestStartTransaction, TransactionEvent } = remoteControl.reduce
const idToken = { idToken: "A", type: "Central" } as const

const setup = () => {
  const { emit, events } = recorder<RemoteControlEvent>()
  let state = remoteControl.initial
  const change = (next: RemoteControlState | undefined) => (state = frozen(next ?? state))
  return {
    events,
    state: () => state,
    start: (remoteStartId: number, response: RequestStartTransactionResponse = { status: "Accepted" }) =>
      change(
        RequestStartTransaction?.(
          state,
          exchange("RequestStartTransaction", { remoteStartId, idToken, evseId: 1 }, response),
          emit
        )
      ),
    transaction: (transactionId: string, remoteStartId?: number) => {
      const request: TransactionEventRequest = {
        eventType: "Started",
        timestamp: time(),
        triggerReason: "RemoteStart",
        seqNo: 0,
        transactionInfo: { transactionId, ...(remoteStartId !== undefined && { remoteStartId }) }
      }
      change(TransactionEvent?.(state, exchange("TransactionEvent", request, {}), emit))
    },
    boot: (rebooted: boolean) =>
      change(
        BootNotification?.(
          state,
          exchange(
            "BootNotification",
            { reason: "PowerUp", chargingStation: { model: "M", vendorName: "V" } },
            { status: "Accepted", interval: 1, currentTime: time() },
            noon,
            rebooted
          ),
          emit
        )
      )
  }
}

describe("RemoteControl", () => {
  it("ST-1: only an accepted remote start is on record", () => {
    const { events, start, state } = setup()
    start(1, { status: "Rejected" })
    expect(state()).toBe(remoteControl.initial)
    start(2)
    expect(state().remoteStarts).toEqual([{ remoteStartId: 2, idToken, evseId: 1, at: noon }])
    expect(events).toEqual([{ _tag: "RemoteStartAccepted", remoteStartId: 2, evseId: 1 }])
    expect(stored(state())).toEqual(state())
  })

  it("F-2: the remoteStartId of a TransactionEvent links the transaction, once", () => {
    const { events, start, state, transaction } = setup()
    start(2)
    transaction("T0")
    transaction("T1", 2)
    transaction("T1", 2)
    expect(findRemoteStart(state(), 2)?.transactionId).toBe("T1")
    expect(events.slice(1)).toEqual([{ _tag: "RemoteStartLinked", remoteStartId: 2, transactionId: "T1" }])
  })

  it("F-2, F01.FR.13: so does the transactionId in the answer", () => {
    const { events, start, state } = setup()
    start(2, { status: "Accepted", transactionId: "T1" })
    expect(findRemoteStart(state(), 2)?.transactionId).toBe("T1")
    expect(events.map(({ _tag }) => _tag)).toEqual(["RemoteStartAccepted", "RemoteStartLinked"])
  })

  it("R-165: an event that overtakes the answer is linked", () => {
    const { events, start, state, transaction } = setup()
    transaction("T1", 2)
    start(2)
    expect(findRemoteStart(state(), 2)).toEqual({ remoteStartId: 2, idToken, evseId: 1, at: noon, transactionId: "T1" })
    expect(events.map(({ _tag }) => _tag)).toEqual(["RemoteStartLinked", "RemoteStartAccepted"])
  })

  it("a restart of the station drops what was not begun; a triggered boot drops nothing", () => {
    const { boot, start, state, transaction } = setup()
    start(2)
    start(3)
    transaction("T1", 3)
    const before = state()
    expect(boot(false)).toBe(before)
    expect(boot(true)?.remoteStarts.map(({ remoteStartId }) => remoteStartId)).toEqual([3])
  })

  it("holds the last ones only", () => {
    const { start, state } = setup()
    for (let id = 1; id <= maxRemoteStarts + 2; id++) start(id)
    expect(state().remoteStarts).toHaveLength(maxRemoteStarts)
    expect(findRemoteStart(state(), 2)).toBeUndefined()
  })
})
