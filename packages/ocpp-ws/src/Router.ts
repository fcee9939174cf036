/**
 * Who takes an upgrade. Several adapters may share one server, each with a path of its own: they share one listener, so that
 * a request outside all their paths is answered once, or left to the application's own listeners.
 */
import type { IncomingMessage, Server as HttpServer } from "node:http"
import type { Server as HttpsServer } from "node:https"
import type { Duplex } from "node:stream"
import { notFound } from "@wattline/ocpp-core/adapter"
import { keep, refuse } from "./Refusal.ts"

/** A listener of upgrade requests. */
export type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

const routers = new WeakMap<HttpServer | HttpsServer, Router>()

/** Hands the upgrades of `server` below `path` over, until the result is called. The longest path wins. */
export const route = (server: HttpServer | HttpsServer, path: string, onUpgrade: OnUpgrade): (() => void) => {
  const router = routers.get(server) ?? new Router(server)
  routers.set(server, router)
  return router.add({ prefix: `${path}/`, onUpgrade })
}

interface Route {
  readonly prefix: string
  readonly onUpgrade: OnUpgrade
}

class Router {
  private readonly server: HttpServer | HttpsServer
  private routes: ReadonlyArray<Route> = []

  constructor(server: HttpServer | HttpsServer) {
    this.server = server
  }

  add(added: Route): () => void {
    if (this.routes.length === 0) this.server.on("upgrade", this.onUpgrade)
    this.routes = [...this.routes, added].toSorted((a, b) => b.prefix.length - a.prefix.length)
    return () => {
      this.routes = this.routes.filter((other) => other !== added)
      if (this.routes.length === 0) this.server.off("upgrade", this.onUpgrade)
    }
  }

  private readonly onUpgrade: OnUpgrade = (request, socket, head) => {
    const target = request.url ?? ""
    const taker = this.routes.find(({ prefix }) => target.startsWith(prefix))
    if (taker !== undefined) return taker.onUpgrade(request, socket, head)
    if (this.server.listenerCount("upgrade") === 1) refuse(keep(socket), notFound)
  }
}
