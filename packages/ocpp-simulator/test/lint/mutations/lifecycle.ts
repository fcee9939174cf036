/** What is wrong with the order and time of a station's life, and what must come of what was accepted. */
import { accepted, Session } from "../session.support.ts"
import { type Mutation, started } from "./Mutation.ts"

const reset = (session: Session): Session => session.order("Reset", { type: "Immediate" }, { status: "Accepted" })

const reserve = (session: Session, expiryDateTime: string): Session =>
  session.order(
    "ReserveNow",
    { id: 1, expiryDateTime, idToken: { idToken: "A", type: "ISO14443" }, evseId: 1 },
    { status: "Accepted" }
  )

export const outcomes: ReadonlyArray<Mutation> = [
  ["no status after a boot", "warning B01.FR.05", () => accepted().wait(100).heartbeat()],
  [
    "a status for one of two connectors after a second boot",
    "warning B01.FR.05",
    () =>
      accepted().status(1).status(2).event("close", 1006).wait(60).event("open").boot().status(1).wait(100).heartbeat()
  ],
  [
    "a Reset without a reboot",
    "warning B11.FR.03",
    () => reset(accepted().status()).wait(290).heartbeat().wait(290).heartbeat()
  ],
  [
    "a Reset, and no BootNotification after it",
    "warning B11.FR.03",
    () => reset(accepted().status()).event("close", 1000).wait(60).event("open").heartbeat()
  ],
  [
    "a remote stop without its event",
    "warning F03.FR.02",
    () =>
      started(accepted().status(), {})
        .order("RequestStopTransaction", { transactionId: "t" }, { status: "Accepted" })
        .wait(100)
        .heartbeat()
  ],
  [
    "a reservation that expires silently",
    "warning H04.FR.01",
    () => reserve(accepted().status(), "2026-01-01T00:05:00Z").wait(280).heartbeat().wait(280).heartbeat()
  ],
  ["a reservation in the past", "warning H-3", () => reserve(accepted(), "2025-01-01T00:00:00Z")]
]

export const lifecycle: ReadonlyArray<Mutation> = [
  ["an identity with a space", "warning R-023", () => new Session("RDAM 123").event("open").boot()],
  ["a Pending station that talks", "error B02.FR.02", () => new Session().event("open").boot("Pending").heartbeat()],
  ["a Rejected station that talks", "error B03.FR.02", () => new Session().event("open").boot("Rejected").heartbeat()],
  [
    "a Pending station that is served",
    "error B01.FR.10",
    () => new Session().event("open").boot("Pending").heartbeat()
  ],
  [
    "a Pending station refused with another code",
    "error B01.FR.10",
    () => {
      const session = new Session().event("open").boot("Pending")
      return session.text("csms", JSON.stringify([4, session.call("station", "Heartbeat", {}), "NotSupported", "", {}]))
    }
  ],
  [
    "a Pending station that is commanded",
    "error B02.FR.01",
    () => new Session().event("open").boot("Pending").order("Reset", { type: "OnIdle" }, { status: "Accepted" })
  ],
  [
    "a Rejected station that is commanded",
    "error B03.FR.03",
    () => new Session().event("open").boot("Rejected").order("ClearCache", {}, { status: "Accepted" })
  ],
  [
    "a Rejected station that obeys",
    "error B03.FR.08",
    () => new Session().event("open").boot("Rejected").order("ClearCache", {}, { status: "Accepted" })
  ],
  [
    "a Pending station that starts remotely",
    "error B02.FR.05",
    () =>
      new Session()
        .event("open")
        .boot("Pending")
        .order("RequestStopTransaction", { transactionId: "t" }, { status: "Accepted" })
  ],
  ["a boot before its time", "error B02.FR.04", () => new Session().event("open").boot("Pending", 60).wait(10).boot()],
  [
    "a boot before its time, after Rejected",
    "error B03.FR.06",
    () => new Session().event("open").boot("Rejected", 60).wait(10).boot()
  ],
  [
    "a Pending station that is cut off",
    "warning B02.FR.06",
    () => new Session().event("open").boot("Pending").event("close", 1000)
  ],
  [
    "a CALL before the boot is answered",
    "warning R-155",
    () => {
      const session = new Session().event("open")
      session.call("station", "BootNotification", {
        reason: "PowerUp",
        chargingStation: { model: "M", vendorName: "V" }
      })
      session.call("csms", "ClearCache", {})
      return session
    }
  ],
  ["a boot that nobody triggered", "warning F06.FR.09", () => accepted().boot("Accepted", 300, "Triggered")],
  ["a silent station", "warning G02.FR.02", () => accepted(60).wait(120).heartbeat()],
  ["heartbeats in a hurry", "note G02.FR.01", () => accepted().heartbeat().heartbeat()],
  ["a CALL before the BootNotification", "error B01.FR.08", () => new Session().event("open").status().boot()],
  ["a clock that is ahead", "warning E-28", () => started(accepted(), { timestamp: "2026-01-01T01:00:00Z" })],
  ["a wrong clock", "warning R-175", () => accepted().ask("Heartbeat", {}, { currentTime: "2020-01-01T00:00:00Z" })],
  ["a log without its beginning", "note R-185", () => new Session().heartbeat()]
]
