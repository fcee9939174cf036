/** Makes a folder hold exactly the given files. A file that is right already is left alone, so nothing rebuilds. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Files } from "./generate.ts"

/** Returns whether the file had to be written. */
export const writeFile = (path: string, text: string): boolean => {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return true
}

/** Returns how many files were written or removed. */
export const writeFolder = (folder: string, files: Files): number => {
  const present = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []
  const stale = present
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !files.has(path.slice(folder.length + 1).replaceAll("\\", "/")))
  for (const path of stale) rmSync(path)
  return stale.length + [...files].filter(([path, text]) => writeFile(join(folder, path), text)).length
}
