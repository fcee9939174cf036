/**
 * A station to be killed. Arguments: the URL of the CSMS, the folder of its queue. Each line on stdin is the `seqNo` of a
 * TransactionEvent to deliver, 9 that of the Ended; what happens is told on stdout, a line each.
 */
import { createInterface } from "node:readline"
import { Stations } from "@wattline/ocpp-station"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import { WsDialer } from "@wattline/ocpp-ws"
import { Effect, Layer, Stream } from "effect"

const [url = "", directory = "", password = ""] = process.argv.slice(2)

const eventOf = (seqNo: number) =>
  ({
    eventType: seqNo === 0 ? "Started" : seqNo === 9 ? "Ended" : "Updated",
    timestamp: new Date().toISOString(),
    triggerReason: seqNo === 0 ? "CablePluggedIn" : "MeterValuePeriodic",
    seqNo,
    transactionInfo: { transactionId: "T-1" }
  }) as const

const station = Effect.gen(function* () {
  const client = yield* (yield* Stations).connect({
    identity: "CS-1",
    url,
    password,
    chargingStation: { model: "Test", vendorName: "Wattline", serialNumber: "SN.1" },
    settings: { retryBackOffWaitMinimum: 0.25, retryBackOffRandomRange: 0 }
  })
  const events = yield* client.subscribe
  yield* Effect.forkScoped(
    Stream.runForEach(events, (event) =>
      Effect.sync(() => console.log(event._tag === "StateChanged" ? event.state : event._tag))
    ),
    { startImmediately: true }
  )
  for (const { seqNo, transactionInfo } of yield* client.unfinished)
    console.log(`${transactionInfo.transactionId} has come to ${seqNo}`)
  const lines = createInterface({ input: process.stdin })
  lines.on("line", (line) => {
    Effect.runFork(
      Effect.andThen(
        client.transactionEvent(eventOf(Number(line))),
        Effect.sync(() => console.log(`delivered ${line}`))
      )
    )
    console.log(`queued ${line}`)
  })
  return yield* Effect.never
})

Effect.runFork(
  Effect.scoped(station).pipe(
    Effect.provide(
      Stations.layer.pipe(Layer.provide(WsDialer.layer()), Layer.provide(FileMessageStore.layer({ directory })))
    )
  )
)
