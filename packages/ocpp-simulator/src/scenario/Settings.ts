/** Every setting of a scenario: its name, what is allowed, and its default. The YAML has exactly this shape. */
import type { ConnectorEnumType, IdTokenEnumType } from "@wattline/ocpp-v201"
import { evNames } from "./EVModels.ts"
import type { Given, Place } from "./Given.ts"
import { patterns } from "./Hours.ts"
import * as R from "./Rule.ts"

const day = 86_400
const share = { min: 0, max: 1 }
const perHour = { min: 0, max: 3600 }

/** `identifierString` with `{…}` in it. */
const template = R.text("letters, digits and *-_=:+|@. with {n} for the number of the station", (value) =>
  /^[a-zA-Z0-9*\-_=:+|@.]+$/u.test(value.replaceAll(/\{n(?::\d{1,2})?\}/gu, "0"))
)

const tokenText = (allowed: string, pattern: RegExp) => R.text(allowed, (value) => pattern.test(value))

const spread = (rule: R.Rule<number | undefined>, mean: number, deviation: number) =>
  R.group({ mean: R.otherwise(rule, mean), spread: R.otherwise(R.number({ min: 0, max: 3 }), deviation) }, "mean")

const fault = (lasting: number, deviation: number) =>
  R.group(
    {
      perHour: R.otherwise(R.number(perHour), 0),
      lasting: spread(R.seconds({ min: 0, max: 30 * day }), lasting, deviation)
    },
    "perHour"
  )

const hours = R.list(R.otherwise(R.number({ min: 0, max: 1_000_000 }), 0), { min: 24, max: 24 })

const connectors: ReadonlyArray<ConnectorEnumType> = [
  "cCCS1",
  "cCCS2",
  "cG105",
  "cTesla",
  "cType1",
  "cType2",
  "sType2",
  "sType3",
  "sCEE-7-7"
]

/** The types that a token at a station can have. */
export const tokenTypes: ReadonlyArray<IdTokenEnumType> = [
  "Central",
  "eMAID",
  "ISO14443",
  "ISO15693",
  "KeyCode",
  "Local",
  "MacAddress"
]

const ev = R.group(
  {
    model: R.choice(evNames),
    name: R.text("a name"),
    share: R.otherwise(R.number({ min: 0, max: 1_000_000 }), 1),
    capacity: R.wattHours({ min: 1000, max: 2_000_000 }),
    maxAcPower: R.watts({ min: 0, max: 100_000 }),
    maxDcPower: R.watts({ min: 0, max: 4_000_000 }),
    phases: R.choice([1, 2, 3]),
    minCurrent: R.number({ min: 0, max: 32 }),
    taperFrom: R.number({ min: 0.1, max: 1 })
  },
  "model"
)

