import { assert, describe, it } from "@effect/vitest"
import { decode, type Decoded, frames, type FrameTable } from "../../src/rpc/Frame.ts"

/** The CALLERROR a text is answered with, `code messageId`; `undefined` when it is a frame. */
const refusal = (text: string): string | undefined => {
  const frame = decode(text)
  return frame._tag === "Malformed" ? `${frame.errorCode} ${frame.messageId}` : undefined
}

/** The CALLERRORs that texts are answered with, each once. */
const refusals = (...texts: ReadonlyArray<string>): ReadonlyArray<string | undefined> => [
  ...new Set(texts.map((text) => refusal(text)))
]

/** An answer that settles nothing but the call it names, as far as it names one. */
const brokenAnswer = (messageId: string | undefined): Decoded => ({
  _tag: "CallResult",
  messageId,
  payload: undefined,
  malformed: "The answer is not JSON"
})

describe("§9: what a text is", () => {
  it("§9 row 1 (R-080): an empty text is ignored", () => {
    assert.deepStrictEqual(decode(""), { _tag: "Empty" })
  })

  it("§9 row 3 (R-145): no JSON and no readable id is RpcFrameworkError under -1", () => {
    const unreadable = [
      "hello",
      " ",
      "{",
      "[",
      "[2",
      "[2,",
      "[2,7",
      '[2,"',
      '[2,"a',
      '[2,"",',
      '["2","a",',
      '[2,"\\q",x'
    ]
    assert.deepStrictEqual(refusals(...unreadable), ["RpcFrameworkError -1"])
  })

  it("§9 row 3 (R-145): no JSON, but an id at the beginning, is RpcFrameworkError under that id", () => {
    assert.deepStrictEqual(
      refusals(
        '[2,"a"',
        '[2,"a","Heartbeat",{}',
        '[2,"a","Heartbeat",{}]]',
        ' [ 2 , "a" ,',
        '[7,"a",',
        '\ufeff[2,"a",1]'
      ),
      ["RpcFrameworkError a"]
    )
    assert.deepStrictEqual(refusals('[2,"a\\"b\\u00e9",'), ['RpcFrameworkError a"bé'])
  })

  it("§9 row 3 (R-147): a broken answer is not answered; it settles its call when the id can be read", () => {
    for (const type of [3, 4]) assert.deepStrictEqual(decode(`[${type},"a",{"x":`), brokenAnswer("a"))
  })

  it("§9 row 3 (R-147): a broken answer is not answered when its id cannot be read either", () => {
    for (const text of ["[3,", "[4,7,", '[3,"a', '[4,"",', '[3,"\\q",{}'])
      assert.deepStrictEqual(decode(text), brokenAnswer(undefined), text)
  })

  it("§9 row 4 (R-070, R-080): JSON that is not an array, or an empty one, is RpcFrameworkError under -1", () => {
    assert.deepStrictEqual(refusals("{}", '{"0":2,"1":"a"}', "7", '"a"', "null", "true", "[]", " [ ] "), [
      "RpcFrameworkError -1"
    ])
  })

  it("§9 row 4 (R-080): a batch of frames is no frame", () => {
    assert.deepStrictEqual(refusals('[[2,"a","Heartbeat",{}],[2,"b","Heartbeat",{}]]'), ["RpcFrameworkError -1"])
  })

  it("§9 row 5 (R-145): a message type that is no integer is RpcFrameworkError under the id", () => {
    const types = ['"2"', "2.5", "null", "true", "{}", "[2]", "1e999"]
    for (const type of types) {
      assert.deepStrictEqual(refusals(`[${type},"a","Heartbeat",{}]`), ["RpcFrameworkError a"])
      assert.deepStrictEqual(refusals(`[${type}]`, `[${type},7]`, `[${type},""]`), ["RpcFrameworkError -1"])
    }
  })

  it("§9 row 6 (R-148): an unknown message type is MessageTypeNotSupported, under the id when there is one", () => {
    for (const type of ["0", "1", "5", "6", "-2", "22", "2e9"]) {
      assert.deepStrictEqual(refusals(`[${type},"a","Heartbeat",{}]`, `[${type},"a"]`), ["MessageTypeNotSupported a"])
      assert.deepStrictEqual(refusals(`[${type}]`, `[${type},null]`, `[${type},""]`, `[${type},{"a":1}]`), [
        "MessageTypeNotSupported -1"
      ])
    }
  })

  it("§9 row 6 (R-148): the id of an unknown message type is used whatever its length", () => {
    const id = "x".repeat(100)
    assert.deepStrictEqual(refusals(`[5,"${id}"]`), [`MessageTypeNotSupported ${id}`])
  })

  it("§9 rows 3–6 (R-144): no description quotes the text it is about", () => {
    for (const text of [
      '<marker>{"',
      '{"<marker>":1}',
      '["<marker>","a"]',
      '[9,"a","<marker>"]',
      '[2,7,"<marker>",{}]'
    ]) {
      const frame = decode(text)
      assert.isTrue(frame._tag === "Malformed" && !frame.errorDescription.includes("marker"), text)
    }
  })
})

