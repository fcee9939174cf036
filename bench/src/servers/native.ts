/** The real native library, loaded as the tests of `ocpp-uws` do it. */
import type { UwsServerOptions } from "@wattline/ocpp-uws"

/** Loads it, also where the glibc is older than the one its binary asks for. */
export const native = async (): Promise<UwsServerOptions["native"]> => {
  const file = new URL("../../../packages/ocpp-uws/test/native.ts", import.meta.url).href
  const { loadNative } = (await import(file)) as { readonly loadNative: () => UwsServerOptions["native"] }
  return loadNative()
}
