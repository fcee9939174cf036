/** npm `ocpp-rpc` in a storm: its own `auth`, the password compared as it stands. */
import { createServer as createHttps } from "node:https"
import { createServer as createHttp } from "node:http"
import type { AddressInfo } from "node:net"
import { RPCServer } from "ocpp-rpc"
import { passwordOf } from "../storm.ts"
import { certificate } from "./certificate.ts"
import { serve } from "./control.ts"

const server = new RPCServer({ protocols: ["ocpp2.0.1"], strictMode: true, wssOptions: { perMessageDeflate: false } })
server.auth((accept, reject, { identity, password }) =>
  password?.toString() === passwordOf(identity) ? accept() : reject(401, "wrong password")
)
const http = process.argv[2] === "2" ? createHttps(certificate()) : createHttp()
http.on("upgrade", server.handleUpgrade)
http.listen(0, "127.0.0.1", () => serve((http.address() as AddressInfo).port))
