/** Who sent a frame, where the log does not say: the action tells, or the CALL that it answers. */
import { type Decoded, unreadableId } from "@wattline/ocpp-core/engine"
import type { Side } from "./LogRecord.ts"
import { otherSide, ruleOf } from "./StationLog.ts"

/** Whether a side waits for an answer to this id. */
export type Awaits = (side: Side, messageId: string) => boolean

/** The side that may send an action; a station where both may, or nobody knows it. */
const senderOf = (action: string): Side => (ruleOf(action)?.sentBy === "csms" ? "csms" : "station")

/** The most likely sender. `answers`: the action that the frame answers, where the log says so. */
export const guessSide = (awaits: Awaits, frame: Decoded, answers: string | undefined): Side => {
  if (frame._tag === "Call") return senderOf(frame.action)
  if (frame._tag !== "CallResult" && frame._tag !== "CallError") return "station"
  const { messageId } = frame
  const asker =
    messageId === undefined || messageId === unreadableId
      ? undefined
      : (["station", "csms"] as const).find((side) => awaits(side, messageId))
  if (asker !== undefined) return otherSide(asker)
  return answers === undefined ? "csms" : otherSide(senderOf(answers))
}
