import type { PromiseStationClient } from "@wattline/ocpp-station/promise"

/** Ends the transactions that ran when the process before this one died. */
export const endUnfinished = async (station: PromiseStationClient): Promise<void> => {
  const ended = (await station.unfinished()).map(({ seqNo, transactionInfo: { transactionId } }) =>
    station.transactionEvent({
      eventType: "Ended",
      timestamp: new Date().toISOString(),
      triggerReason: "AbnormalCondition",
      seqNo: seqNo + 1,
      transactionInfo: { transactionId, stoppedReason: "PowerLoss" }
    })
  )
  await Promise.all(ended)
}
