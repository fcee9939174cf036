/** The inside of a forked program: its arguments come with `process.argv`, questions and answers over IPC. */
import type { Question } from "./contract.ts"

/** The arguments that `Child` gave to this process. */
export const argumentsOf = (): unknown => JSON.parse(process.argv[2] ?? "{}")

/**
 * Says that this process is ready, and answers questions from now on. After the answer to `stop` the process has to end by
 * itself; it also ends when whoever has started it is gone.
 */
export const answer = (ready: object, answers: { readonly [question: string]: () => Promise<object> }): void => {
  const orphaned = (): void => process.exit(1)
  process.once("disconnect", orphaned)
  process.on("message", (question: Question) => {
    const asked = answers[question]
    if (asked === undefined) return
    asked().then(
      (text) =>
        process.send?.(text, () => {
          if (question !== "stop") return
          process.off("disconnect", orphaned)
          process.disconnect()
        }),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      }
    )
  })
  process.send?.(ready)
}
