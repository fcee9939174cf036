/** Events of a CSMS that are no station's: at its door, at its limits, at its end. */
import type { Limit } from "../observability/LimitReports.ts"

/** Somebody asked to connect and was not let in. No event of a station: nobody knows who that was. */
export interface AdmissionRefused {
  readonly _tag: "AdmissionRefused"
  /** The request target as it was sent, at most 256 characters of it; the identity is its last segment. */
  readonly target: string
  readonly remoteAddress: string | undefined
  /** HTTP status, or the WebSocket close code where the upgrade was finished and closed. */
  readonly status: number
  readonly reason: string
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/**
 * A limit was reached: the link was closed, or the request was not let in (then this takes the place of `AdmissionRefused`).
 * Limits that can be reached before admission are told once a second at most. An event of the CSMS, with an identity too: it is in
 * `csms.events` and not in `station.events`, which has the `Disconnected` that follows.
 */
export interface LimitReached {
  readonly _tag: "LimitReached"
  readonly limit: Limit
  /** Before admission it is what was asked for, not who asked. */
  readonly identity?: string
  readonly connectionId?: string
  readonly remoteAddress?: string
  /** How often this limit was reached since it was last told, without being told. */
  readonly leftOut: number
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/** An adapter, or the CSMS, shuts down: its links are being closed. */
export interface DrainStarted {
  readonly _tag: "DrainStarted"
  /** Links to close. */
  readonly connections: number
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/** All links of a `DrainStarted` are closed, or closing. */
export interface DrainEnded {
  readonly _tag: "DrainEnded"
  readonly connections: number
  /** Links that were closed with CALLs in flight, because the grace time was over. */
  readonly unfinished: number
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/**
 * A certificate with which a station of profile 3 tried to connect is no good, or it sent none (A-5, A00.FR.408). No event of
 * the station: nobody knows who that was.
 */
export interface InvalidChargingStationCertificate {
  readonly _tag: "InvalidChargingStationCertificate"
  /** The identity that was asked for. */
  readonly identity: string
  readonly remoteAddress: string | undefined
  /** One sentence. */
  readonly reason: string
  /** What the TLS layer did not like; `undefined` when it trusts the certificate, or there is none. */
  readonly problem: string | undefined
  /** Whether the certificate was let in as an exception, because it has only expired. */
  readonly admitted: boolean
  /** SHA-256 over the certificate: upper-case hex bytes, joined with `:`; `undefined` without one. */
  readonly fingerprint256: string | undefined
  /** CSMS clock in milliseconds since 1970. */
  readonly at: number
}

/** What happens to the CSMS as a whole. */
export type CsmsHappening =
  | AdmissionRefused
  | InvalidChargingStationCertificate
  | LimitReached
  | DrainStarted
  | DrainEnded
