import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Logger } from "effect"
import { admit, type AdmissionPolicy, type StationCredentials } from "../../src/transport/Admission.ts"
import { hash } from "../../src/transport/Password.ts"
import type { SecurityProfile, UpgradeRequest } from "../../src/transport/Transport.ts"

const policy: AdmissionPolicy = { protocols: ["ocpp2.0.1"], noCommonProtocol: "refuse", lenientIdentity: false }
const password = "correct-horse-battery"

const basic = (user: string, pass: string) => `Basic ${Buffer.from(`${user}:${pass}`).toString("base64")}`

const request = (fields: Partial<UpgradeRequest> = {}): UpgradeRequest => ({
  target: "/ocpp/CS1",
  protocols: "ocpp2.0.1",
  authorization: undefined,
  remoteAddress: "192.0.2.1",
  secure: false,
  ...fields
})

const knows =
  (...stations: ReadonlyArray<StationCredentials>) =>
  (identity: string) =>
    Exit.succeed(stations.find((station) => station.identity.toLowerCase() === identity.toLowerCase()))

const station = (securityProfile: SecurityProfile, passwordHash?: string): StationCredentials => ({
  identity: "CS1",
  securityProfile,
  passwordHash
})

const withPassword = (securityProfile: SecurityProfile) =>
  Effect.map(hash(password, { iterations: 2 }), (passwordHash) => station(securityProfile, passwordHash))

/** Status of a refusal, or the tag of what else was decided. */
const outcome = (
  fields: Partial<UpgradeRequest>,
  find: (identity: string, prefix: string) => Effect.Effect<StationCredentials | undefined, unknown>,
  overrides: Partial<AdmissionPolicy> = {}
) =>
  Effect.map(admit(request(fields), { ...policy, ...overrides }, find), (admission) =>
    admission._tag === "Refused" ? admission.status : admission._tag
  )

const notAsked = () => assert.fail("looked up")

const slowly = () => Effect.as(Effect.yieldNow, station(0))

/** What is logged while `effect` runs, as one text. */
const logged = <A>(effect: Effect.Effect<A>) => {
  const lines: Array<string> = []
  const logger = Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))
  return effect.pipe(
    Effect.provide(Logger.layer([logger])),
    Effect.map((value) => ({ value, log: lines.join("\n") }))
  )
}

describe("order of the checks", () => {
  it.effect("R-015: identity syntax is refused with 400 before the station is looked up", () =>
    Effect.gen(function* () {
      for (const target of ["/ocpp/", "/%zz", "/a%2Fb", "/a b", `/${"a".repeat(49)}`]) {
        assert.strictEqual(yield* outcome({ target, protocols: undefined }, notAsked), 400)
      }
    })
  )

  it.effect("R-027: an unknown identity is refused with 404, whatever else is wrong", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome({ protocols: "ocpp1.6" }, knows()), 404)
    })
  )

  it.effect("R-015: the security profile is checked before the credentials", () =>
    Effect.gen(function* () {
      const wrong = { authorization: basic("CS1", "wrong"), protocols: "ocpp1.6" }
      assert.strictEqual(yield* outcome({ ...wrong, secure: true }, knows(station(1))), 403)
      assert.strictEqual(yield* outcome({ ...wrong, secure: false }, knows(station(2))), 403)
    })
  )

  it.effect("R-015: the credentials are checked before the subprotocol", () =>
    Effect.gen(function* () {
      const find = knows(yield* withPassword(1))
      assert.strictEqual(yield* outcome({ protocols: "ocpp1.6" }, find), 401)
      const authorization = basic("CS1", password)
      assert.strictEqual(yield* outcome({ protocols: "ocpp1.6", authorization }, find), 400)
      assert.strictEqual(yield* outcome({ authorization }, find), "Admitted")
    })
  )
})

describe("security profile", () => {
  const table = [
    [0, false, "Admitted"],
    [0, true, "Admitted"],
    [1, false, "Admitted"],
    [1, true, 403],
    [2, false, 403],
    [2, true, "Admitted"],
    [3, false, 403],
    [3, true, 403]
  ] as const
  for (const [profile, secure, expected] of table) {
    it.effect(`R-030: profile ${profile} over ${secure ? "TLS" : "plain"} with a right password: ${expected}`, () =>
      Effect.gen(function* () {
        const find = knows(yield* withPassword(profile))
        assert.strictEqual(yield* outcome({ secure, authorization: basic("CS1", password) }, find), expected)
      })
    )
  }

  it("R-041: profile 0 asks for no credentials and is admitted in the same tick", () => {
    const admission = admit(request(), policy, knows(station(0)))
    assert.isTrue(Exit.isExit(admission))
  })
})

