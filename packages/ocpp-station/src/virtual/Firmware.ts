/** L of a virtual station: updates of its firmware; as a local controller also images for other stations. */
import * as Effect from "effect/Effect"
import type {
  FirmwareStatusEnumType,
  FirmwareType,
  PublishFirmwareRequest,
  PublishFirmwareStatusEnumType,
  UpdateFirmwareRequest,
  UpdateFirmwareResponse
} from "@wattline/ocpp-v201"
import { andThen, type Answer } from "@wattline/ocpp-core"
import { readCertificates, trustProblem } from "@wattline/ocpp-core/engine"
import type { StationHandlers } from "../client/Client.ts"
import { Publication } from "./firmware/Publication.ts"
import { type FirmwareFault, Update, type UpdateSettings } from "./firmware/Update.ts"
import type { Happening } from "./Happening.ts"
import { locationRefusal } from "./jobs/Transfer.ts"
import { StatusReport } from "./jobs/StatusReport.ts"
import type { Part } from "./parts.ts"
import type { VirtualStation } from "./VirtualStation.ts"

export { type FirmwareFault, firmwareFaults } from "./firmware/Update.ts"
export { publishFaults } from "./firmware/Publication.ts"

/** How a station updates itself. */
export interface FirmwareOptions extends Partial<UpdateSettings> {
  /** Bytes of an image. Default 5 MB. */
  readonly size?: number
  /** Bytes in a second. Default 500 kB. */
  readonly speed?: number
  /** Seconds; default 1, 20 and 10. */
  readonly verifySeconds?: number
  readonly installSeconds?: number
  readonly rebootSeconds?: number
  /** Whether the new firmware needs a reboot. Default true. */
  readonly reboots?: boolean
  /** What goes wrong with every update. Default: what its location names, see `firmwareFaults`. */
  readonly fault?: FirmwareFault
  /** What every request is answered with, instead of being carried out. */
  readonly refuses?: "Rejected" | "InvalidCertificate" | "RevokedCertificate"
  /** Whether images without a signature are installed (L02). Default true. */
  readonly acceptsUnsigned?: boolean
  /** Whether it is a local controller, which publishes images (L03, L04). Default false: NotSupported. */
  readonly publishes?: boolean
}

const standard: UpdateSettings = {
  size: 5_000_000,
  speed: 500_000,
  verifySeconds: 1,
  installSeconds: 20,
  rebootSeconds: 10,
  reboots: true,
  fault: undefined
}

type Outcome = UpdateFirmwareResponse | Answer<UpdateFirmwareResponse>

/** See the head of the file. */
export class Firmware implements Part {
  private readonly station: VirtualStation
  private readonly options: FirmwareOptions
  private readonly settings: UpdateSettings
  private readonly report: StatusReport<"FirmwareStatusNotification">
  private readonly published: StatusReport<"PublishFirmwareStatusNotification">
  private update: Update | undefined = undefined
  private publication: Publication | undefined = undefined
  /** By checksum: where the stations behind a local controller find an image. */
  private images: Map<string, Array<string>> | undefined = undefined
  /** By checksum: how many stations are fetching it. */
  private fetching: Map<string, number> | undefined = undefined

  constructor(station: VirtualStation, options: FirmwareOptions = {}) {
    this.station = station
    this.options = options
    this.settings = { ...standard, ...options, fault: options.fault }
    this.report = new StatusReport(station, "FirmwareStatusNotification")
    this.published = new StatusReport(station, "PublishFirmwareStatusNotification")
    this.handlers =
      options.publishes === true
        ? { UpdateFirmware: this.onUpdate, ...this.publishing() }
        : { UpdateFirmware: this.onUpdate }
  }

  readonly handlers: StationHandlers

  readonly triggers = {
    FirmwareStatusNotification: () => () => this.report.repeat({ status: "Idle" }, (status) => status === "Installed"), // L01.FR.25, L01.FR.26
    PublishFirmwareStatusNotification: (): (() => void) | "NotImplemented" =>
      this.options.publishes === true
        ? () => this.published.repeat({ status: "Idle" }, (status) => status === "Published") // L03.FR.10, L03.FR.11
        : "NotImplemented"
  }

  /** A station behind this local controller fetches a published image, or has ended to (L04.FR.04). */
  fetches(checksum: string, isFetching: boolean): void {
    this.fetching ??= new Map()
    this.fetching.set(checksum, Math.max(0, (this.fetching.get(checksum) ?? 0) + (isFetching ? 1 : -1)))
  }

  online(afterBoot: boolean): void {
    this.published.online()
    if (!afterBoot || this.update?.isRebooting !== true) this.report.online() // else there is a newer status at once
    if (!afterBoot) return
    this.update?.booted()
    this.publication?.resume()
  }

  down(): void {
    this.update?.down()
    this.publication?.pause()
  }

  happened({ _tag }: Happening): void {
    if (_tag === "TransactionEnded") this.update?.transactionEnded()
  }

