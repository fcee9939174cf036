/**
 * A problem the author of `schemas/` has to solve: printed without a stack trace, one line each, and each line begins
 * with the file it is about. Anything else that is thrown is a fault of the generator and keeps its trace.
 */
export class CodegenError extends Error {
  readonly problems: ReadonlyArray<string>

  constructor(problems: ReadonlyArray<string>) {
    super(problems.join("\n"))
    this.name = "CodegenError"
    this.problems = problems
  }
}

/** Throws when there is at least one problem; all of them are reported together. */
export const failOn = (problems: ReadonlyArray<string>): void => {
  if (problems.length > 0) throw new CodegenError(problems)
}
