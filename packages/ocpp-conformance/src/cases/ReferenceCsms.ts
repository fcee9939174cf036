/**
 * The application of the cases: a small CSMS on the public API that knows the tokens, decides on boots, and asks a
 * certificate authority and an OCSP responder. Whatever it does not handle, the library answers by itself.
 */
import * as Effect from "effect/Effect"
import type { Handlers, Messages } from "@wattline/ocpp-core"
import { ocspRequestFor } from "./V2g.ts"

type Boot = Messages["BootNotification"]["response"]["status"]
type AuthorizeRequest = Messages["Authorize"]["request"]
/** A token. */
export type IdToken = AuthorizeRequest["idToken"]
/** What is said of a token. */
export type IdTokenInfo = Messages["Authorize"]["response"]["idTokenInfo"]
/** What an OCSP responder is asked. */
export type OcspRequest = NonNullable<AuthorizeRequest["iso15118CertificateHashData"]>[number]

const iso14443 = (idToken: string): IdToken => ({ idToken, type: "ISO14443" })

/** The tokens of the cases. */
export const tokens = {
  a: iso14443("A0000001"),
  b: iso14443("B0000002"),
  invalid: iso14443("00000BAD"),
  blocked: iso14443("0000B10C"),
  expired: iso14443("00000E0D"),
  master: iso14443("0A57E12A"),
  contract: { idToken: "DE8AA1A2B3C4D5", type: "eMAID" }
} as const satisfies Record<string, IdToken>

/** The group of the tokens A and B. */
export const groupId = "GROUP-1"
/** The `MasterPassGroupId` of the station. */
export const masterPassGroupId = "MASTERPASS"

const inGroup = (idToken: string): IdTokenInfo => ({
  status: "Accepted",
  groupIdToken: { idToken, type: "Central" }
})

/** What the application knows, compared without case (R14). */
const register: ReadonlyMap<string, IdTokenInfo> = new Map(
  (
    [
      [tokens.a, inGroup(groupId)],
      [tokens.b, inGroup(groupId)],
      [tokens.invalid, { status: "Invalid" }],
      [tokens.blocked, { status: "Blocked" }],
      [tokens.expired, { status: "Expired" }],
      [tokens.master, inGroup(masterPassGroupId)],
      [tokens.contract, { status: "Accepted" }]
    ] as const
  ).map(([{ idToken }, info]) => [idToken.toLowerCase(), info])
)

/** See the head of the file. */
export class ReferenceCsms {
  /** Answers to the next BootNotifications; Accepted when none is left. */
  readonly boots: Array<Boot> = []
  /** Seconds: heartbeat interval when Accepted, else the wait before the next BootNotification. */
  readonly interval = { Accepted: 300, Pending: 5, Rejected: 5 }
  /** Actions of which the application was told. */
  readonly told: Array<string> = []
  /** Contract certificates that are around, as an OCSP responder knows them. */
  readonly contracts: Array<OcspRequest> = []
  /** What the OCSP responder was asked. */
  readonly ocspRequests: Array<OcspRequest> = []
  /** What it answers. */
  ocspAnswer: "good" | "revoked" = "good"

  readonly handlers: Handlers = {
    BootNotification: () =>
      Effect.map(
        Effect.clockWith((clock) => clock.currentTimeMillis),
        (now) => {
          const status = this.boots.shift() ?? "Accepted"
          return { status, interval: this.interval[status], currentTime: new Date(now).toISOString() }
        }
      ),
    authorize: (idToken, { certificate, iso15118CertificateHashData: hashData }) => {
      if (hashData !== undefined) return Effect.sync(() => this.contract(idToken, hashData))
      if (certificate === undefined) return Effect.sync(() => this.verdict(idToken))
      return Effect.map(ocspRequestFor(certificate), (request) => this.contract(idToken, request && [request]))
    },
    StatusNotification: () => Effect.sync(() => this.told.push("StatusNotification")),
    NotifyEvent: () => Effect.sync(() => this.told.push("NotifyEvent")),
    Heartbeat: () => Effect.sync(() => this.told.push("Heartbeat"))
  }

  /** What is said of a token. */
  verdict({ idToken }: IdToken): IdTokenInfo {
    return register.get(idToken.toLowerCase()) ?? { status: "Unknown" }
  }

  /** The verdict on a contract certificate (C07): it is one of ours, and the OCSP responder says that it is good. */
  private contract(idToken: IdToken, asked: ReadonlyArray<OcspRequest> = []): Messages["Authorize"]["response"] {
    const refused = { status: "Invalid" } as const
    this.ocspRequests.push(...asked)
    if (asked.length === 0) return { idTokenInfo: refused, certificateStatus: "CertChainError" }
    return this.ocspAnswer === "good"
      ? { idTokenInfo: this.verdict(idToken), certificateStatus: "Accepted" }
      : { idTokenInfo: refused, certificateStatus: "CertificateRevoked" }
  }
}
