/** One update of the firmware from its request to its end (L01, L02). Steps follow each other by the clock of the station. */
import type { FirmwareStatusEnumType, UpdateFirmwareRequest } from "@wattline/ocpp-v201"
import { Later } from "../jobs/Later.ts"
import { attempts, duration, faultOf, pauseOf, type Transfer } from "../jobs/Transfer.ts"
import type { VirtualStation } from "../VirtualStation.ts"
import { versionOf } from "./Version.ts"

/**
 * What can go wrong with an update; the location names it with the end of its path, or an option for all updates.
 *
 * - `fail-download`, `fail-first-download`: no attempt succeeds; the first one does not
 * - `pause-download`: DownloadPaused for a minute in the middle
 * - `fail-signature`: InvalidSignature, where the update has a signature
 * - `fail-verification`: InstallVerificationFailed; `fail-install`: InstallationFailed
 */
export const firmwareFaults = [
  "fail-download",
  "fail-first-download",
  "pause-download",
  "fail-signature",
  "fail-verification",
  "fail-install"
] as const

/** See `firmwareFaults`. */
export type FirmwareFault = (typeof firmwareFaults)[number]

/** How a station updates itself. Times in seconds. */
export interface UpdateSettings extends Transfer {
  readonly verifySeconds: number
  readonly installSeconds: number
  readonly rebootSeconds: number
  /** Whether it reboots to use the new firmware. */
  readonly reboots: boolean
  readonly fault: FirmwareFault | undefined
}

/** What an update says of itself. */
export interface UpdateListener {
  readonly status: (status: FirmwareStatusEnumType) => void
  /** It is over, with success or without. */
  readonly ended: () => void
}

/** See the head of the file. */
export class Update {
  readonly request: UpdateFirmwareRequest
  private readonly station: VirtualStation
  private readonly settings: UpdateSettings
  private readonly listener: UpdateListener
  private readonly later: Later
  private readonly fault: FirmwareFault | undefined
  /** EVSEs that were made unavailable for it (L01.FR.07). */
  private readonly closed = new Set<number>()
  private isWaiting = false
  private isScheduled = false
  private hasRebooted = false

  constructor(
    station: VirtualStation,
    request: UpdateFirmwareRequest,
    settings: UpdateSettings,
    listener: UpdateListener
  ) {
    this.station = station
    this.request = request
    this.settings = settings
    this.listener = listener
    this.later = new Later(station)
    this.fault = settings.fault ?? faultOf(request.firmware.location, firmwareFaults)
  }

  /** From the moment it goes down for the new firmware it cannot be cancelled (L01.FR.27). */
  get isRebooting(): boolean {
    return this.hasRebooted
  }

  begin(): void {
    this.at("DownloadScheduled", this.request.firmware.retrieveDateTime, () => this.download(1)) // L01.FR.13
  }

  /** Another update takes its place, or nobody wants it any more. */
  cancel(): void {
    this.later.cancel()
    this.isWaiting = false
    this.open()
  }

  /** A transaction has ended. */
  transactionEnded(): void {
    if (this.isWaiting) this.later.set(0, () => this.whenIdle())
  }

  down(): void {
    this.later.pause()
  }

  /** The station is back after a boot: with the new firmware, or where it was. */
  booted(): void {
    if (this.isRebooting) this.end("Installed") // L01.FR.32: told by the new firmware
    else if (this.isWaiting) this.whenIdle()
    else this.later.resume()
  }

  /** Now, or at `dateTime` when that is to come; then `status` says that it is scheduled. */
  private at(status: FirmwareStatusEnumType, dateTime: string | undefined, action: () => void): void {
    const wait = dateTime === undefined ? 0 : Date.parse(dateTime) - this.station.now()
    if (!(wait > 0)) return action()
    this.listener.status(status)
    this.isScheduled = status === "InstallScheduled"
    this.later.set(wait, action)
  }

