/** What a station's own messages mean for its security record, and what its certificate means for its BootNotification. */
import * as Effect from "effect/Effect"
import type {
  BootNotificationRequest,
  BootNotificationResponse,
  EventDataType,
  NotifyEventRequest,
  NotifyReportRequest,
  SetNetworkProfileRequest,
  SetNetworkProfileResponse
} from "@wattline/ocpp-v201"
import { isSecret, value } from "../blocks/DeviceModel.ts"
import { withoutSecrets } from "../blocks/DeviceModelReport.ts"
import type { StationHappening } from "../csms/Events.ts"
import type { Session } from "../rpc/Session.ts"
import type { Admitted } from "../transport/Transport.ts"
import * as CertificateRecord from "./CertificateRecord.ts"
import * as PasswordRecord from "./PasswordRecord.ts"
import * as SecurityRecord from "./SecurityRecord.ts"
import type { StationProcess } from "./Station.ts"

/** The station has a link: its profile and its password are the ones it uses. */
export const connected = (station: StationProcess, { passwordNumber, securityProfile }: Admitted): void => {
  const before = station.security
  let after = SecurityRecord.connectedWith(before, securityProfile)
  if (after.password !== undefined && (securityProfile === 1 || securityProfile === 2))
    after = SecurityRecord.withPassword(after, PasswordRecord.loggedIn(after.password, passwordNumber ?? 0))
  if (after === before) return
  const happenings: Array<StationHappening> = []
  if (before.securityProfile !== undefined && before.securityProfile !== securityProfile)
    happenings.push({ _tag: "SecurityProfileChanged", from: before.securityProfile, to: securityProfile })
  if (before.password?.current?.number !== after.password?.current?.number)
    happenings.push({ _tag: "PasswordChanged", by: "Login" })
  if (happenings.length > 0) return station.learn(after, happenings)
  station.security = after
  station.journal.dirty = true
}

/**
 * The station has said something over this link, and was answered: it can use the certificate that it came with. A renewed one
 * takes the place of the one before it.
 */
export const proved = (station: StationProcess, { certificate, localController }: Admitted): void => {
  const { certificates } = station.security
  if (certificates === undefined || certificate === undefined || localController === true) return
  const { fingerprint256 } = certificate
  const after = CertificateRecord.used(certificates, fingerprint256)
  if (after === certificates) return
  const isRenewed = certificates.renewed.includes(fingerprint256)
  const happenings: ReadonlyArray<StationHappening> = isRenewed ? [{ _tag: "CertificateReplaced", fingerprint256 }] : []
  station.learn(SecurityRecord.withCertificates(station.security, after), happenings)
}

/** A CALL of ours has its answer: an accepted network connection profile may change the security profile. */
export const answered = (station: StationProcess, action: string, request: unknown, response: unknown): void => {
  if (action !== "SetNetworkProfile" || (response as SetNetworkProfileResponse).status !== "Accepted") return
  const { security, session } = station
  const active = session?.admitted.securityProfile ?? security.securityProfile
  if (active === undefined) return
  const offered = (request as SetNetworkProfileRequest).connectionData.securityProfile
  const after = SecurityRecord.profileAccepted(security, active, offered, allowsDowngrade(station))
  if (after !== security) station.learn(after, [])
}

/** What the device model says. */
const allowsDowngrade = ({ mirror }: StationProcess): boolean =>
  value(mirror.provisioning.deviceModel, {
    component: "SecurityCtrlr",
    variable: "AllowSecurityProfileDowngrade"
  })?.toLowerCase() === "true"

/** A BootNotification is answered; what it changes is stored with the answer. */
export const booted = (station: StationProcess, admitted: Admitted, isReboot: boolean): void => {
  const { password } = station.security
  const commonName = comparedName(admitted)
  let after = station.security
  if (isReboot && password !== undefined) after = SecurityRecord.withPassword(after, PasswordRecord.rebooted(password))
  if (commonName !== undefined) after = SecurityRecord.pinned(after, commonName)
  station.security = after
}

/** Why this BootNotification may not come over this link, or `undefined`. */
export const bootProblem = (admitted: Admitted, request: BootNotificationRequest): string | undefined => {
  const commonName = comparedName(admitted)
  if (commonName === undefined || request.chargingStation.serialNumber === commonName) return undefined
  return "The serial number is not the CN of the client certificate"
}

/** The CN that must be the serial number; not that of a local controller. */
const comparedName = ({ certificate, localController }: Admitted): string | undefined =>
  localController === true ? undefined : certificate?.commonName

const hasExpired = ({ certificate }: Admitted): boolean => certificate?.verification === "expired"

/** A station with an expired certificate is Pending until it has a new one, whatever the handler says. */
export const amendBoot = (admitted: Admitted, response: object, retryInterval: number): object => {
  if (!hasExpired(admitted)) return response
  const { currentTime } = response as BootNotificationResponse
  return { status: "Pending", currentTime, interval: retryInterval } satisfies BootNotificationResponse
}

/** Tells a station with an expired certificate to ask for a new one, once a link, as soon as it may be told. */
export const renew = (station: StationProcess, session: Session): void => {
  if (!hasExpired(session.admitted) || station.renewedIn === session.epoch) return
  if (!session.booted && station.registration !== "Accepted") return
  station.renewedIn = session.epoch
  const trigger = station.ref.call("TriggerMessage", { requestedMessage: "SignChargingStationCertificate" })
  station.run(Effect.catch(trigger, (failure) => Effect.logWarning(failure.message)))
}

/** A message of a station as it may be told to whoever listens: without values that must not be held. */
export const withoutSecretValues = (action: string, request: unknown): unknown => {
  if (action === "NotifyReport") {
    const report = request as NotifyReportRequest
    const reportData = report.reportData && withoutSecrets(report.reportData)
    return reportData === report.reportData ? report : { ...report, reportData }
  }
  if (action !== "NotifyEvent") return request
  const { eventData } = request as NotifyEventRequest
  if (!eventData.some(({ variable }) => isSecret(variable))) return request
  return {
    ...(request as NotifyEventRequest),
    eventData: eventData.map(withoutValue)
  }
}

const withoutValue = (data: EventDataType): EventDataType => {
  if (!isSecret(data.variable)) return data
  const { actualValue: _, ...rest } = data
  return { ...rest, actualValue: "" }
}
