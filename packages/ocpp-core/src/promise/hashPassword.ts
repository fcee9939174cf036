/** For directories that promise users fill themselves. */
import * as Effect from "effect/Effect"
import * as Password from "../transport/Password.ts"

/**
 * The salted hash of a station's password, for `passwordHash` of `StationCredentials`. Rejects with a `TypeError`
 * when it cannot be one: 16 to 64 characters, no control characters.
 */
export const hashPassword = async (password: string, options?: Password.HashOptions): Promise<string> => {
  const problem = Password.violation(password)
  if (problem !== undefined) throw new TypeError(problem)
  return Effect.runPromise(Password.hash(password, options))
}
