/**
 * The URL to which a station adds `/` and its identity, for an endpoint at `path` (`""`, or without a slash at its end). All
 * addresses of a machine together are called `localhost`; port 0 stands for a pipe with `host` as its path.
 */
export const urlOf = (scheme: "ws" | "wss", host: string, port: number, path: string): string => {
  if (port === 0) return `${scheme}+unix:${host}:${path}`
  if (host === "0.0.0.0" || host === "::") return `${scheme}://localhost:${port}${path}`
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`
}
