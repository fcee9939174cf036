/** Our client without sockets: a dialer in this process answers as soon as the CALL is out. What is left is the client itself. */
import { Dialer, type Link, type LinkHandler } from "@wattline/ocpp-core/engine"
import { type Client, Stations } from "@wattline/ocpp-station"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { median } from "./report.ts"

/** CALLs per round and action. */
const count = 20_000

/** Answers that are right; `{}` for all others. */
const answers: Readonly<Record<string, string>> = {
  BootNotification: '{"status":"Accepted","currentTime":"2026-01-01T00:00:00Z","interval":300}',
  Heartbeat: '{"currentTime":"2026-01-01T00:00:00Z"}'
}

/** Keeps the answer to the last CALL until it is asked for. */
class Loop {
  private handler: LinkHandler | undefined = undefined
  private answer: string | undefined = undefined
  private asked = 0

  private readonly link: Link = {
    send: (text) => {
      const [, id, , action] = text.split('"', 5)
      if (text.startsWith("[2")) this.answer = `[3,"${id}",${answers[action ?? ""] ?? "{}"}]`
      return true
    },
    close: () => {},
    terminate: () => {}
  }

  readonly layer = Layer.succeed(
    Dialer,
    Dialer.of({
      dial: (_, open) =>
        Effect.sync(() => {
          this.handler = open({ link: this.link, protocol: "ocpp2.0.1", ping: () => {} })
          this.turn()
        })
    })
  )

  /** Hands answers over until nothing more is asked. */
  turn(): void {
    for (let { answer } = this; answer !== undefined; { answer } = this) {
      this.answer = undefined
      this.handler?.onText(answer)
    }
  }

  ask(action: string): void {
    this.handler?.onText(`[2,"${++this.asked}","${action}",{}]`)
  }
}

const timestamp = "2026-01-01T08:00:00Z"

const sampled = (value: number, measurand: "Energy.Active.Import.Register" | "Power.Active.Import") =>
  ({
    value,
    context: "Sample.Periodic",
    measurand,
    unitOfMeasure: { unit: measurand.startsWith("E") ? "Wh" : "W" }
  }) as const

const payloads: Readonly<Record<string, (n: number) => object>> = {
  Heartbeat: () => ({}),
  StatusNotification: () => ({ timestamp, connectorStatus: "Occupied", evseId: 1, connectorId: 1 }),
  TransactionEvent: (n) => ({
    eventType: "Updated",
    timestamp,
    triggerReason: "MeterValuePeriodic",
    seqNo: n,
    transactionInfo: { transactionId: "T-1", chargingState: "Charging" },
    evse: { id: 1, connectorId: 1 },
    meterValue: [
      {
        timestamp,
        sampledValue: [
          sampled(1000 + n * 25.5, "Energy.Active.Import.Register"),
          sampled(11_040, "Power.Active.Import")
        ]
      }
    ]
  })
}

/** Microseconds of CPU per CALL and its answer, by action: medians of the rounds. */
export const withoutSockets = (rounds: number): Promise<ReadonlyMap<string, number>> =>
  Effect.gen(function* () {
    const loop = new Loop()
    let client: Client | undefined
    yield* Effect.flatMap(Stations, ({ connect }) =>
      connect({
        identity: "CS-1",
        url: "ws://csms/ocpp",
        chargingStation: { model: "Bench", vendorName: "Wattline" },
        handlers: {
          ClearCache: (_, context) =>
            Effect.sync(() => {
              client = context.client // the synchronous one: no fiber is measured
              return { status: "Accepted" }
            })
        }
      })
    ).pipe(Effect.provide(Layer.provide(Stations.layer, loop.layer)))
    loop.ask("ClearCache")
    if (client === undefined) return yield* Effect.die("the client gave no answer")
    const results = new Map<string, Array<number>>()
    for (let round = 0; round <= rounds; round++)
      for (const [action, payload] of Object.entries(payloads)) {
        const before = process.cpuUsage()
        for (let n = 0; n < count; n++) {
          if (action === "TransactionEvent") client.transactionEvent(payload(n) as never)
          else client.call(action as "Heartbeat", payload(n))
          loop.turn()
        }
        const { system, user } = process.cpuUsage(before)
        if (round > 0) results.set(action, [...(results.get(action) ?? []), (system + user) / count]) // 0: warm-up
      }
    return new Map(Array.from(results, ([action, figures]) => [action, median(figures)]))
  }).pipe(Effect.scoped, Effect.runPromise)
