/**
 * Where a promise user called. The failure of a CALL is born when its answer arrives, so its own stack trace shows the
 * socket; users want to see the line of theirs that called.
 */
import * as Effect from "effect/Effect"

/** The class of an error. */
export type ErrorClass = new (...args: never) => Error

/** See the head of the file. Costs 2 µs to make; the text of the trace is only made for an error. */
export class CallSite {
  private readonly trace: { readonly stack?: string } = {}

  /** To be made by a function that is itself called by the function the user called. */
  constructor() {
    Error.captureStackTrace(this.trace, CallSite)
  }

  /** The same error; one of `ours` points to the caller, and to the first of several, who is nearest to it. Others keep their trace. */
  blame(error: unknown, ours: ReadonlyArray<ErrorClass>): unknown {
    if (isPrintable(error)) return error
    const [, , , ...callers] = this.trace.stack?.split("\n") ?? [] // the head, our caller, and what the user called
    if (callers.length > 0 && error instanceof Error && ours.some((type) => error instanceof type))
      error.stack = [`${error.name}: ${error.message}`, ...callers].join("\n")
    return printable(error)
  }
}

/** The same error; one made with Effect is printed by `console` with its message, its trace and its fields. */
export const printable = (error: unknown): unknown =>
  error instanceof Error && Effect.isEffect(error) && !isPrintable(error)
    ? Object.defineProperty(error, inspectCustom, { value: print })
    : error

const isPrintable = (error: unknown): boolean => error instanceof Error && Object.hasOwn(error, inspectCustom)

const inspectCustom = Symbol.for("nodejs.util.inspect.custom")

function print(this: Error, _depth: number, options: unknown, inspect: (value: object, options: unknown) => string) {
  const fields = Object.assign({}, this, this.cause !== undefined && { cause: this.cause })
  return `${this.stack} ${inspect(fields, options)}`
}