describe("§9: answers", () => {
  it("§9 row 7 (R-145): a CALLERROR under -1 is a CALLERROR with that id", () => {
    const frame = decode('[4,"-1","RpcFrameworkError","what?",{}]')
    assert.isTrue(frame._tag === "CallError" && frame.messageId === "-1")
  })

  it("§9 row 8: an answer whose id is no string has none", () => {
    for (const id of ["7", "null", "{}", '""', "[]", "true"]) {
      const [result, error] = [decode(`[3,${id},{}]`), decode(`[4,${id},"InternalError","",{}]`)]
      assert.deepStrictEqual([result._tag, error._tag], ["CallResult", "CallError"])
      assert.isTrue("messageId" in result && result.messageId === undefined, id)
      assert.isTrue("messageId" in error && error.messageId === undefined, id)
    }
  })

  it("§9 row 9 (R-072, R-078): a CALLRESULT has exactly three elements", () => {
    for (const text of ['[3,"a"]', '[3,"a",{},{}]', '[3,"a",null,null]']) {
      const frame = decode(text)
      assert.isTrue(frame._tag === "CallResult" && frame.messageId === "a" && frame.malformed !== undefined, text)
    }
  })

  it("§9 row 9 (R-076): the payload of a CALLRESULT is an object", () => {
    for (const payload of ["[]", "[{}]", "7", '"x"', "true", "false", "0"]) {
      const frame = decode(`[3,"a",${payload}]`)
      assert.isTrue(frame._tag === "CallResult" && frame.malformed !== undefined, payload)
    }
  })

  it("§9 row 10 (R-072): a CALLRESULT is its id and its payload", () => {
    assert.deepStrictEqual(decode('[3,"a",{"status":"Accepted"}]'), {
      _tag: "CallResult",
      messageId: "a",
      payload: { status: "Accepted" },
      malformed: undefined
    })
  })

  it("§9 row 10 (R-077): a null payload of a CALLRESULT is an empty one", () => {
    assert.deepStrictEqual(decode('[3,"a",null]'), {
      _tag: "CallResult",
      messageId: "a",
      payload: {},
      malformed: undefined
    })
  })

  it("§9 row 11 (R-073): a CALLERROR is its id, code, description and details", () => {
    assert.deepStrictEqual(decode('[4,"a","NotSupported","no",{"x":[1]}]'), {
      _tag: "CallError",
      messageId: "a",
      errorCode: "NotSupported",
      rawErrorCode: "NotSupported",
      errorDescription: "no",
      errorDetails: { x: [1] }
    })
  })

  it("§9 row 11 (R-078): missing elements of a CALLERROR are read as empty, surplus ones are ignored", () => {
    const empty = { errorDescription: "", errorDetails: {} }
    for (const [text, code] of [
      ['[4,"a"]', ""],
      ['[4,"a","NotSupported"]', "NotSupported"],
      ['[4,"a","NotSupported",""]', "NotSupported"],
      ['[4,"a","NotSupported","",{},1,2]', "NotSupported"],
      ['[4,"a","NotSupported",null,null]', "NotSupported"],
      ['[4,"a","NotSupported",7,[]]', "NotSupported"]
    ] as const)
      assert.deepInclude(decode(text), { _tag: "CallError", messageId: "a", rawErrorCode: code, ...empty }, text)
  })

  it("§9 row 11: a code that is none of the twelve is a GenericError, and kept as it was", () => {
    assert.deepInclude(decode('[4,"a","OutOfCoffee","",{}]'), {
      errorCode: "GenericError",
      rawErrorCode: "OutOfCoffee"
    })
    assert.deepInclude(decode('[4,"a",404,"",{}]'), { errorCode: "GenericError", rawErrorCode: "" })
  })
})

