import type {
  BootReasonEnumType,
  HeartbeatResponse,
  ResetRequest,
  ResetResponse,
  TransactionEventResponse
} from "@wattline/ocpp-v201"
import {
  andThen,
  type CallFailure,
  type ClientEvent,
  type ClientSettings,
  connectStation,
  type DialerLayer,
  type EventsMissed,
  openStations,
  type PromiseEvents,
  type PromisePlayableStation,
  type PromiseStationClient,
  type PromiseStationHandler,
  type PromiseStationHandlerContext,
  type PromiseStationHandlers,
  type PromiseStations,
  refuse,
  startVirtualStation,
  type StationState
} from "@wattline/ocpp-station/promise"
import type { Happening, VirtualProcess } from "@wattline/ocpp-station/virtual"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import { WsDialer } from "@wattline/ocpp-ws"
import { expectTypeOf, it } from "vitest"

const connection = { identity: "CS-1", url: "ws://csms", dialer: WsDialer.layer() } as const

it("handlers know their request and check their response", () => {
  const handlers: PromiseStationHandlers = {
    Reset: async (request, context) => {
      expectTypeOf(request).toEqualTypeOf<ResetRequest>()
      expectTypeOf(context).toEqualTypeOf<PromiseStationHandlerContext>()
      expectTypeOf(context.station).toEqualTypeOf<PromiseStationClient>()
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
      return andThen({ status: "Accepted" }, async () => context.station.reboot("RemoteReset", 5))
    },
    ClearCache: () => ({ status: "Accepted" }),
    GetLocalListVersion: () => {
      throw refuse("NotSupported")
    }
  }
  expectTypeOf(handlers).toExtend<PromiseStationHandlers>()
  // @ts-expect-error -- no such status
  const wrong: PromiseStationHandler<"Reset"> = async () => ({ status: "Fine" })
  // @ts-expect-error -- no such status in andThen either
  const wrongToo: PromiseStationHandler<"Reset"> = () => andThen({ status: "Fine" }, () => {})
  // @ts-expect-error -- only a station sends this action
  const wrongWay: PromiseStationHandlers = { BootNotification: () => ({}) }
  expectTypeOf([wrong, wrongToo, wrongWay]).toBeArray()
})

it("what a station offers has plain types", () => {
  expectTypeOf(connectStation).returns.toEqualTypeOf<Promise<PromiseStationClient>>()
  expectTypeOf(startVirtualStation).returns.toEqualTypeOf<Promise<PromisePlayableStation>>()
  expectTypeOf(openStations).returns.toEqualTypeOf<Promise<PromiseStations>>()
  type Station = PromiseStationClient
  expectTypeOf<Station["state"]>().toEqualTypeOf<StationState>()
  expectTypeOf<Station["accepted"]>().returns.toEqualTypeOf<Promise<void>>()
  expectTypeOf<Station["transactionEvent"]>().returns.toEqualTypeOf<Promise<TransactionEventResponse | undefined>>()
  expectTypeOf<Station["events"]>().returns.toEqualTypeOf<PromiseEvents<ClientEvent | EventsMissed>>()
  expectTypeOf<Station["configure"]>().parameters.toEqualTypeOf<[Partial<ClientSettings>]>()
  expectTypeOf<Station["reboot"]>().parameters.toEqualTypeOf<[BootReasonEnumType, number]>()
  expectTypeOf<Station["close"]>().returns.toEqualTypeOf<Promise<void>>()
  expectTypeOf<PromisePlayableStation["controls"]>().toEqualTypeOf<VirtualProcess>()
  expectTypeOf<PromisePlayableStation["events"]>().returns.toEqualTypeOf<
    PromiseEvents<Happening | ClientEvent | EventsMissed>
  >()
  expectTypeOf<CallFailure["_tag"]>().toEqualTypeOf<"CallError" | "NotSent" | "OutcomeUnknown">()
})

it("calls are typed by their action", () => {
  const use = (station: PromiseStationClient) => {
    expectTypeOf(station.call("Heartbeat", {})).resolves.toEqualTypeOf<HeartbeatResponse>()
    // @ts-expect-error -- only a CSMS sends this action
    void station.call("Reset", { type: "OnIdle" })
    // @ts-expect-error -- an idToken is needed
    void station.call("Authorize", {}, { signal: AbortSignal.timeout(1) })
  }
  expectTypeOf(use).toBeFunction()
})

it("options: a dialer of any adapter, keys and passwords as texts, a store as a layer", () => {
  expectTypeOf(WsDialer.layer()).toExtend<DialerLayer>()
  const use = () => {
    void connectStation({
      ...connection,
      chargingStation: { model: "M", vendorName: "V" },
      password: "secret",
      tls: { certificate: "PEM", key: "PEM" },
      store: FileMessageStore.layer({ directory: "queue" })
    })
    // @ts-expect-error -- what the station is must be said
    void connectStation(connection)
    void startVirtualStation({ ...connection, evses: [{ supply: { phases: 0, voltage: 400, maxCurrent: 125 } }] })
  }
  expectTypeOf(use).toBeFunction()
  expectTypeOf<PromiseStationHandler<"Reset">>().returns.extract<ResetResponse>().toEqualTypeOf<ResetResponse>()
})
