/** Frames as messages to show: which action an answer belongs to, and no secret in it. */
import type { Recorded } from "../lint/LogRecord.ts"

/** One message that went over the link. */
export interface Message {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly to: "csms" | "station"
  /** `undefined` for an answer to nothing known, and for what is no frame. */
  readonly action: string | undefined
  readonly isCall: boolean
  /** The errorCode, of a CALLERROR. */
  readonly error: string | undefined
  /** The payload as JSON without secrets; of a CALLERROR its description. */
  readonly text: string
}

/** CALLs whose answers may be outstanding. */
const maxOutstanding = 1_000

/** Reads what goes over one station's link; it remembers the actions of CALLs until they are answered. */
export class Messages {
  private readonly actions = new Map<string, string>()

  /** The message; `undefined` for the events of the link. */
  read({ at, from, text }: Recorded): Message | undefined {
    if (text === undefined || from === undefined) return undefined
    const to = from === "station" ? "csms" : "station"
    const frame = parsed(text)
    const [type, id, third, fourth] = frame
    const none = { at, to, action: undefined, isCall: false, error: undefined } as const
    if (typeof id !== "string") return { ...none, text: text.slice(0, 1000) }
    if (type === 2) {
      const action = String(third)
      if (this.actions.size >= maxOutstanding) this.actions.clear()
      this.actions.set(`${to} ${id}`, action)
      return { at, to, action, isCall: true, error: undefined, text: payloadText(fourth) }
    }
    const key = `${to === "csms" ? "station" : "csms"} ${id}`
    const action = this.actions.get(key)
    this.actions.delete(key)
    if (type === 3) return { ...none, action, text: payloadText(third) }
    return { ...none, action, error: String(third), text: typeof fourth === "string" ? fourth : "" }
  }
}

const parsed = (text: string): ReadonlyArray<unknown> => {
  try {
    const frame: unknown = JSON.parse(text)
    return Array.isArray(frame) ? frame : []
  } catch {
    return []
  }
}

/** The payload without passwords: fields of that name, and the value of a variable of that name. */
const payloadText = (payload: unknown): string =>
  JSON.stringify(payload, (key, value: unknown) => {
    if (/password/iu.test(key)) return hidden
    return isPasswordVariable(value) ? { ...value, attributeValue: hidden } : value
  }) ?? ""

const hidden = "•••"

const isPasswordVariable = (value: unknown): value is { readonly attributeValue: unknown } => {
  if (typeof value !== "object" || value === null || !("variable" in value) || !("attributeValue" in value))
    return false
  const { attributeValue, variable } = value
  const name = typeof variable === "object" && variable !== null && "name" in variable ? variable.name : undefined
  return attributeValue !== hidden && /password/iu.test(String(name))
}
