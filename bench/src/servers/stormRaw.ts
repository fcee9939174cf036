/** The floor of a storm: `ws` behind an http or https server, the password compared as it stands. */
import { createServer as createHttp } from "node:http"
import { createServer as createHttps } from "node:https"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import { passwordOf } from "../storm.ts"
import { certificate } from "./certificate.ts"
import { serve } from "./control.ts"

const http = process.argv[2] === "2" ? createHttps(certificate()) : createHttp()
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
http.on("upgrade", (request, socket, head) => {
  const identity = request.url?.slice(1) ?? ""
  const [user, password] = Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64")
    .toString()
    .split(":")
  if (user !== identity || password !== passwordOf(identity)) return socket.destroy()
  server.handleUpgrade(request, socket, head, () => undefined)
})
http.listen(0, "127.0.0.1", () => serve((http.address() as AddressInfo).port))
