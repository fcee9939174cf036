/** A chaos report in words, for a terminal. */
import type { Fault } from "./judge.ts"
import { type ChaosReport, isProven } from "./run.ts"

const shown = 10

/** Lines that say what was done and what came of it. `who` is what was killed: `CSMS`, `stations`. */
export const summary = (who: string, report: ChaosReport): string => {
  const {
    acknowledged,
    countedWh,
    events,
    findings,
    handledAgain,
    kills,
    leftovers,
    meteredWh,
    resent,
    seconds,
    stations
  } = report
  const count = (fault: Fault): number => findings.filter((finding) => finding.fault === fault).length
  const others = findings.length - count("Lost") - count("Doubled")
  return [
    `${stations} stations, ${who} killed ${kills === 1 ? "once" : `${kills} times`} in ${seconds.toFixed(0)} s`,
    `  transactions        ${report.transactions}${report.cutOff > 0 ? `, ${report.cutOff} of them cut off with their station and ended by the next` : ""}`,
    `  TransactionEvents   ${events} made, ${resent} resent, ${handledAgain} of these known to the CSMS already${acknowledged === undefined ? "" : `, ${acknowledged} acknowledged`}`,
    `  lost ${count("Lost")}, doubled ${count("Doubled")}, other faults ${others}`,
    `  energy              ${meteredWh.toFixed(0)} Wh metered, ${countedWh.toFixed(0)} Wh counted`,
    `  left behind         ${leftovers.length === 0 ? "nothing" : leftovers.join(", ")}`,
    ...findings.slice(0, shown).map(({ detail, fault }) => `  ${fault}: ${detail}`),
    ...(findings.length > shown ? [`  … and ${findings.length - shown} more`] : []),
    isProven(report) ? "  nothing was lost, nothing was doubled" : "  FAILED"
  ].join("\n")
}
