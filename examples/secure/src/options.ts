/** What may be written behind `pnpm secure`. */
import { parseArgs } from "node:util"

/** The text of `--help`. */
export const help = `
A CSMS for stations of security profiles 1, 2 and 3.

  pnpm secure add IDENTITY --profile 1|2|3     lets a station in; prints its password, once
  pnpm secure serve                            listens until Ctrl-C or SIGTERM; SIGHUP reads certificates and stations again

Options
  --stations FILE      credentials of the stations. Default stations.json
  --serial SN          with add, profile 3: the serial number that the CN of its certificate must be
  --state DIR          with serve: what is learned of the stations, one file each. Default state
  --pki DIR            with serve: ca.pem, server-ec.pem, server-ec.key, server-rsa.pem, server-rsa.key. Default pki
  --organization NAME  with serve: what O of a station's certificate must be. Default "Example Charging"
  --host H             with serve: address to listen on. Default 127.0.0.1
  --port N             with serve: port for TLS, profiles 2 and 3. Default 9443
  --plain-port N       with serve: port without TLS, profile 1, for trusted networks only. Default: none
  --proxy ADDRESS      with --plain-port: a proxy that ends TLS there, as an address or network; may be repeated
`

/** The arguments, or what is wrong with them. */
export const parse = (args: ReadonlyArray<string>) => {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stations: { type: "string", default: "stations.json" },
        profile: { type: "string" },
        serial: { type: "string" },
        state: { type: "string", default: "state" },
        pki: { type: "string", default: "pki" },
        organization: { type: "string", default: "Example Charging" },
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: "9443" },
        "plain-port": { type: "string" },
        proxy: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", short: "h", default: false }
      }
    })
    const [command, identity] = positionals
    return { ...values, command, identity }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The arguments once they could be read. */
export type Arguments = Exclude<ReturnType<typeof parse>, string>
