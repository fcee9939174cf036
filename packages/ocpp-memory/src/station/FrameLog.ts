/** What went over a station's connection, as the station saw it. */

/** One text that a station sent or received. */
export interface LoggedText {
  readonly direction: "sent" | "received"
  readonly text: string
  /** Effect's Clock in milliseconds. */
  readonly at: number
}

const shown = 8

const tail = (log: ReadonlyArray<LoggedText>): string =>
  log.length === 0
    ? "nothing was sent or received"
    : ["the last frames (→ sent by the station, ← received):"]
        .concat(log.slice(-shown).map(({ direction, text }) => `  ${direction === "sent" ? "→" : "←"} ${text}`))
        .join("\n")

/** Expected and received, as a diff. */
export const diff = (identity: string, expected: string, received: string, log: ReadonlyArray<LoggedText>): string =>
  [`${identity}: the CSMS did not send what was expected`, `  - ${expected}`, `  + ${received}`, tail(log)].join("\n")