describe("§9: CALLs", () => {
  it("§9 row 12 (R-090, R-145): a CALL without a readable id is RpcFrameworkError under -1", () => {
    const ids = ["7", "null", '""', "{}", '["a"]', "false"]
    for (const id of ids)
      assert.deepStrictEqual(refusals(`[2,${id},"Heartbeat",{}]`, `[2,${id}]`), ["RpcFrameworkError -1"])
    assert.deepStrictEqual(refusals("[2]"), ["RpcFrameworkError -1"])
  })

  it("§9 row 13 (R-090, §20-H): an id longer than 36 characters is RpcFrameworkError under the id as received", () => {
    const id = "0123456789".repeat(4)
    assert.deepStrictEqual(refusals(`[2,"${id}","Heartbeat",{}]`, `[2,"${id}"]`), [`RpcFrameworkError ${id}`])
  })

  it("R-090, R-130: an id has up to 36 characters, counted in code points", () => {
    for (const id of ["1", "x".repeat(36), "😀".repeat(36)])
      assert.deepInclude(decode(JSON.stringify([2, id, "Heartbeat", {}])), { _tag: "Call", messageId: id })
    const long = "😀".repeat(37)
    assert.deepStrictEqual(refusals(JSON.stringify([2, long, "Heartbeat", {}])), [`RpcFrameworkError ${long}`])
  })

  it("§9 row 14 (R-071, R-078): a CALL has exactly four elements and its action is a string", () => {
    assert.deepStrictEqual(
      refusals(
        '[2,"a"]',
        '[2,"a","Heartbeat"]',
        '[2,"a","Heartbeat",{},{}]',
        '[2,"a",7,{}]',
        '[2,"a",null,{}]',
        '[2,"a",{},"Heartbeat"]'
      ),
      ["RpcFrameworkError a"]
    )
  })

  it("R-071: a CALL is its id, its action and its payload", () => {
    assert.deepStrictEqual(decode('[2,"a","Heartbeat",{"x":1}]'), {
      _tag: "Call",
      messageId: "a",
      action: "Heartbeat",
      payload: { x: 1 }
    })
  })

  it("R-075: an action is read as it is written, whether it is one or not", () => {
    for (const action of ["heartbeat", "HeartbeatRequest", "", "X-Signed"])
      assert.deepInclude(decode(`[2,"a","${action}",{}]`), { _tag: "Call", action })
  })

  it("R-077: a null payload of a CALL is an empty one, any other value stays as it is", () => {
    assert.deepInclude(decode('[2,"a","Heartbeat",null]'), { payload: {} })
    for (const payload of [[], 7, "x", false, 0, ""])
      assert.deepInclude(decode(JSON.stringify([2, "a", "Heartbeat", payload])), { _tag: "Call", payload })
  })

  it("R-070: a frame may be written with any white space and any escapes", () => {
    assert.deepInclude(decode('\r\n [\t2.0 , "\\u0061", "Heart\\u0062eat" , { } ] '), {
      messageId: "a",
      action: "Heartbeat"
    })
  })

  it("§19: another version reads its own message types", () => {
    const table: FrameTable = { ...frames, 6: () => ({ _tag: "Call", messageId: "a", action: "Sent", payload: {} }) }
    assert.deepInclude(decode('[6,"a","Sent",{}]', table), { _tag: "Call", action: "Sent" })
  })
})
