/**
 * JSON Patch (RFC 6902), the three operations errata need, made strict: an operation that would change nothing, or that
 * would overwrite what it means to add, does not apply.
 */
import { isDeepStrictEqual } from "node:util"
import { isList, isObject, type Json } from "./Json.ts"

export type Operation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string }

/** The patched value, or a phrase that says why the operation does not apply. */
export type Patched = { readonly value: Json } | { readonly refused: string }

export const apply = (document: Json, operation: Operation): Patched => {
  if (!operation.path.startsWith("/")) return { refused: "its path does not begin with /" }
  const keys = operation.path.slice(1).split("/")
  return edit(
    document,
    keys.map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~")),
    operation
  )
}

const edit = (node: Json, [key = "", ...rest]: ReadonlyArray<string>, operation: Operation): Patched => {
  if (rest.length === 0) return editMember(node, key, operation)
  const child = member(node, key)
  if (child === undefined) return { refused: `there is no "${key}" on the way to it` }
  const edited = edit(child, rest, operation)
  return "refused" in edited ? edited : { value: replaceMember(node, key, edited.value) }
}

const editMember = (node: Json, key: string, operation: Operation): Patched => {
  if (!isObject(node) && !isList(node)) return { refused: "its parent is neither an object nor a list" }
  if (operation.op === "add") return addMember(node, key, operation.value)
  const present = member(node, key)
  if (present === undefined) return { refused: "it does not exist" }
  if (operation.op === "remove") return { value: removeMember(node, key) }
  if (isDeepStrictEqual(present, operation.value)) return { refused: "it has that value already" }
  return { value: replaceMember(node, key, operation.value) }
}

const addMember = (node: Json, key: string, value: Json): Patched => {
  if (!isList(node)) {
    return member(node, key) === undefined
      ? { value: replaceMember(node, key, value) }
      : { refused: "it exists already" }
  }
  const at = key === "-" ? node.length : Number(key)
  if (!Number.isInteger(at) || at < 0 || at > node.length) return { refused: `"${key}" is no index of the list` }
  return { value: node.toSpliced(at, 0, value) }
}

const member = (node: Json, key: string): Json | undefined => {
  if (isList(node)) return node[Number(key)]
  return isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined
}

const replaceMember = (node: Json, key: string, value: Json): Json => {
  if (isList(node)) return node.with(Number(key), value)
  return isObject(node) ? { ...node, [key]: value } : node
}

const removeMember = (node: Json, key: string): Json => {
  if (isList(node)) return node.toSpliced(Number(key), 1)
  return isObject(node) ? Object.fromEntries(Object.entries(node).filter(([name]) => name !== key)) : node
}