describe("Basic credentials", () => {
  it.effect("R-040: 401 names the scheme, the realm and the charset", () =>
    Effect.gen(function* () {
      const admission = yield* admit(request(), policy, knows(station(1)))
      assert.deepInclude(admission, {
        status: 401,
        headers: { "WWW-Authenticate": 'Basic realm="OCPP", charset="UTF-8"' }
      })
    })
  )

  it.effect("R-040: the user name must be the identity and the password must match, else 401", () =>
    Effect.gen(function* () {
      const find = knows(yield* withPassword(1))
      for (const authorization of [
        undefined,
        "Bearer x",
        basic("CS1", "wrong-password-wrong"),
        basic("CS1", ""),
        basic("CS2", password),
        basic("", password),
        basic("CS1", password.toUpperCase())
      ]) {
        assert.strictEqual(yield* outcome({ authorization }, find), 401, authorization)
      }
    })
  )

  it.effect("R-028: the credentials of another known station do not open this one", () =>
    Effect.gen(function* () {
      const own = yield* withPassword(1)
      const find = knows(own, { ...own, identity: "CS2" })
      assert.strictEqual(yield* outcome({ target: "/CS1", authorization: basic("CS2", password) }, find), 401)
    })
  )

  it.effect("R-043: the user name is compared case-insensitively", () =>
    Effect.gen(function* () {
      const find = knows(yield* withPassword(1))
      assert.strictEqual(yield* outcome({ target: "/cs1", authorization: basic("cS1", password) }, find), "Admitted")
    })
  )

  it.effect("R-042: the user name is the decoded identity, not its percent-encoded form", () =>
    Effect.gen(function* () {
      const find = knows({ ...(yield* withPassword(1)), identity: "CS|1" })
      const target = "/CS%7C1"
      assert.strictEqual(yield* outcome({ target, authorization: basic("CS|1", password) }, find), "Admitted")
      assert.strictEqual(yield* outcome({ target, authorization: basic("CS%7C1", password) }, find), 401)
    })
  )

  it.effect("R-024: an identity with a colon is refused with 400 where Basic is used, and only there", () =>
    Effect.gen(function* () {
      const record = { ...(yield* withPassword(1)), identity: "CS:1" }
      const fields = { target: "/CS:1", authorization: basic("CS:1", password) }
      assert.strictEqual(yield* outcome(fields, knows(record)), 400)
      assert.strictEqual(yield* outcome(fields, knows({ ...record, securityProfile: 0 })), "Admitted")
    })
  )

  it.effect("R-040: a station without a stored password cannot log in", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome({ authorization: basic("CS1", password) }, knows(station(1))), 401)
    })
  )

  it.effect("R-046: an unreadable stored hash is 503, logged without password, hash or header", () =>
    Effect.gen(function* () {
      const authorization = basic("CS1", password)
      const { value, log } = yield* logged(outcome({ authorization }, knows(station(1, "$md5$deadbeef"))))
      assert.strictEqual(value, 503)
      assert.include(log, "password of station CS1")
      for (const secret of [password, "deadbeef", authorization]) assert.notInclude(log, secret)
    })
  )
})

