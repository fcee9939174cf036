import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { testPki } from "../src/index.ts"
import { Secrets } from "../src/security/Secrets.ts"

const password = "a-password-of-CS-1"

describe("R-046: what is found in what was told", () => {
  it("a password, in plain and in an Authorization header", () => {
    const secrets = new Secrets()
    const authorization = secrets.addPassword("CS-1", password)
    assert.strictEqual(authorization, `Basic ${btoa(`CS-1:${password}`)}`)
    const told = [`{"value":"${password}"}`, `asked with ${authorization}`]
    for (const line of ["CS-1 connected", ...told, "a-password"]) secrets.tell(line)
    assert.deepStrictEqual(secrets.leaks(), told)
  })

  it("a password hash", () => {
    const secrets = new Secrets()
    secrets.tell("hash=$pbkdf2-sha256$i=1$AAAA$AAAA")
    assert.strictEqual(secrets.leaks().length, 1)
  })

  it.effect("a private key, also one line of it, and no certificate", () =>
    Effect.gen(function* () {
      const { ca } = yield* testPki
      const { cert, key } = yield* ca.issue({ commonName: "SN-1", key: "EC", usage: "client" })
      const secrets = new Secrets()
      secrets.addKey(key)
      const line = key.split("\n")[1] ?? ""
      for (const text of [cert, key, `key ${line}`]) secrets.tell(text)
      assert.deepStrictEqual(secrets.leaks(), [key, `key ${line}`])
      assert.deepStrictEqual(secrets.leaks(2), [`key ${line}`])
    })
  )
})
