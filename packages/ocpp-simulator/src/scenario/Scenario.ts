/**
 * What a fleet does, as one value. Nothing here reads files or clocks.
 *
 * To drive it: `parseFlags(args)` splits the command line, `readScenario({ yaml, file, flags })` gives the `Scenario` or one
 * `ScenarioInvalid` whose message can be printed as it is. Then, for station `index` of `stations.count`: `identityOf`,
 * `passwordOf` and `connectAt` (Stations.ts), and with `derive(seed, identity)` as its random stream `nextArrival`, `session`,
 * `nextFault` and `nextEvent` (Arrivals.ts): each gives the next thing to happen, so that a station needs one timer for each.
 */
import type { ConnectorEnumType, IdTokenEnumType } from "@wattline/ocpp-v201"
import type * as Redacted from "effect/Redacted"
import type { NamedEV } from "./EVModels.ts"

/** A length that varies from case to case: log-normal, so never negative, with most of it around the mean. */
export interface Spread {
  /** Mean; the unit is that of the field that holds it. */
  readonly mean: number
  /** Standard deviation as a share of the mean; 0: always the mean. */
  readonly spread: number
}

/** Where the stations connect to, and how they prove who they are. */
export interface CsmsTarget {
  /** `ws:` or `wss:`, without the identity, which is appended. */
  readonly url: string
  /** `0` none, `1` Basic over plain, `2` Basic over TLS, `3` client certificate (P2 A00). */
  readonly profile: 0 | 1 | 2 | 3
  /** Template of the Basic password; `{n}` is the number of the station, `{identity}` its identity. Profiles 1 and 2. */
  readonly password: Redacted.Redacted | undefined
  /** File with the CA certificates that are trusted, PEM; the runtime's own without one. */
  readonly ca: string | undefined
  /** Template of the file with the station's certificate, PEM. Profile 3. */
  readonly certificate: string | undefined
  /** Template of the file with its private key, PEM. Profile 3. */
  readonly key: string | undefined
  /** The name that the server's certificate must have, when it is not the host of the URL. */
  readonly serverName: string | undefined
}

/** The stations; all are built alike. */
export interface StationsSetup {
  readonly count: number
  /** Template of the identity: `{n}` is the number with as many zeros in front as the highest needs, `{n:6}` has six digits. */
  readonly identity: string
  /** Number of the first station. */
  readonly first: number
  readonly vendor: string
  readonly model: string
  readonly firmware: string
  /** EVSEs of each station, with one connector each. */
  readonly evses: number
  readonly supply: "AC" | "DC"
  /** AC phases; 0 is DC. */
  readonly phases: 0 | 1 | 2 | 3
  /** V between phase and neutral, or of the DC output. */
  readonly voltage: number
  /** A per phase, or of the DC output, for each EVSE. */
  readonly amps: number
  readonly connector: ConnectorEnumType
}

/** How the stations join. */
export interface RampUp {
  /** Seconds from the first station to the last. */
  readonly seconds: number
  /** In so many groups of equal size; 0: one after the other, evenly. */
  readonly steps: number
}

/** When EVs come. */
export interface ArrivalPattern {
  /** Sessions per station and hour, the mean over a weekday. */
  readonly perHour: number
  /** Weight of each hour (UTC) from Monday to Friday; the mean is 1. 24 of them. */
  readonly weekday: ReadonlyArray<number>
  /** Weight of each hour on Saturday and Sunday, on the scale of `weekday`. 24 of them. */
  readonly weekend: ReadonlyArray<number>
}

/** What drivers do. */
export interface SessionPattern {
  /** Seconds that an EV stays. */
  readonly stay: Spread
  /** Wh that a driver wants. */
  readonly energy: Spread
  /** State of charge at which the EV stops by itself, 0 to 1. */
  readonly target: number
  /** Whether the driver leaves as soon as the EV is full (a motorway), or only when the stay is over (an office). */
  readonly untilFull: boolean
  /** Share of sessions in which nobody swipes: the EV is plugged in and waits for RequestStartTransaction. 0 to 1. */
  readonly remoteStart: number
  /** Share of sessions that the driver leaves to RequestStopTransaction: nobody swipes at the end either. 0 to 1. */
  readonly remoteStop: number
}

/** Who charges. */
export interface TokenPool {
  readonly type: IdTokenEnumType
  /** The tokens known to the CSMS; when empty, `count` of them are made from `template`. */
  readonly list: ReadonlyArray<string>
  readonly template: string
  readonly count: number
  /** Share of sessions that are tried with a token the CSMS does not know, 0 to 1. */
  readonly unknown: number
  /** Template of those. */
  readonly unknownTemplate: string
}

/** What the stations say besides what the sessions make them say. */
export interface MessageMix {
  /** Seconds between meter values in a transaction [SampledDataCtrlr.TxUpdatedInterval]; 0: none. */
  readonly meterInterval: number
  /** Seconds between clock-aligned meter values [AlignedDataCtrlr.Interval]; 0: none. */
  readonly alignedInterval: number
  /** Seconds of silence before a Heartbeat; `undefined`: as BootNotification's answer says. */
  readonly heartbeatInterval: number | undefined
  /** Additional DataTransfer per station and hour. */
  readonly dataTransfer: number
  /** Additional StatusNotification per station and hour. */
  readonly statusNotification: number
}

/**
 * What can go wrong. `connectionDrop`: the connection is cut and made again; `halfOpen`: the network swallows all frames
 * without closing; `offline`: no network at all; `reboot`: the station loses its power, and what it still can say is said; `connectorFault`: a connector
 * is broken; `lateAnswer`: answers to the CSMS are held back.
 */
export type FaultKind = "connectionDrop" | "halfOpen" | "offline" | "reboot" | "connectorFault" | "lateAnswer"

/** How often something goes wrong, and for how long. */
export interface FaultRate {
  /** Per station and hour. */
  readonly perHour: number
  /** Seconds; for a `connectionDrop` and a `reboot`, until the station tries to connect. */
  readonly lasting: Spread
}

/** See the head of the file. */
export interface Scenario {
  /** Title of the report. */
  readonly name: string
  readonly csms: CsmsTarget
  readonly stations: StationsSetup
  readonly rampUp: RampUp
  /** Seconds from the first connection to the end, ramp-up included. */
  readonly duration: number
  readonly seed: number
  /** `virtual`: in memory, as fast as the machine can, repeatable; the CSMS runs in the same process. */
  readonly time: "real" | "virtual"
  /** Milliseconds since 1970 at which virtual time begins. */
  readonly startAt: number
  /** Which EVs come, and how many of each in proportion. */
  readonly evs: ReadonlyArray<{ readonly model: NamedEV; readonly share: number }>
  readonly arrivals: ArrivalPattern
  readonly sessions: SessionPattern
  readonly tokens: TokenPool
  readonly messages: MessageMix
  readonly faults: { readonly [K in FaultKind]: FaultRate }
}
