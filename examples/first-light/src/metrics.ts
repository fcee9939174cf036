/** Serves the metrics of this process for Prometheus, to this machine only. */
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { Data, Effect } from "effect"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"

/** The metrics cannot be served. */
export class NoMetrics extends Data.TaggedError("NoMetrics")<{ readonly message: string }> {}

const host = "127.0.0.1"

/** Serves them until the scope closes; gives the URL. */
export const serveMetrics = Effect.fnUntraced(function* (port: number) {
  const context = yield* Effect.context()
  const server = createServer((request, response) => {
    const isMetrics = request.url === "/metrics" && (request.method === "GET" || request.method === "HEAD")
    response.writeHead(isMetrics ? 200 : 404, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
    response.end(isMetrics ? PrometheusMetrics.formatUnsafe(context) : "The metrics are at /metrics.\n")
  })
  yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        server.listen(port, host)
        await once(server, "listening")
      },
      catch: () =>
        new NoMetrics({ message: `The metrics cannot be served on port ${port} of ${host}. Give another --metrics.` })
    }),
    () => Effect.promise(() => closed(server))
  )
  const address = server.address()
  return `http://${host}:${typeof address === "object" ? address?.port : port}/metrics`
})

const closed = async (server: Server): Promise<void> => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
