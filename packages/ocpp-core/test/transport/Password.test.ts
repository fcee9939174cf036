import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  defaultIterations,
  generatePassword,
  hash,
  UnreadablePasswordHash,
  verify,
  violation
} from "../../src/transport/Password.ts"

const password = "correct-horse-battery"
const quick = { iterations: 2 }

describe("hash and verify", () => {
  it.effect("R-046: a hash is a salted PHC string that does not hold the password", () =>
    Effect.gen(function* () {
      const first = yield* hash(password)
      const second = yield* hash(password)
      assert.match(first, /^\$pbkdf2-sha256\$i=10000\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
      assert.isTrue(first.startsWith(`$pbkdf2-sha256$i=${defaultIterations}$`))
      assert.notStrictEqual(first, second)
      assert.isFalse(first.includes(password))
    })
  )

  it.effect("R-040: the right password verifies, any other does not", () =>
    Effect.gen(function* () {
      const stored = yield* hash(password, quick)
      assert.isTrue(yield* verify(password, stored))
      for (const wrong of ["", password.slice(1), `${password}x`, `${password}\0`, ` ${password}`]) {
        assert.isFalse(yield* verify(wrong, stored), wrong)
      }
    })
  )

  it.effect("R-043: the password is compared case-sensitively", () =>
    Effect.gen(function* () {
      const stored = yield* hash(password, quick)
      assert.isFalse(yield* verify(password.toUpperCase(), stored))
    })
  )

  it.effect("R-045: any Unicode password verifies", () =>
    Effect.gen(function* () {
      const text = "pässwörd電気😀 with : and space"
      assert.isTrue(yield* verify(text, yield* hash(text, quick)))
    })
  )

  it.effect("R-046: the iteration count is kept in the hash, so it can be raised", () =>
    Effect.gen(function* () {
      const stored = yield* hash(password, { iterations: 3 })
      assert.isTrue(stored.startsWith("$pbkdf2-sha256$i=3$"))
      assert.isTrue(yield* verify(password, stored))
      assert.isFalse(yield* verify(password, stored.replace("i=3", "i=4")))
    })
  )

  it.effect("R-046: it is PBKDF2-HMAC-SHA-256 as others compute it", () =>
    Effect.gen(function* () {
      // The published vector for password "passwordPASSWORDpassword", 4096 iterations, 32 of its 40 bytes.
      const salt = Buffer.from("saltSALTsaltSALTsaltSALTsaltSALTsalt").toString("base64").replace(/=+$/, "")
      const derived = Buffer.from("348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1", "hex")
      const phc = `$pbkdf2-sha256$i=4096$${salt}$${derived.toString("base64").replace(/=+$/, "")}`
      assert.isTrue(yield* verify("passwordPASSWORDpassword", phc))
    })
  )

  for (const phc of [
    "",
    "plain-text-password",
    "$scrypt$ln=15,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$pbkdf2-sha256$i=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$pbkdf2-sha256$i=99999999$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$pbkdf2-sha256$i=10000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$pbkdf2-sha256$i=10000$AAAAAAAAAAAAAAAAAAAAAA$",
    "$pbkdf2-sha256$i=10000$AAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$pbkdf2-sha256$i=10000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$"
  ]) {
    it.effect(`R-046: the malformed hash ${JSON.stringify(phc)} is a typed failure without secrets`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(verify(password, phc))
        assert.instanceOf(error, UnreadablePasswordHash)
        assert.isFalse(`${JSON.stringify(error)} ${error.message}`.includes(password))
        assert.isFalse(phc !== "" && error.message.includes(phc))
      })
    )
  }
})

describe("violation", () => {
  it("R-044: 16 to 64 characters pass", () => {
    assert.isDefined(violation("a".repeat(15)))
    assert.isUndefined(violation("a".repeat(16)))
    assert.isUndefined(violation("a".repeat(64)))
    assert.isDefined(violation("a".repeat(65)))
  })

  it("R-044: the upper bound is the station's maxLimit", () => {
    assert.isUndefined(violation("a".repeat(40), 40))
    assert.isDefined(violation("a".repeat(41), 40))
  })

  it("R-045: characters are code points of any Unicode text, but not half a surrogate pair", () => {
    assert.isUndefined(violation("😀".repeat(64)))
    assert.isDefined(violation("😀".repeat(15)))
    assert.isDefined(violation(`${"a".repeat(16)}\ud800`))
  })

  it("R-045: control characters, which HTTP Basic cannot carry, do not pass", () => {
    for (const char of ["\0", "\n", "\u007f"]) assert.isDefined(violation(`${"a".repeat(16)}${char}`))
  })

  it("R-046: a violation does not repeat the password", () => {
    assert.isFalse(violation("hunter2")?.includes("hunter2"))
  })
})

describe("generatePassword", () => {
  it("A-15, R-045: 40 characters of the narrow set, different every time, good as a password", () => {
    const made = new Set(Array.from({ length: 200 }, () => generatePassword()))
    assert.strictEqual(made.size, 200)
    for (const one of made) {
      assert.match(one, /^[a-zA-Z0-9*\-_=:+|@.]{40}$/)
      assert.isUndefined(violation(one, 40))
    }
  })

  it("R-045: every character of the set occurs, none much oftener than others", () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i++)
      for (const character of generatePassword(64)) counts.set(character, (counts.get(character) ?? 0) + 1)
    assert.strictEqual(counts.size, 71)
    // 3606 expected of each; the bias of "byte modulo 71" would give some of them 4000 and others 3000.
    for (const [character, count] of counts) assert.isTrue(count > 3250 && count < 3950, `${character}: ${count}`)
  })

  it("R-044: 16 to 64 characters, else a RangeError", () => {
    assert.lengthOf(generatePassword(16), 16)
    assert.lengthOf(generatePassword(64), 64)
    for (const length of [15, 65, 16.5, Number.NaN]) assert.throws(() => generatePassword(length), RangeError)
  })
})
