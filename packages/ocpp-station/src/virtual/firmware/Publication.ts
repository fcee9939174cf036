/** One image that a local controller fetches and publishes for the stations behind it (L03). */
import type { PublishFirmwareRequest, PublishFirmwareStatusEnumType } from "@wattline/ocpp-v201"
import { Later } from "../jobs/Later.ts"
import { attempts, duration, faultOf, pauseOf, type Transfer } from "../jobs/Transfer.ts"
import type { VirtualStation } from "../VirtualStation.ts"

/**
 * What can go wrong; the location names it with the end of its path: no attempt succeeds, the first one does not,
 * InvalidChecksum, PublishFailed.
 */
export const publishFaults = ["fail-download", "fail-first-download", "fail-checksum", "fail-publish"] as const

/** See the head of the file. */
export class Publication {
  readonly request: PublishFirmwareRequest
  private readonly settings: Transfer
  private readonly status: (status: PublishFirmwareStatusEnumType) => void
  private readonly later: Later
  private readonly fault: (typeof publishFaults)[number] | undefined

  constructor(
    station: VirtualStation,
    request: PublishFirmwareRequest,
    settings: Transfer,
    status: (status: PublishFirmwareStatusEnumType) => void
  ) {
    this.request = request
    this.settings = settings
    this.status = status
    this.later = new Later(station)
    this.fault = faultOf(request.location, publishFaults)
  }

  begin(attempt = 1): void {
    this.status("Downloading")
    const fails = this.fault === "fail-download" || (this.fault === "fail-first-download" && attempt === 1)
    this.later.set(duration(this.settings), () => (fails ? this.again(attempt) : this.downloaded()))
  }

  pause(): void {
    this.later.pause()
  }

  resume(): void {
    this.later.resume()
  }

  private again(attempt: number): void {
    if (attempt >= attempts(this.request)) this.status("DownloadFailed") // L03.FR.06
    else this.later.set(pauseOf(this.request), () => this.begin(attempt + 1))
  }

  private downloaded(): void {
    this.status("Downloaded")
    this.later.set(1000, () => {
      if (this.fault === "fail-checksum" || !/^[0-9a-f]{32}$/i.test(this.request.checksum))
        return this.status("InvalidChecksum") // L03.FR.07
      this.status("ChecksumVerified")
      this.later.set(1000, () => this.status(this.fault === "fail-publish" ? "PublishFailed" : "Published"))
    })
  }
}
