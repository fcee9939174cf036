/** WebSocket transport of Wattline OCPP over `ws`. */
export { ListenError, type ListenReason } from "./ListenError.ts"
export type { Address } from "./Listener.ts"
export type { Attached, CommonOptions, CompressionOptions, OwnPort, WsServerOptions } from "./Options.ts"
export { WsServer, type WsServerShape } from "./WsServer.ts"
