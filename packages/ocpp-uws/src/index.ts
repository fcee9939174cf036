/** WebSocket transport of Wattline OCPP over uWebSockets.js. */
export {
  type DeflateOptions as CompressionOptions,
  ListenError,
  type ListenReason,
  type ProxyOptions
} from "@wattline/ocpp-core/adapter"
export type { Address } from "./Listener.ts"
export type { UwsApp, UwsBehavior, UwsModule, UwsRequest, UwsResponse, UwsSocket, UwsTlsOptions } from "./Native.ts"
export type { Attached, CommonOptions, OwnPlainPort, OwnTlsPort, TlsFiles, UwsServerOptions } from "./Options.ts"
export { UwsServer, type UwsServerShape } from "./UwsServer.ts"
