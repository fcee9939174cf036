/** The core's door with a witness: every link that was opened, in order, and whether its end was told once and last. */
import type { Acceptor, LinkHandler } from "@wattline/ocpp-core"

/** One link, as the core saw it. */
export interface WatchedLink {
  readonly identity: string
  /** Texts that came in. */
  readonly texts: Array<string>
  /** The close code that was told, `undefined` while the link is open. */
  code: number | undefined
}

/** See the head of the file. */
export interface WatchedAcceptor {
  readonly service: Acceptor["Service"]
  readonly links: ReadonlyArray<WatchedLink>
  /** What an adapter did that the contract of `LinkHandler` forbids. */
  readonly breaches: ReadonlyArray<string>
}

/** Puts the witness between an adapter and the core. */
export const watched = (acceptor: Acceptor["Service"]): WatchedAcceptor => {
  const links: Array<WatchedLink> = []
  const breaches: Array<string> = []
  const handlers = new WeakMap<LinkHandler, LinkHandler>()
  return {
    links,
    breaches,
    service: {
      ...acceptor,
      open: (admitted, link) => {
        const handler = acceptor.open(admitted, link)
        const record: WatchedLink = { identity: admitted.identity, texts: [], code: undefined }
        links.push(record)
        const mustBeOpen = (call: string): void => {
          if (record.code !== undefined) breaches.push(`${call} of ${record.identity} after onClose`)
        }
        const witness: LinkHandler = {
          onText: (text) => {
            mustBeOpen("onText")
            record.texts.push(text)
            handler.onText(text)
          },
          onBinary: () => {
            mustBeOpen("onBinary")
            handler.onBinary()
          },
          onClose: (code, reason) => {
            mustBeOpen("onClose")
            record.code = code
            handler.onClose(code, reason)
          }
        }
        handlers.set(witness, handler)
        return witness
      },
      drain: (witnesses) => acceptor.drain(Array.from(witnesses, (witness) => handlers.get(witness) ?? witness))
    }
  }
}
