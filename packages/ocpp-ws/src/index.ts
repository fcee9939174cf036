/** WebSocket transport of Wattline OCPP over `ws`. */
export { ListenError, type ListenReason, type ProxyOptions } from "@wattline/ocpp-core/adapter"
export type { Address } from "./Listener.ts"
export type {
  Attached,
  CommonOptions,
  CompressionOptions,
  OwnPort,
  PlainPort,
  TlsPort,
  WsServerOptions
} from "./Options.ts"
export {
  type ClientCertificateOptions,
  defaultCiphers,
  type Pem,
  type ServerCertificate,
  type TlsOptions
} from "./Tls.ts"
export { WsServer, type WsServerShape } from "./WsServer.ts"
export * as WsDialer from "./WsDialer.ts"
