/** `pnpm secure add`: a station gets its credentials. */
import { generatePassword, hashPassword } from "@wattline/ocpp-core"
import { Effect } from "effect"
import * as inventory from "./inventory.ts"
import type { Arguments } from "./options.ts"

/** Writes the station into the file and gives what to tell the operator. */
export const add = async ({ identity, profile, serial, stations }: Arguments): Promise<string> => {
  if (identity === undefined) throw new Error("Which station? For example: pnpm secure add CS-1 --profile 2")
  switch (profile) {
    case "1":
    case "2": {
      const password = generatePassword()
      const passwordHash = await Effect.runPromise(hashPassword(password))
      inventory.save(stations, { identity, securityProfile: profile === "1" ? 1 : 2, passwordHash })
      return `${identity} may connect with profile ${profile}. Its password is shown this once:\n${password}`
    }
    case "3": {
      if (serial === undefined) throw new Error("Profile 3 needs --serial, the CN of the station's certificate.")
      inventory.save(stations, { identity, securityProfile: 3, certificate: { serialNumber: serial } })
      return `${identity} may connect with profile 3 and a certificate whose CN is ${serial}.`
    }
    default:
      throw new Error("Which security profile? Add --profile 1, 2 or 3.")
  }
}
