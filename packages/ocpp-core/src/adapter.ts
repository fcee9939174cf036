/** What transport adapters share: for those who write one. Applications need nothing of it. */
export { certificateOf, clientCertificate, type X509 } from "./adapter/Certificate.ts"
export {
  forwarded,
  type ForwardedCertificateHeaders,
  type HeaderOf,
  type Hop,
  type ParseCertificate,
  plainAddress,
  type TrustedProxy
} from "./adapter/Forwarded.ts"
export { serverCertificateProblems, type ServerX509 } from "./adapter/ServerCertificate.ts"
export { closeReason } from "./adapter/closeReason.ts"
export {
  type AdapterRefusal,
  isRefusal,
  notFound,
  Questions,
  type Run,
  shuttingDown,
  undecided
} from "./adapter/ask.ts"
export { authorizationOf, dialProblem, dialTarget, refusedDial } from "./adapter/dialing.ts"
export { type DeflateOffer, deflateOffers, offerText } from "./adapter/DeflateOffer.ts"
export { Links, type WatchedLink } from "./adapter/Links.ts"
export { fromListen, ListenError, type ListenReason } from "./adapter/ListenError.ts"
export { malformed } from "./adapter/malformed.ts"
export { urlOf } from "./adapter/urlOf.ts"
export { type Net, type ProxyOptions, trustedProxy } from "./adapter/ProxyOptions.ts"
export {
  checked,
  type DeflateOptions,
  type OptionCheck,
  webSocketChecks,
  type WebSocketOptions,
  type WebSocketSettings,
  webSocketSettings,
  wholeNumber
} from "./adapter/WebSocketOptions.ts"