const settings = R.group({
  name: R.otherwise(R.text("a title"), "Fleet"),
  csms: R.group(
    {
      url: R.otherwise(
        R.text("a URL like ws://localhost:9000 or wss://csms.example.com/ocpp", isUrl),
        "ws://localhost:9000"
      ),
      profile: R.choice([0, 1, 2, 3]),
      password: R.text("text; {n} and {identity} are filled in for each station"),
      ca: R.text("a file name"),
      certificate: R.text("a file name; {n} and {identity} are filled in"),
      key: R.text("a file name; {n} and {identity} are filled in"),
      serverName: R.text("a host name")
    },
    "url"
  ),
  stations: R.group(
    {
      count: R.otherwise(R.whole({ min: 1, max: 100_000 }), 10),
      identity: R.otherwise(template, "CS-{n}"),
      first: R.otherwise(R.whole({ min: 0, max: 999_999_999 }), 1),
      vendor: R.otherwise(
        R.text("1 to 50 characters", (value) => value.length <= 50),
        "Wattline"
      ),
      model: R.otherwise(
        R.text("1 to 20 characters", (value) => value.length <= 20),
        "Virtual"
      ),
      firmware: R.otherwise(
        R.text("1 to 50 characters", (value) => value.length <= 50),
        "1.0.0"
      ),
      evses: R.otherwise(R.whole({ min: 1, max: 100 }), 2),
      supply: R.otherwise(R.choice(["AC", "DC"]), "AC"),
      phases: R.choice([1, 2, 3]),
      voltage: R.number({ min: 50, max: 2000 }),
      amps: R.number({ min: 1, max: 3000 }),
      connector: R.choice(connectors)
    },
    "count"
  ),
  rampUp: R.group(
    {
      over: R.otherwise(R.seconds({ min: 0, max: 365 * day }), 0),
      steps: R.otherwise(R.whole({ min: 0, max: 100_000 }), 0)
    },
    "over"
  ),
  duration: R.otherwise(R.seconds({ min: 1, max: 365 * day }), 600),
  seed: R.otherwise(R.whole({ min: 0, max: Number.MAX_SAFE_INTEGER }), 1),
  time: R.otherwise(R.choice(["real", "virtual"]), "real"),
  startAt: R.otherwise(R.moment, Date.UTC(2026, 0, 5)),
  evs: R.list(ev, { min: 1, max: 100 }),
  arrivals: R.group(
    {
      perHour: R.otherwise(R.number(perHour), 0.5),
      pattern: R.otherwise(R.choice(Object.keys(patterns) as ReadonlyArray<keyof typeof patterns>), "constant"),
      weekday: hours,
      weekend: hours
    },
    "perHour"
  ),
  sessions: R.group({
    stay: spread(R.seconds({ min: 1, max: 30 * day }), 2700, 0.5),
    energy: spread(R.wattHours({ min: 0, max: 1_000_000 }), 18_000, 0.5),
    target: R.otherwise(R.number({ min: 0.1, max: 1 }), 0.9),
    untilFull: R.otherwise(R.flag, false),
    remoteStart: R.otherwise(R.number(share), 0),
    remoteStop: R.otherwise(R.number(share), 0)
  }),
  tokens: R.group(
    {
      type: R.otherwise(R.choice(tokenTypes), "ISO14443"),
      list: R.list(R.otherwise(tokenText("a token of at most 36 characters", /^.{1,36}$/u), ""), {
        min: 0,
        max: 100_000
      }),
      template: R.otherwise(template, "04AA{n:4}"),
      count: R.otherwise(R.whole({ min: 1, max: 10_000_000 }), 100),
      unknown: R.otherwise(R.number(share), 0),
      unknownTemplate: R.otherwise(template, "DEAD{n:4}")
    },
    "list"
  ),
  messages: R.group({
    meterInterval: R.otherwise(R.seconds({ min: 0, max: 30 * day }), 60),
    alignedInterval: R.otherwise(R.seconds({ min: 0, max: day }), 0),
    heartbeatInterval: R.seconds({ min: 1, max: 30 * day }),
    dataTransfer: R.otherwise(R.number(perHour), 0),
    statusNotification: R.otherwise(R.number(perHour), 0)
  }),
  faults: R.group({
    connectionDrop: fault(0, 0),
    halfOpen: fault(120, 0.5),
    offline: fault(600, 1),
    reboot: fault(20, 0.3),
    connectorFault: fault(900, 1),
    lateAnswer: fault(10, 0.5)
  })
})

/** What the settings are once each is read by itself; `readScenario` judges them together. */
export type Settings = typeof settings extends R.Rule<infer T> ? T : never

/** Reads the settings from what is given, weakest first. */
export const readSettings = (layers: ReadonlyArray<Given>, place: Place): R.Read<Settings> =>
  settings(layers, "", place)

/** `ws:` or `wss:`; a user name or password in it would end in logs. */
function isUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return (
    url !== undefined &&
    (url.protocol === "ws:" || url.protocol === "wss:") &&
    url.username === "" &&
    url.password === "" &&
    url.hash === ""
  )
}
