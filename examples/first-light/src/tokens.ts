/** Who may charge. A CSMS of your own asks its database here. */

/** A driver, and whether the contract is in order. */
export interface Contract {
  readonly driver: string
  readonly status: "Accepted" | "Blocked" | "Expired"
}

const contracts: ReadonlyMap<string, Contract> = new Map([
  ["DE-WTL-C00012345-6", { driver: "Ada", status: "Accepted" }],
  ["04A2E8B1C39D80", { driver: "Grace", status: "Accepted" }],
  ["04DEAD00BEEF01", { driver: "Charles", status: "Blocked" }]
])

/** The contract behind a token, if there is one. */
export type Contracts = (idToken: string) => Contract | undefined

/** Those of the list; tokens compare without case (C01). */
export const contractOf: Contracts = (idToken) => contracts.get(idToken.toUpperCase())

/** Besides these one for each token of a template like `04AA{n:4}`: `{n}` is a number, `{n:4}` one of at least 4 digits. */
export const withFleet = (template: string): Contracts => {
  const pattern = template.replaceAll(/{n(?::(?<digits>\d{1,2}))?}|\W/g, (part: string, digits: string | undefined) =>
    part.startsWith("{n") ? `\\d{${digits ?? 1},}` : `\\${part}`
  )
  const isOfFleet = new RegExp(`^${pattern}$`, "i")
  const contract: Contract = { driver: "a driver of the fleet", status: "Accepted" }
  return (idToken) => contractOf(idToken) ?? (isOfFleet.test(idToken) ? contract : undefined)
}
