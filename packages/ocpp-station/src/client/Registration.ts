/**
 * Whether the CSMS has accepted the station: BootNotification and its answers (B01–B03), the sign of life once it has (G02), and
 * the clock, which both set.
 */
import * as Exit from "effect/Exit"
import type {
  BootNotificationResponse,
  BootReasonEnumType,
  ChargingStationType,
  HeartbeatResponse
} from "@wattline/ocpp-v201"
import { Alarm } from "./Alarm.ts"
import type { ClientProcess } from "./ClientProcess.ts"
import type { Outcome } from "./PendingCall.ts"
import { pump, send } from "./Sending.ts"

/** Milliseconds of difference to the clock of the CSMS from which the station follows it; its times have whole seconds. */
const clockTolerance = 2_000

/** From here on the station would soon write years of five digits, which no timestamp can have; it does not follow such a clock. */
const lastTime = Date.UTC(9999, 0)

/** At least one Heartbeat in so many milliseconds, for the clock (G02.FR.07). */
const clockInterval = 23 * 3_600_000

/** See the head of the file. */
export class Registration {
  /** How far the clock of the CSMS is ahead of this machine's, in milliseconds. */
  clockOffset = 0
  /** Why the station started; in every BootNotification until it is accepted. */
  reason: BootReasonEnumType = "PowerUp"
  // Durations are measured by `Host.tick`: the clock of the machine may be set while they last.
  /** Since when the station cannot speak with the CSMS. */
  private offlineSince: number | undefined = undefined
  /** Whether the CSMS has accepted the station since it booted. */
  private isAccepted = false
  /** The last answer to BootNotification was Pending or Rejected: until when the station keeps silent. */
  private held: { readonly state: "Pending" | "Rejected"; readonly until: number } | undefined = undefined
  private lastClock = 0
  private readonly client: ClientProcess
  private readonly chargingStation: () => ChargingStationType
  private readonly online: (afterBoot: boolean, offlineSeconds: number) => void
  private readonly clockSet: (milliseconds: number) => void
  private readonly bootAlarm: Alarm
  private readonly silence: Alarm

  /**
   * `online` is called each time the station may speak: after a boot, or because the link is back; `clockSet` with how far the
   * clock went forward.
   */
  constructor(
    client: ClientProcess,
    chargingStation: () => ChargingStationType,
    online: (afterBoot: boolean, offlineSeconds: number) => void,
    clockSet: (milliseconds: number) => void
  ) {
    this.client = client
    this.chargingStation = chargingStation
    this.online = online
    this.clockSet = clockSet
    const { deadlines } = client.host
    this.bootAlarm = new Alarm(deadlines, () => this.boot(this.reason))
    this.silence = new Alarm(deadlines, () => this.isSilent())
  }

  /** The next connection begins with a BootNotification. */
  forget(): void {
    this.isAccepted = false
    this.held = undefined
  }

  /** Where the station goes on with its new link. */
  linkOpened(): void {
    const { client, held } = this
    const now = client.host.tick()
    if (this.isAccepted) {
      client.advance("Resumed")
      return this.goOnline(false)
    }
    if (held === undefined || held.until <= now) {
      client.advance("Opened")
      return this.boot(this.reason)
    }
    client.advance(`Held${held.state}`)
    this.bootAlarm.set((held.until - now) / 1000)
  }

  linkLost(): void {
    this.offlineSince ??= this.client.host.tick()
    this.bootAlarm.cancel()
    this.silence.cancel()
  }

  /** Sends a BootNotification, unless one is on its way. */
  boot(reason: BootReasonEnumType): void {
    const { client } = this
    if (client.session === undefined || (client.state === "Booting" && reason === "Triggered")) return
    this.bootAlarm.cancel()
    client.advance("Boot")
    send(client, "BootNotification", { reason, chargingStation: this.chargingStation() }, this.answered, true)
  }

  /** Sends a Heartbeat; its answer sets the clock. */
  heartbeat(isTriggered: boolean): void {
    send(
      this.client,
      "Heartbeat",
      {},
      (outcome) => {
        if (Exit.isSuccess(outcome)) this.setClock((outcome.value as HeartbeatResponse).currentTime)
      },
      isTriggered
    )
  }

  /** Waits for the silence that calls for a Heartbeat (G02.FR.02, G02.FR.06). */
  watchSilence(): void {
    const { host, lastSent, settings } = this.client
    this.silence.set(Math.max(1, settings.heartbeatInterval - (host.tick() - lastSent) / 1000))
  }

  private readonly answered = (outcome: Outcome): void => {
    const { client } = this
    const { session } = client
    if (session === undefined || client.state !== "Booting") return
    const { bootRetryInterval } = client.settings
    if (Exit.isFailure(outcome)) {
      client.advance("BootFailed")
      return this.bootAlarm.set(bootRetryInterval)
    }
    const { currentTime, interval, status } = outcome.value as BootNotificationResponse
    this.setClock(currentTime)
    client.tell({ _tag: "BootAnswered", status, interval })
    if (client.session !== session) return // who was told has left
    if (status === "Accepted") {
      this.isAccepted = true
      this.held = undefined
      if (interval > 0) client.settings = { ...client.settings, heartbeatInterval: interval }
      client.advance("BootAccepted")
      return this.goOnline(true)
    }
    const seconds = interval > 0 ? interval : bootRetryInterval
    this.isAccepted = false
    this.held = { state: status, until: client.host.tick() + seconds * 1000 }
    client.advance(status === "Pending" ? "BootPending" : "BootRejected")
    this.bootAlarm.set(seconds)
  }

  private goOnline(afterBoot: boolean): void {
    const { client, offlineSince } = this
    if (!client.isOnline) return // who was told has left
    const now = client.host.tick()
    this.offlineSince = undefined
    client.lastSent = now
    this.watchSilence()
    this.online(afterBoot, offlineSince === undefined ? 0 : (now - offlineSince) / 1000)
    pump(client)
  }

  private setClock(currentTime: string): void {
    const { host } = this.client
    const time = Date.parse(currentTime)
    this.lastClock = host.tick()
    const ahead = time - host.now()
    const by = ahead - this.clockOffset
    if (!(time < lastTime && Math.abs(by) > clockTolerance)) return // also what is no time
    this.clockOffset = ahead
    this.clockSet(by)
  }

  private isSilent(): void {
    const { host, isOnline, lastSent, settings } = this.client
    if (!isOnline) return
    const now = host.tick()
    if (now - lastSent >= settings.heartbeatInterval * 1000 || now - this.lastClock >= clockInterval)
      this.heartbeat(false)
    this.watchSilence()
  }
}
