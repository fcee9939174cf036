/** How long a station waits before it connects again (R-189, part 4 §5.3). */
import type { ClientSettings } from "./Client.ts"

/**
 * Seconds before the next attempt. `failures` counts the attempts that failed since the last success: 0 when a link was just
 * lost. The wait is doubled after each failure, RetryBackOffRepeatTimes times at most, and each wait has a random part of its
 * own. `random` is from 0 to 1.
 */
export const backOff = (
  failures: number,
  {
    retryBackOffRandomRange,
    retryBackOffRepeatTimes,
    retryBackOffWaitMinimum
  }: Pick<ClientSettings, "retryBackOffRandomRange" | "retryBackOffRepeatTimes" | "retryBackOffWaitMinimum">,
  random: number
): number =>
  retryBackOffWaitMinimum * 2 ** Math.min(failures, retryBackOffRepeatTimes) + random * retryBackOffRandomRange
