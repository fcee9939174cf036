/** Whether and how a terminal is painted. */
import pc from "picocolors"

/** What of the process decides. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTTY: boolean
}

/** `NO_COLOR`, a pipe and a dumb terminal get no colours, `FORCE_COLOR` gets them always. */
export const wantsColour = ({ env, isTTY }: Terminal): boolean =>
  (env["NO_COLOR"] ?? "") === "" && ((env["FORCE_COLOR"] ?? "0") !== "0" || (isTTY && env["TERM"] !== "dumb"))

/** Whether lines can be written over. */
export const isLive = ({ env, isTTY }: Terminal): boolean => isTTY && env["TERM"] !== "dumb"

/** The colours for a terminal. */
export const coloursFor = (terminal: Terminal): Colours => pc.createColors(wantsColour(terminal))

/** `bold`, `dim`, `cyan` …: functions from text to text. */
export type Colours = ReturnType<typeof pc.createColors>
