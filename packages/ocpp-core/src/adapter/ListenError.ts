/** The one way in which starting the adapter fails; each message says what to do about it. */
import * as Data from "effect/Data"

/** What kept the adapter from listening. */
export type ListenReason =
  /** The port is in use. */
  | "PortInUse"
  /** The operating system does not allow this port. */
  | "NotPermitted"
  /** The host is no address of this machine. */
  | "HostNotFound"
  /** A listener without TLS that was not asked for with `plain: true`. */
  | "PlainNotAllowed"
  /** The attached server does not listen yet. */
  | "NotListening"
  /** An option has a value that makes no sense. */
  | "InvalidOption"
  /** A certificate, private key or revocation list cannot be read. */
  | "BadCertificate"
  /** A private key is not the one of its certificate. */
  | "KeyMismatch"
  /** The native library of the adapter is not installed, or its binary does not load. */
  | "NativeModule"
  /** Anything else the operating system said. */
  | "Failed"

/** The adapter does not listen. `message` is one sentence about what is wrong and one about what to do. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly reason: ListenReason
  readonly message: string
}> {}

/** What `listen` reported, told so that one knows what to do. */
export const fromListen = (error: NodeJS.ErrnoException, host: string, port: number): ListenError => {
  switch (error.code) {
    case "EADDRINUSE":
      return new ListenError({
        reason: "PortInUse",
        message: `Port ${port} on ${host} is already in use. Stop the other process or choose another port.`
      })
    case "EACCES":
    case "EPERM":
      return new ListenError({
        reason: "NotPermitted",
        message: `Listening on port ${port} of ${host} is not permitted. Choose a port from 1024 up or get the right to it.`
      })
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new ListenError({
        reason: "HostNotFound",
        message: `${host} is no address of this machine. Use "127.0.0.1", "0.0.0.0" for all addresses, or one it has.`
      })
    default:
      return new ListenError({
        reason: "Failed",
        message: `Cannot listen on port ${port} of ${host}: ${error.message}.`
      })
  }
}