describe("subprotocol", () => {
  it.effect("R-003: the response names ocpp2.0.1 when it is among the offers", () =>
    Effect.gen(function* () {
      const admission = yield* admit(request({ protocols: "ocpp1.6,  ocpp2.0.1" }), policy, knows(station(0)))
      assert.deepStrictEqual(admission, {
        _tag: "Admitted",
        identity: "CS1",
        protocol: "ocpp2.0.1",
        remoteAddress: "192.0.2.1",
        securityProfile: 0,
        prefix: "/ocpp"
      })
    })
  )

  it.effect("R-007: no common protocol and no header are refused with 400 by default", () =>
    Effect.gen(function* () {
      for (const protocols of [undefined, "", "ocpp1.6", "ocpp2.0", "OCPP2.0.1"]) {
        assert.strictEqual(yield* outcome({ protocols }, knows(station(0))), 400)
      }
    })
  )

  it.effect("R-007: with closeAfterUpgrade they are upgraded without a protocol and closed", () =>
    Effect.gen(function* () {
      const admission = yield* admit(
        request({ protocols: "ocpp1.6" }),
        { ...policy, noCommonProtocol: "closeAfterUpgrade" },
        knows(station(0))
      )
      assert.deepStrictEqual(admission, {
        _tag: "ClosedAfterUpgrade",
        code: 1002,
        reason: "no common subprotocol"
      })
    })
  )

  it.effect("R-008: ocpp0.1 alone is refused, ocpp0.1,ocpp2.0.1 is admitted with ocpp2.0.1", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome({ protocols: "ocpp0.1" }, knows(station(0))), 400)
      const admission = yield* admit(request({ protocols: "ocpp0.1,ocpp2.0.1" }), policy, knows(station(0)))
      assert.deepInclude(admission, { _tag: "Admitted", protocol: "ocpp2.0.1" })
    })
  )
})

describe("look-up", () => {
  it.effect("R-029: it gets the decoded identity and the raw path before it", () =>
    Effect.gen(function* () {
      const asked: Array<readonly [string, string]> = []
      yield* outcome({ target: "/ocpp/tenant%20a/RDAM%7C1?x=1" }, (identity, prefix) => {
        asked.push([identity, prefix])
        return Exit.succeed(undefined)
      })
      assert.deepStrictEqual(asked, [["RDAM|1", "/ocpp/tenant%20a"]])
    })
  )

  it.effect("R-026: the admitted identity is the spelling of the record", () =>
    Effect.gen(function* () {
      const admission = yield* admit(request({ target: "/cs1" }), policy, knows(station(0)))
      assert.deepInclude(admission, { _tag: "Admitted", identity: "CS1" })
    })
  )

  it.effect("R-025: the lenient switch lets the identity with a space through", () =>
    Effect.gen(function* () {
      const find = knows({ ...station(0), identity: "RDAM 123" })
      assert.strictEqual(yield* outcome({ target: "/RDAM%20123" }, find), 400)
      assert.strictEqual(yield* outcome({ target: "/RDAM%20123" }, find, { lenientIdentity: true }), "Admitted")
    })
  )

  const broken: ReadonlyArray<readonly [string, () => Effect.Effect<undefined, string>]> = [
    ["fails at once", () => Exit.fail("the database is down")],
    ["fails later", () => Effect.andThen(Effect.yieldNow, Effect.fail("the database is down"))],
    ["dies", () => Effect.die(new Error("the database is down"))],
    [
      "throws",
      () => {
        throw new Error("the database is down")
      }
    ]
  ]
  for (const [how, find] of broken) {
    it.effect(`R-015: a look-up that ${how} is 503 and logged without secrets`, () =>
      Effect.gen(function* () {
        const authorization = basic("CS1", password)
        const { value, log } = yield* logged(outcome({ authorization }, find))
        assert.strictEqual(value, 503)
        assert.include(log, "the database is down")
        for (const secret of [password, authorization]) assert.notInclude(log, secret)
      })
    )
  }

  it.effect("R-013: a look-up that suspends is awaited", () =>
    Effect.gen(function* () {
      assert.isFalse(Exit.isExit(admit(request(), policy, slowly)))
      assert.strictEqual(yield* outcome({}, slowly), "Admitted")
    })
  )

  it.effect("R-013: an admission whose socket went away is interrupted and logs nothing", () =>
    Effect.gen(function* () {
      const interrupted = Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(
          outcome({}, () => Effect.never),
          { startImmediately: true }
        )
        yield* Fiber.interrupt(fiber)
        return Exit.hasInterrupts(yield* Fiber.await(fiber))
      })
      assert.deepStrictEqual(yield* logged(interrupted), { value: true, log: "" })
    })
  )

  it.effect("R-046: no refusal repeats the password or the header", () =>
    Effect.gen(function* () {
      const find = knows(yield* withPassword(1))
      const authorization = basic("CS1", "wrong-password-wrong")
      const text = JSON.stringify(yield* admit(request({ authorization }), policy, find))
      assert.notInclude(text, "wrong-password-wrong")
      assert.notInclude(text, authorization.slice(6))
    })
  )
})
