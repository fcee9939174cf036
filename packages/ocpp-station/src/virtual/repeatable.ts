/**
 * What a CSMS has sent, as the station may send it back: a CSMS that writes its times with microseconds is understood, but what a
 * station writes has three fractional digits at most.
 */
import type { ChargingProfileType, ChargingScheduleType, MessageInfoType } from "@wattline/ocpp-v201"

const toMillisecond = (time: string): string => time.replace(/(\.\d{3})\d+/, "$1")

const repeatableSchedule = (schedule: ChargingScheduleType): ChargingScheduleType => {
  const { startSchedule } = schedule
  return startSchedule === undefined ? schedule : { ...schedule, startSchedule: toMillisecond(startSchedule) }
}

/** For ReportChargingProfiles and NotifyEVChargingSchedule. */
export const repeatableProfile = (profile: ChargingProfileType): ChargingProfileType => {
  const { chargingSchedule, validFrom, validTo } = profile
  return {
    ...profile,
    ...(validFrom !== undefined && { validFrom: toMillisecond(validFrom) }),
    ...(validTo !== undefined && { validTo: toMillisecond(validTo) }),
    chargingSchedule: chargingSchedule.map(repeatableSchedule)
  }
}

/** For NotifyDisplayMessages. */
export const repeatableMessage = (message: MessageInfoType): MessageInfoType => {
  const { endDateTime, startDateTime } = message
  return {
    ...message,
    ...(startDateTime !== undefined && { startDateTime: toMillisecond(startDateTime) }),
    ...(endDateTime !== undefined && { endDateTime: toMillisecond(endDateTime) })
  }
}
