/** The renewal of a station's certificate from beginning to end (A02): asked for, signed, sent, taken. */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type {
  CertificateSigningUseEnumType,
  MessageTriggerEnumType,
  StatusInfoType,
  TriggerMessageStatusEnumType
} from "@wattline/ocpp-v201"
import type {
  CertificateAccepted,
  CertificateRenewalFailed,
  CertificateSigningRequested,
  RenewalFailure
} from "../blocks/Security.ts"
import type { EventsMissed, Removed, StationEvent } from "../csms/Events.ts"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"

/** Which certificate: that for the CSMS, that for ISO 15118, or one for both. */
export type RenewableCertificate = CertificateSigningUseEnumType | "Combined"

const triggers = {
  ChargingStationCertificate: "SignChargingStationCertificate",
  V2GCertificate: "SignV2GCertificate",
  Combined: "SignCombinedCertificate"
} as const satisfies Record<RenewableCertificate, MessageTriggerEnumType>

/** What became of a renewal. Negative results are values. */
export type CertificateRenewalResult =
  /** The station has its new certificate. It connects again with it, and then `CertificateReplaced` is told. */
  | { readonly status: "Accepted" }
  /** The station does not make a CSR. */
  | {
      readonly status: "NotTriggered"
      readonly answer: Exclude<TriggerMessageStatusEnumType, "Accepted">
      readonly statusInfo?: StatusInfoType
    }
  /** The station said that it would send a CSR, and sent none in time. */
  | { readonly status: "NoRequest" }
  /** The old certificate stays; nothing is tried again by itself. */
  | { readonly status: "Failed"; readonly reason: RenewalFailure; readonly message: string }
  /** It is still being signed or sent after `signingTimeout`, and goes on; events tell its end. */
  | { readonly status: "Unfinished" }

/** How a renewal is waited for. */
export interface RenewalOptions extends CallOptions {
  /** How long the station may take from its answer to its CSR. Default 1 minute. */
  readonly requestTimeout?: Duration.Input
  /** How long CA and station may take from there on. Default 10 minutes; the renewal itself has no such limit. */
  readonly signingTimeout?: Duration.Input
}

/**
 * Renews a certificate of the station: TriggerMessage, the CSR of the station, the CA behind the `signCertificate` handler,
 * CertificateSigned, the station's answer (A-16, A02, TC_A_11, TC_A_14). A station may be Pending (A00.FR.429). Fails as
 * `station.call` does for the TriggerMessage.
 *
 * @example
 * const result = yield* Security.requestCertificateRenewal(station)
 * if (result.status === "Failed") yield* operator.tell(`${station.identity}: ${result.reason}`)
 */
export const requestCertificateRenewal = (
  station: Station,
  certificate: RenewableCertificate = "ChargingStationCertificate",
  { requestTimeout = "1 minute", signingTimeout = "10 minutes", ...options }: RenewalOptions = {}
): Effect.Effect<CertificateRenewalResult, CallFailure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { begun, ended } = yield* follow(station, certificate)
      const trigger = { requestedMessage: triggers[certificate] }
      const { status: answer, statusInfo } = yield* station.call("TriggerMessage", trigger, options)
      if (answer !== "Accepted")
        return { status: "NotTriggered", answer, ...(statusInfo !== undefined && { statusInfo }) } as const
      const first = yield* Effect.timeoutOption(Effect.raceFirst(begun, ended), requestTimeout)
      if (Option.isNone(first)) return { status: "NoRequest" } as const
      return Option.getOrElse(yield* Effect.timeoutOption(ended, signingTimeout), () => unfinished)
    })
  )

const unfinished: CertificateRenewalResult = { status: "Unfinished" }

type Step = StationEvent & (CertificateSigningRequested | CertificateAccepted | CertificateRenewalFailed | Removed)

/** Listens from now on: the CSR may overtake the answer to the TriggerMessage. */
const follow = Effect.fnUntraced(function* (station: Station, certificate: RenewableCertificate) {
  const begun = yield* Deferred.make<void>()
  const ended = yield* Deferred.make<CertificateRenewalResult>()
  const steps = yield* station.subscribe(isStepOf(certificate))
  let isBegun = false // by the one fiber that reads the steps
  const take = (step: Step | EventsMissed): Effect.Effect<unknown> => {
    switch (step._tag) {
      case "CertificateSigningRequested":
        isBegun = true
        return Deferred.succeed(begun, undefined)
      case "CertificateAccepted":
        return isBegun ? Deferred.succeed(ended, { status: "Accepted" }) : Effect.void
      case "CertificateRenewalFailed": {
        const { message, reason } = step
        // What an earlier renewal came to is not ours.
        return isBegun || reason === "RequestRejected"
          ? Deferred.succeed(ended, { status: "Failed", reason, message })
          : Effect.void
      }
      case "Removed":
        return Deferred.succeed(ended, unfinished)
      case "EventsMissed":
        return Effect.void
    }
  }
  const end = Deferred.succeed(ended, unfinished)
  yield* Effect.forkScoped(Effect.andThen(Stream.runForEach(steps, take), end), { startImmediately: true })
  return { begun: Deferred.await(begun), ended: Deferred.await(ended) }
})

/** A station may leave the type out, or write the one for the CSMS when it was asked for a combined one. */
const isStepOf =
  (certificate: RenewableCertificate) =>
  (event: StationEvent): event is Step => {
    switch (event._tag) {
      case "CertificateSigningRequested":
      case "CertificateAccepted":
      case "CertificateRenewalFailed":
        return (event.certificateType === "V2GCertificate") === (certificate === "V2GCertificate")
      default:
        return event._tag === "Removed"
    }
  }
