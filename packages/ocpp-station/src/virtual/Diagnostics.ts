/** N of a virtual station, but for monitors: logs, and what it holds of customers. */
import * as Effect from "effect/Effect"
import type {
  CustomerInformationRequest,
  GetLogRequest,
  GetLogResponse,
  UploadLogStatusEnumType
} from "@wattline/ocpp-v201"
import { andThen, type Answer } from "@wattline/ocpp-core"
import type { StationHandlers } from "../client/Client.ts"
import { type CustomerRecord, isOf, partsOf, refusalOf, tokenSentences } from "./diagnostics/Customers.ts"
import { Upload } from "./diagnostics/Upload.ts"
import { StatusReport } from "./jobs/StatusReport.ts"
import { locationRefusal } from "./jobs/Transfer.ts"
import type { Part } from "./parts.ts"
import type { SecurityEvent } from "./security/SecurityLog.ts"
import type { VirtualStation } from "./VirtualStation.ts"

export type { CustomerRecord } from "./diagnostics/Customers.ts"
export { uploadFaults } from "./diagnostics/Upload.ts"

/** How a station tells of itself. */
export interface DiagnosticsOptions {
  /** The security log of the station; without it there is no SecurityLog to upload. */
  readonly securityLog?: (from?: number, to?: number) => ReadonlyArray<SecurityEvent>
  /** Bytes of a diagnostics log. Default 1 MB; 0: there is none. */
  readonly size?: number
  /** Bytes in a second. Default 200 kB. */
  readonly speed?: number
  /** What the station keeps of customers, besides tokens and transactions. */
  readonly customers?: ReadonlyArray<CustomerRecord>
}

/** Bytes of one event of the security log. */
const eventSize = 120

/** See the head of the file. */
export class Diagnostics implements Part {
  private readonly station: VirtualStation
  private readonly options: DiagnosticsOptions
  private readonly report: StatusReport<"LogStatusNotification">
  private upload: Upload | undefined = undefined
  private customers: ReadonlyArray<CustomerRecord>

  constructor(station: VirtualStation, options: DiagnosticsOptions = {}) {
    this.station = station
    this.options = options
    this.customers = options.customers ?? []
    this.report = new StatusReport(station, "LogStatusNotification")
  }

  readonly handlers = {
    GetLog: (request) => Effect.sync(() => this.getLog(request)),
    CustomerInformation: (request) => Effect.sync(() => this.customerInformation(request))
  } satisfies StationHandlers

  readonly triggers = {
    // N01.FR.13: with the requestId of the upload that goes on, else Idle
    LogStatusNotification: () => () => this.report.repeat({ status: "Idle" }, (status) => status !== "Uploading")
  }

  online(afterBoot: boolean): void {
    this.report.online()
    if (afterBoot) this.upload?.resume()
  }

  down(): void {
    this.upload?.pause()
  }

  private getLog(request: GetLogRequest): GetLogResponse | Answer<GetLogResponse> {
    const refusal = locationRefusal(request.log.remoteLocation, this.station)
    if (refusal !== undefined) return refusal
    const size = this.sizeOf(request)
    if (size === 0) return { status: "Rejected", statusInfo: { reasonCode: "NotFound" } } // N01.FR.05
    const before = this.upload
    before?.cancel()
    const upload = new Upload(this.station, request, { size, speed: this.options.speed ?? 200_000 }, (status) => {
      if (status !== "Uploading") this.upload = undefined
      this.tell(status, request.requestId)
    })
    this.upload = upload
    const stamp = this.station.time().replaceAll(/[-:]/g, "")
    const filename = `${request.logType}-${this.station.identity}-${stamp}.log`
    return andThen(
      { status: before === undefined ? "Accepted" : "AcceptedCanceled", filename }, // N01.FR.01, N01.FR.12
      Effect.sync(() => {
        if (before !== undefined) this.tell("AcceptedCanceled", before.request.requestId) // N01.FR.20
        if (this.upload === upload) upload.begin()
      })
    )
  }

  /** Bytes of what there is of a log between the times that are asked for. */
  private sizeOf({ log: { latestTimestamp, oldestTimestamp }, logType }: GetLogRequest): number {
    const from = oldestTimestamp === undefined ? -Infinity : Date.parse(oldestTimestamp)
    const to = latestTimestamp === undefined ? Infinity : Date.parse(latestTimestamp)
    if (logType === "SecurityLog") return (this.options.securityLog?.(from, to).length ?? 0) * eventSize
    return from > this.station.now() || from > to ? 0 : (this.options.size ?? 1_000_000)
  }

  private tell(status: UploadLogStatusEnumType, requestId: number): void {
    this.report.send({ status, requestId }) // N01.FR.07
    this.station.tell({ _tag: "LogStatus", status, requestId })
  }

  private customerInformation(request: CustomerInformationRequest) {
    const refusal = refusalOf(request)
    if (refusal !== undefined) return { status: refusal }
    const sentences = request.report ? this.heldOf(request) : []
    if (request.clear) this.forget(request)
    const none = request.report ? "No data was found." : "The data was cleared." // N09.FR.06, N10.FR.06
    return andThen(
      { status: "Accepted" as const },
      Effect.sync(() => this.notify(request.requestId, sentences.length === 0 ? none : sentences.join("\n")))
    )
  }

  private heldOf(request: CustomerInformationRequest): ReadonlyArray<string> {
    const { idToken } = request
    const records = this.customers.filter((record) => isOf(record, request)).map(({ data }) => data)
    if (idToken === undefined) return records
    return [...tokenSentences(idToken, this.station.authorization.known(idToken), this.station.evses), ...records]
  }

  /** N10.FR.03: all but the local list. A transaction that runs goes on. */
  private forget(request: CustomerInformationRequest): void {
    const tokens = [
      ...(request.idToken === undefined ? [] : [request.idToken]),
      ...this.customers.flatMap((record) =>
        isOf(record, request) && record.idToken !== undefined ? [record.idToken] : []
      )
    ]
    for (const token of tokens) this.station.authorization.forget(token)
    this.customers = this.customers.filter((record) => !isOf(record, request))
  }

  private notify(requestId: number, text: string): void {
    const parts = partsOf(text)
    for (const [seqNo, data] of parts.entries())
      this.station.client.call("NotifyCustomerInformation", {
        requestId,
        seqNo,
        generatedAt: this.station.time(),
        tbc: seqNo < parts.length - 1,
        data
      })
  }
}
