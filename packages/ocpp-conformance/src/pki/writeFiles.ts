/** PEM texts as files, for those who want file names. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * Writes texts into files of a new directory under the system's one for temporary files, readable by this user only, and
 * gives their absolute names under the same keys. Removed with the scope.
 */
export const writeFiles = <K extends string>(
  texts: Readonly<Record<K, string>>
): Effect.Effect<Readonly<Record<K, string>>, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "wattline-pki-"))),
      (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
    ).pipe(
      Effect.tap((directory) =>
        Effect.promise(() =>
          Promise.all(
            Object.entries<string>(texts).map(([name, text]) => writeFile(join(directory, name), text, { mode: 0o600 }))
          )
        )
      )
    ),
    (directory) =>
      Object.fromEntries(Object.keys(texts).map((name) => [name, join(directory, name)])) as Record<K, string>
  )