  private readonly onUpdate = (request: UpdateFirmwareRequest): Effect.Effect<Outcome> =>
    Effect.suspend(() => {
      const refusal = this.refusal(request.firmware)
      if (refusal !== undefined) return Effect.succeed(refusal)
      const { signingCertificate } = request.firmware
      if (signingCertificate === undefined) return Effect.sync(() => this.accept(request))
      return Effect.map(this.certificateProblem(signingCertificate), (problem) => {
        if (problem === undefined) return this.accept(request)
        this.station.security.event("InvalidFirmwareSigningCertificate", problem) // L01.FR.02
        const statusInfo = { reasonCode: "InvalidCertificate", additionalInfo: problem }
        return { status: "InvalidCertificate", statusInfo } as const // L01.FR.22
      })
    })

  private refusal({ location, signature, signingCertificate }: FirmwareType): UpdateFirmwareResponse | undefined {
    const { refuses } = this.options
    if (refuses !== undefined) {
      if (refuses !== "Rejected") this.station.security.event("InvalidFirmwareSigningCertificate", refuses) // L01.FR.02
      return { status: refuses }
    }
    const unusable = locationRefusal(location, this.station)
    if (unusable !== undefined) return unusable
    if (this.options.acceptsUnsigned === false && (signature === undefined || signingCertificate === undefined))
      return { status: "Rejected", statusInfo: { reasonCode: "MissingParam" } }
    return undefined
  }

  /** L01.FR.12, L01.FR.21: it can be read and is valid now; where roots of manufacturers are installed, it comes from one. */
  private certificateProblem(pem: string): Effect.Effect<string | undefined> {
    const chain = readCertificates(pem)
    const roots = this.station.security.roots("ManufacturerRootCertificate")
    const now = this.station.now()
    const [leaf] = chain ?? []
    if (chain === undefined || leaf === undefined) return Effect.succeed("It cannot be read as X.509 in PEM.")
    if (leaf.notAfter <= now) return Effect.succeed("The certificate has expired.")
    if (leaf.notBefore > now) return Effect.succeed("The certificate is not valid yet.")
    return roots.length === 0 ? Effect.succeed(undefined) : Effect.promise(() => trustProblem(chain, roots, now))
  }

  private accept(request: UpdateFirmwareRequest): Outcome {
    const before = this.update
    if (before?.isRebooting === true) return { status: "Rejected", statusInfo: { reasonCode: "FwUpdateInProgress" } } // L01.FR.27
    before?.cancel()
    const update = new Update(this.station, request, this.settings, {
      status: (status) => this.tell(status, request.requestId),
      ended: () => {
        if (this.update === update) this.update = undefined
      }
    })
    this.update = update
    const status = before === undefined ? "Accepted" : "AcceptedCanceled" // L01.FR.24
    return andThen(
      { status },
      Effect.sync(() => {
        if (this.update === update) update.begin()
      })
    )
  }

  private tell(status: FirmwareStatusEnumType, requestId: number): void {
    this.report.send({ status, requestId }) // L01.FR.01, L01.FR.10
    this.station.tell({ _tag: "FirmwareStatus", status, requestId })
  }

  private publishing(): StationHandlers {
    return {
      PublishFirmware: (request) => Effect.sync(() => this.publish(request)),
      UnpublishFirmware: ({ checksum }) => Effect.sync(() => ({ status: this.unpublish(checksum) }))
    }
  }

  private publish(request: PublishFirmwareRequest) {
    const refusal = locationRefusal(request.location, this.station)
    if (refusal !== undefined) return refusal
    if (this.publication !== undefined)
      return { status: "Rejected" as const, statusInfo: { reasonCode: "FwUpdateInProgress" } }
    const publication = new Publication(this.station, request, this.settings, (status) =>
      this.progress(status, request)
    )
    this.publication = publication
    return andThen(
      { status: "Accepted" as const },
      Effect.sync(() => publication.begin())
    )
  }

  private progress(status: PublishFirmwareStatusEnumType, { checksum, requestId }: PublishFirmwareRequest): void {
    const isOver = ["Published", "PublishFailed", "InvalidChecksum", "DownloadFailed"].includes(status)
    if (isOver) this.publication = undefined
    const location = status === "Published" ? this.locations(checksum) : undefined
    if (location !== undefined) (this.images ??= new Map()).set(checksum, location)
    this.published.send({ status, requestId, ...(location !== undefined && { location }) }) // L03.FR.01
  }

  /** L03.FR.03, L03.FR.04: one URL for each protocol that it has. */
  private locations(checksum: string): Array<string> {
    const protocols = this.station.model.list("OCPPCommCtrlr", "FileTransferProtocols")
    return (protocols.length === 0 ? ["http"] : protocols).map(
      (protocol) =>
        `${protocol.toLowerCase()}://${encodeURIComponent(this.station.identity)}.local/firmware/${checksum}`
    )
  }

  private unpublish(checksum: string): "DownloadOngoing" | "NoFirmware" | "Unpublished" {
    if ((this.fetching?.get(checksum) ?? 0) > 0) return "DownloadOngoing" // L04.FR.04
    return this.images?.delete(checksum) === true ? "Unpublished" : "NoFirmware"
  }
}
