/**
 * The real native library, also on a machine whose glibc is older than the 2.38 its prebuilt binary asks for. Test
 * support only: the published adapter imports `uWebSockets.js` as it is, and says what to do when it does not load.
 */
import fs from "node:fs"
import { createRequire } from "node:module"
import os from "node:os"
import path from "node:path"

/**
 * The binary needs glibc 2.38 for three symbols only (`__isoc23_strtol`, `__isoc23_strtoul`, `__isoc23_sscanf`). Gives
 * the bytes of a copy that asks for `strtol`, `strtoul` and `sscanf` instead.
 */
const forOlderGlibc = (file: Uint8Array): Buffer => {
  const elf = Buffer.from(file)
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) throw new Error("no little-endian ELF64 file")
  const u64 = (at: number): number => Number(elf.readBigUInt64LE(at))
  const text = (at: number): string => elf.toString("latin1", at, elf.indexOf(0, at))
  const sectionAt = u64(0x28)
  const sectionSize = elf.readUInt16LE(0x3a)
  const sections = Array.from({ length: elf.readUInt16LE(0x3c) }, (_, n) => {
    const at = sectionAt + n * sectionSize
    return {
      type: elf.readUInt32LE(at + 4),
      offset: u64(at + 24),
      size: u64(at + 32),
      link: elf.readUInt32LE(at + 40),
      info: elf.readUInt32LE(at + 44)
    }
  })
  const symbols = sections.find(({ type }) => type === 11)
  const versions = sections.find(({ type }) => type === 0x6ffffffe)
  const names = symbols === undefined ? undefined : sections[symbols.link]?.offset
  if (symbols === undefined || versions === undefined || names === undefined) throw new Error("no dynamic symbols")
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += 24) {
    const name = elf.readUInt32LE(at)
    if (elf.readUInt16LE(at + 6) === 0 && text(names + name).startsWith("__isoc23_")) {
      elf.writeUInt32LE(name + "__isoc23_".length, at)
    }
  }
  const oldest = elf.readUInt16LE(0x12) === 62 ? "GLIBC_2.2.5" : "GLIBC_2.17"
  for (let at = versions.offset, n = 0; n < versions.info; n++, at += elf.readUInt32LE(at + 12)) {
    const needed: Array<{ readonly at: number; readonly name: string }> = []
    let entry = at + elf.readUInt32LE(at + 8)
    for (let i = 0; i < elf.readUInt16LE(at + 2); i++) {
      needed.push({ at: entry, name: text(names + elf.readUInt32LE(entry + 8)) })
      entry += elf.readUInt32LE(entry + 12)
    }
    const wanted = needed.find(({ name }) => name === "GLIBC_2.38")
    const base = needed.find(({ name }) => name === oldest)
    if (wanted === undefined || base === undefined) continue
    elf.writeUInt32LE(elf.readUInt32LE(base.at), wanted.at)
    elf.writeUInt32LE(elf.readUInt32LE(base.at + 8), wanted.at + 8)
  }
  return elf
}

/** The native module; throws when it loads neither as it is nor with the older glibc. */
export const loadNative = (): typeof import("uWebSockets.js") => {
  const require = createRequire(import.meta.url)
  try {
    return require("uWebSockets.js")
  } catch (cause) {
    if (!String(cause).includes("GLIBC_2.38")) throw cause
    const file = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "uws-"))
    try {
      const copy = path.join(directory, "uws.node")
      const original = path.join(path.dirname(require.resolve("uWebSockets.js")), file)
      fs.writeFileSync(copy, forOlderGlibc(fs.readFileSync(original)))
      const module = { exports: {} as typeof import("uWebSockets.js") }
      process.dlopen(module, copy)
      return module.exports
    } finally {
      fs.rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** The native module, or `undefined` where it cannot be loaded at all. */
export const tryNative = (): typeof import("uWebSockets.js") | undefined => {
  try {
    return loadNative()
  } catch (cause) {
    console.warn(`SKIPPED: uWebSockets.js does not load here: ${String(cause)}`)
    return undefined
  }
}