  private download(attempt: number): void {
    this.listener.status("Downloading") // again on each attempt (L01.FR.30)
    const time = duration(this.settings)
    const { fault } = this
    if (fault === "fail-download" || (fault === "fail-first-download" && attempt === 1))
      this.later.set(time / 2, () => this.again(attempt))
    else if (fault === "pause-download") this.later.set(time / 2, () => this.pause())
    else this.later.set(time, () => this.downloaded())
  }

  private again(attempt: number): void {
    if (attempt >= attempts(this.request)) this.end("DownloadFailed")
    else this.later.set(pauseOf(this.request), () => this.download(attempt + 1))
  }

  private pause(): void {
    this.listener.status("DownloadPaused") // L01.FR.14
    this.later.set(60_000, () => {
      this.listener.status("Downloading")
      this.later.set(duration(this.settings) / 2, () => this.downloaded())
    })
  }

  private downloaded(): void {
    this.listener.status("Downloaded")
    if (this.request.firmware.signingCertificate === undefined && this.request.firmware.signature === undefined)
      this.schedule() // L02
    else this.later.set(this.settings.verifySeconds * 1000, () => this.verify())
  }

  /** L01.FR.04. There is no image: the outcome is as the fault says, or a signature that is no base64 is not valid. */
  private verify(): void {
    const { signature = "", signingCertificate } = this.request.firmware
    const isSignature = signature !== "" && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(signature)
    if (this.fault === "fail-signature" || !isSignature || signingCertificate === undefined) {
      this.station.security.event("InvalidFirmwareSignature") // L01.FR.03
      return this.end("InvalidSignature")
    }
    this.listener.status("SignatureVerified")
    this.schedule()
  }

  private schedule(): void {
    this.at("InstallScheduled", this.request.firmware.installDateTime, () => this.whenIdle()) // L01.FR.16
  }

  /** L01.FR.06: not while a transaction runs. */
  private whenIdle(): void {
    const isBusy = this.station.evses.some(({ transaction }) => transaction !== undefined)
    const allowsNew = this.station.model.flag("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate")
    if (!isBusy || !allowsNew) this.close() // L01.FR.07
    this.isWaiting = isBusy
    if (!isBusy) return this.install()
    if (!this.isScheduled) this.listener.status("InstallScheduled") // L01.FR.34
    this.isScheduled = true
  }

  private install(): void {
    this.listener.status("Installing")
    this.later.set(this.settings.installSeconds * 1000, () => this.installed())
  }

  private installed(): void {
    if (this.fault === "fail-verification") return this.end("InstallVerificationFailed") // L01.FR.29
    if (this.fault === "fail-install") return this.end("InstallationFailed")
    const { chargingStation } = this.station
    const firmwareVersion = versionOf(this.request.firmware.location, chargingStation.firmwareVersion)
    this.station.chargingStation = { ...chargingStation, firmwareVersion }
    if (!this.settings.reboots) return this.end("Installed")
    this.listener.status("InstallRebooting") // L01.FR.32
    this.hasRebooted = true
    // The status has to be out before the link is closed.
    this.later.set(1000, () => this.station.client.reboot("FirmwareUpdate", this.settings.rebootSeconds))
  }

  private end(status: FirmwareStatusEnumType): void {
    this.later.cancel()
    this.listener.status(status)
    if (status === "Installed") this.station.security.event("FirmwareUpdated") // L01.FR.31
    this.open()
    this.listener.ended()
  }

  /** EVSEs that nobody uses, and that the CSMS has not taken out of operation, become unavailable. */
  private close(): void {
    for (const { id, transaction } of this.station.evses) {
      if (transaction !== undefined || this.closed.has(id)) continue
      if (this.station.availability.admits(id, undefined) === "Inoperative") continue
      this.closed.add(id)
      this.station.availability.setOperational("Inoperative", id)
    }
  }

  private open(): void {
    for (const id of this.closed) this.station.availability.setOperational("Operative", id)
    this.closed.clear()
  }
}
