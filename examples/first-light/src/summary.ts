/** The last thing to be seen: what came of the session, and whether both sides tell the same story. */
import { energyWh, isTransactionComplete, type Transaction } from "@wattline/ocpp-core"
import { colours } from "./Log.ts"
import type { Outcome } from "./operator.ts"
import type { Account } from "./station/Account.ts"
import { tariff } from "./tariff.ts"
import type { Traffic } from "./Traffic.ts"

/** Everything there is to tell. */
export interface Story extends Outcome {
  readonly traffic: Traffic["Service"]
  /** What the station, a program that shares nothing with the CSMS, has to say. */
  readonly account: Account
}

/** What does not add up between the two sides; empty when all is well. */
export const contradictions = ({ account, traffic, transaction }: Story): ReadonlyArray<string> => {
  const metered = meteredBy(account, transaction)
  return [
    ...(isTransactionComplete(transaction) ? [] : ["the transaction is not complete"]),
    ...same("energy in Wh", energyWh(transaction), metered?.energyWh),
    ...same("events of the transaction", eventsOf(transaction), metered?.events),
    ...same("CALLs from the station", traffic.received, account.traffic.sent),
    ...same("CALLs to the station", traffic.sent, account.traffic.answered),
    ...(traffic.refused + traffic.failed === 0 ? [] : ["messages were refused or failed"]),
    ...account.traffic.faults.map((fault) => `the station complains: ${fault}`)
  ]
}

const same = (what: string, here: number | undefined, there: number | undefined): ReadonlyArray<string> =>
  here === there ? [] : [`${what}: ${here ?? "unknown"} for the CSMS, ${there ?? "unknown"} for the station`]

const meteredBy = ({ metered }: Account, { transactionId }: Transaction) =>
  metered.find((one) => one.transactionId === transactionId)

/** `received` holds the first and the last seqNo of every run without gaps; a complete transaction is one run. */
const eventsOf = ({ received: [first = 0, last = -1] }: Transaction): number => last - first + 1

/** The box at the end. */
export const box = (story: Story): string => {
  const lines = rows(story).map(([name, text]) => [name.padEnd(13), text] as const)
  const width = Math.max(...lines.map(([name, text]) => name.length + text.length))
  const edge = "─".repeat(width + 2)
  return [
    `╭${edge}╮`,
    ...lines.map(([name, text]) => `│ ${colours.dim(name)}${text.padEnd(width - name.length)} │`),
    `╰${edge}╯`
  ].join("\n")
}

type Row = readonly [name: string, text: string]

const rows = ({ account, traffic, transaction, variables, view }: Story): ReadonlyArray<Row> => {
  const { availability, provisioning } = view.mirror
  const { firmwareVersion = "unknown", model, vendorName } = provisioning.chargingStation ?? {}
  const { endedAt = "", startedAt = "", stoppedReason, totalCost, transactionId } = transaction
  const completeness = isTransactionComplete(transaction) ? "complete" : "incomplete"
  const { answered, faults, sent } = account.traffic
  return [
    ["station", `${view.identity}, ${vendorName} ${model}`],
    ["firmware", firmwareVersion],
    ["connectors", availability.connectors.map((one) => `${one.evseId}/${one.connectorId} ${one.status}`).join(", ")],
    ["device model", `${variables} variables in ${traffic.reportParts} parts`],
    ["transaction", transactionId],
    ["", `${completeness}, ${eventsOf(transaction)} events, stopped: ${stoppedReason}`],
    ["duration", `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`],
    ["energy", `${kwh(energyWh(transaction))}; the station metered ${kwh(meteredBy(account, transaction)?.energyWh)}`],
    ["cost", totalCost === undefined ? "unknown" : `${totalCost.toFixed(2)} ${tariff.currency}`],
    ["CALLs", `${traffic.received} in, ${traffic.sent} out; ${traffic.refused} refused, ${traffic.failed} failed`],
    ["", `the station counts ${sent} and ${answered}; ${faults.length} faults`]
  ]
}

const kwh = (wattHours: number | undefined): string =>
  wattHours === undefined ? "unknown" : `${(wattHours / 1000).toFixed(3)} kWh`
