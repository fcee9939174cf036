/** One way to break a rule. */
import type { Session } from "../session.support.ts"

/** Title, expected `severity rule`, how to get there. */
export type Mutation = readonly [title: string, expected: string, log: () => Session]

/** Transaction t begins. */
export const started = (session: Session, overrides: object, response?: object) =>
  session.transactionEvent("t", 0, "Started", overrides, response)
