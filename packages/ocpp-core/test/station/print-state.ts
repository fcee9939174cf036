/**
 * docs/station-state.md as text: diagram, table and lists are printed from `src/station/`, only the prose is here. Run as
 * a script, it writes the file.
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Action, actions } from "@wattline/ocpp-v201"
import { ocpp201 } from "../../src/protocol/V201.ts"
import * as Gate from "../../src/station/Gate.ts"
import {
  isConnected,
  mermaid,
  type Registration,
  type StationState,
  stationStates
} from "../../src/station/StationState.ts"

/** Where the text belongs. */
export const stateDocUrl = new URL("../../../../docs/station-state.md", import.meta.url)

type JudgedBy = Registration | "boot" | "no link"

/** What a state means, and by which registration its messages are judged. */
const states: { readonly [S in StationState]: readonly [meaning: string, judgedBy: JudgedBy] } = {
  Disconnected: ["no link, and no answer to a BootNotification on record", "no link"],
  Connected: ["linked, with nothing on record: it has not booted yet (R-185)", undefined],
  Booting: ["its first BootNotification is being answered", "boot"],
  Rebooting: ["the same, with an earlier registration on record", "boot"],
  Pending: ["booted, and not decided on yet (B02)", "Pending"],
  Rejected: ["booted, and not wanted (B03); it may leave and try again", "Rejected"],
  Accepted: ["booted and registered (B01)", "Accepted"],
  ResetScheduled: ["resets when its transactions have ended (B12.FR.01)", "Accepted"],
  Resetting: ["resets now, the reboot is expected (B11.FR.03)", "Accepted"],
  Restarting: ["the link went over a reset, the reboot is expected (LC-16)", "no link"],
  Offline: ["no link; the registration stays on record (B04, R-183)", "no link"]
}

const all = Object.keys(actions) as ReadonlyArray<Action>

const sayable = (registration: Registration, verdict: Gate.InboundVerdict): ReadonlyArray<Action> =>
  all.filter(
    (action) =>
      actions[action].direction !== "csms-to-station" &&
      Gate.inbound(registration, ocpp201.actions.get(action), "serve") === verdict
  )

const tellable = (registration: Registration, request: unknown): ReadonlyArray<Action> =>
  all.filter((action) => {
    const rule = ocpp201.actions.get(action)
    return (
      rule !== undefined &&
      rule.sentBy !== "station" &&
      Gate.outbound(registration, rule, request, false, true) === undefined
    )
  })

const says = (registration: Registration): string => {
  const free = sayable(registration, "Pass")
  const asked = sayable(registration, "IfExpected").length === 0 ? "" : ", what was asked for"
  return (free.length === 25 ? "everything" : free.join(", ")) + asked
}

const told = (registration: Registration): string => {
  const free = tellable(registration, {})
  if (free.length === 40) return "everything"
  if (free.length > 0) return "onboarding, see below"
  return tellable(registration, { requestedMessage: "BootNotification" }).includes("TriggerMessage")
    ? "that it shall boot"
    : "nothing"
}

const row = (state: StationState): ReadonlyArray<string> => {
  const [meaning, judgedBy] = states[state]
  if ((judgedBy === "no link") === isConnected(state)) throw new Error(`${state} is described wrongly`)
  if (judgedBy === "no link") return [`\`${state}\``, meaning, "", "nothing"]
  if (judgedBy === "boot") return [`\`${state}\``, meaning, "it waits for the answer", "nothing before the answer"]
  return [`\`${state}\``, meaning, says(judgedBy), told(judgedBy)]
}

/** A Markdown table as oxfmt would have it. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? []
  const lines = rows.map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`)
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  return [lines[0], rule, ...lines.slice(1)].join("\n")
}

/** The whole file. */
export const stateDoc = (): string => `# The life of a station

How a CSMS sees one charging station: printed from the table in
[\`StationState.ts\`](../packages/ocpp-core/src/station/StationState.ts), where the cells cite their requirements. An arrow
that is not there is an event that changes nothing.

\`\`\`mermaid
${mermaid()}
\`\`\`

What a station may say, and what it may be told, depends on its registration, the answer to its last BootNotification
([\`Gate.ts\`](../packages/ocpp-core/src/station/Gate.ts)):

${table([["state", "meaning", "may say", "may be told"], ...stationStates.map(row)])}

While Pending (B02.FR.01, B02.FR.02, LC-7, B-14):

- it may be told ${tellable("Pending", {}).join(", ")};
  CertificateSigned only for a CSR of its own (A02);
- it may say, when asked for, ${sayable("Pending", "IfExpected").join(", ")}: a triggered message once for each EVSE, a
  report until it is complete.

Always:

- What may not be said gets CALLERROR SecurityError (R-150). What may not be told fails as \`NotSent\` with \`NotAllowed\`.
- \`unknownRegistration\` is about \`Connected\`: \`serve\` as above, \`triggerBoot\` asks for a boot besides, \`reject\` lets
  only BootNotification in (R-185).
- On a fresh link CALLs wait until its first message is answered, or for \`reconnectGrace\` (R-112).
- \`waitForReconnect\` keeps a CALL while there is no link; \`allowWhileRejected\` lets TriggerMessage(BootNotification) go
  to a Rejected station (TC_B_31).

Do not edit: \`node --conditions=@wattline/source packages/ocpp-core/test/station/print-state.ts\` writes this file.
`

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(stateDocUrl, stateDoc())
