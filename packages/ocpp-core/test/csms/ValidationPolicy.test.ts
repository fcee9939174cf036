/** The table that decides what is done with messages that break a schema. */
import { assert, describe, it } from "@effect/vitest"
import { compileValidation, type Judged, type ValidationRule } from "../../src/csms/ValidationPolicy.ts"

const message: Judged = {
  identity: "CS-1",
  vendorName: "Acme",
  model: "Fast 50",
  firmwareVersion: "1.2.3",
  action: "StatusNotification",
  direction: "request"
}

const policy = (rules: ReadonlyArray<ValidationRule>, more: Partial<Judged> = {}) =>
  compileValidation(rules)({ ...message, ...more })

describe("compileValidation", () => {
  it("without a rule that fits everything is strict", () => {
    assert.strictEqual(compileValidation()(message), "strict")
    assert.strictEqual(policy([{ model: "Slow 3", policy: "lenient" }]), "strict")
  })

  it("the first rule that fits decides", () => {
    const rules: ReadonlyArray<ValidationRule> = [
      { identity: "CS-2", policy: "report" },
      { vendorName: "acme", action: "TransactionEvent", policy: "strict" },
      { vendorName: "acme", policy: "lenient" },
      { policy: "strict" }
    ]
    assert.strictEqual(policy(rules), "lenient")
    assert.strictEqual(policy(rules, { action: "TransactionEvent" }), "strict")
    assert.strictEqual(policy(rules, { identity: "cs-2" }), "report")
    assert.strictEqual(policy(rules, { vendorName: "Other" }), "strict")
  })

  it.each([
    [{ identity: "cs-1" }, true],
    [{ identity: "CS-*" }, false], // `*` may be a character of an identity
    [{ vendorName: "ACME" }, true],
    [{ vendorName: "Ac" }, false],
    [{ model: "fast*" }, true],
    [{ model: "fast 50*" }, true],
    [{ firmwareVersion: "1.2.*" }, true],
    [{ firmwareVersion: "1.3.*" }, false],
    [{ action: "StatusNotification" }, true],
    [{ action: "Heartbeat" }, false],
    [{ direction: "request" }, true],
    [{ direction: "response" }, false],
    [{ vendorName: "*", direction: "request", model: "Fast 50" }, true],
    [{ vendorName: "Acme", direction: "response" }, false]
  ] as ReadonlyArray<readonly [Omit<ValidationRule, "policy">, boolean]>)("%j fits: %s", (columns, fits) => {
    assert.strictEqual(policy([{ ...columns, policy: "lenient" }]), fits ? "lenient" : "strict")
  })

  it("a column that the station has not told fits only where nothing is asked of it", () => {
    const unknown = { vendorName: undefined, model: undefined, firmwareVersion: undefined }
    assert.strictEqual(policy([{ vendorName: "*", policy: "lenient" }], unknown), "strict")
    assert.strictEqual(policy([{ policy: "lenient" }], unknown), "lenient")
  })

  it.each([
    [{ policy: "loose" }, /rule 1: policy is one of strict, lenient, report, not loose/],
    [{ vendor: "Acme", policy: "strict" }, /rule 1: there is no column vendor/],
    [{ direction: "in", policy: "strict" }, /rule 1: direction is one of request, response, not in/],
    [{ action: "Hartbeat", policy: "strict" }, /rule 1: there is no action Hartbeat/],
    [{ model: "", policy: "strict" }, /rule 1: model is empty/]
  ])("%j makes no sense", (rule, message_) => {
    assert.throws(() => compileValidation([rule as unknown as ValidationRule]), message_)
  })
})
