/**
 * The part of the metadata proposal for `Reflect` that `tsyringe`, below `@peculiar/x509`, asks for at load time. The
 * usual polyfills are no dependency of this repository.
 */

/** Puts `getMetadata`, `getOwnMetadata` and `defineMetadata` into `Reflect`, unless a polyfill is there already. */
export const installReflectMetadata = (): void => {
  if ("getMetadata" in Reflect) return
  const stored = new WeakMap<object, Map<unknown, unknown>>()
  const getOwnMetadata = (key: unknown, target: object): unknown => stored.get(target)?.get(key)
  const getMetadata = (key: unknown, target: object): unknown => {
    for (let owner: object | null = target; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
      const value = getOwnMetadata(key, owner)
      if (value !== undefined) return value
    }
    return undefined
  }
  const defineMetadata = (key: unknown, value: unknown, target: object): void => {
    const entries = stored.get(target) ?? new Map<unknown, unknown>()
    stored.set(target, entries.set(key, value))
  }
  Object.assign(Reflect, { getMetadata, getOwnMetadata, defineMetadata })
}
