/** One log on its way to where the CSMS wants it (N01), simulated. */
import type { GetLogRequest, UploadLogStatusEnumType } from "@wattline/ocpp-v201"
import { Later } from "../jobs/Later.ts"
import { attempts, duration, faultOf, pauseOf, type Transfer } from "../jobs/Transfer.ts"
import type { VirtualStation } from "../VirtualStation.ts"

/**
 * What can go wrong; the location names it with the end of its path. The status that ends the upload; `undefined`: only the first
 * attempt fails.
 */
export const uploadFaults: { readonly [name: string]: UploadLogStatusEnumType | undefined } = {
  "fail-upload": "UploadFailure",
  "deny-upload": "PermissionDenied",
  "bad-upload": "BadMessage",
  "unsupported-upload": "NotSupportedOperation",
  "fail-first-upload": undefined
}

/** See the head of the file. */
export class Upload {
  readonly request: GetLogRequest
  private readonly settings: Transfer
  private readonly status: (status: UploadLogStatusEnumType) => void
  private readonly later: Later
  private readonly fault: string | undefined

  constructor(
    station: VirtualStation,
    request: GetLogRequest,
    settings: Transfer,
    status: (status: UploadLogStatusEnumType) => void
  ) {
    this.request = request
    this.settings = settings
    this.status = status
    this.later = new Later(station)
    this.fault = faultOf(request.log.remoteLocation, Object.keys(uploadFaults))
  }

  begin(attempt = 1): void {
    this.status("Uploading") // N01.FR.08; again on each attempt (N01.FR.10)
    const fails = this.fault !== undefined && (this.fault !== "fail-first-upload" || attempt === 1)
    this.later.set(duration(this.settings), () => (fails ? this.again(attempt) : this.status("Uploaded")))
  }

  cancel(): void {
    this.later.cancel()
  }

  pause(): void {
    this.later.pause()
  }

  resume(): void {
    this.later.resume()
  }

  private again(attempt: number): void {
    if (attempt < attempts(this.request)) return this.later.set(pauseOf(this.request), () => this.begin(attempt + 1))
    this.status((this.fault === undefined ? undefined : uploadFaults[this.fault]) ?? "UploadFailure") // N01.FR.10
  }
}
