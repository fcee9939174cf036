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

/** The contract behind a token; tokens compare without case (C01). */
export const contractOf = (idToken: string): Contract | undefined => contracts.get(idToken.toUpperCase())
