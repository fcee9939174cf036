/** Operations of block F, RemoteControl: remote start and stop followed to the transaction, unlock, triggered messages. */
export { unlockConnector } from "./UnlockConnector.ts"
export type { UnlockResult } from "./UnlockConnector.ts"
export { followRemoteStart, requestStartTransaction } from "./RemoteStart.ts"
export type { RemoteStartOptions, RemoteStartOutcome, RemoteStartRequest } from "./RemoteStart.ts"
export { getTransactionStatus, requestStopTransaction } from "./RemoteStop.ts"
export type { RemoteStopOptions, RemoteStopOutcome, TransactionStatus } from "./RemoteStop.ts"
export { triggerMessage } from "./TriggerMessage.ts"
export type { TriggerEvse, TriggerOptions, TriggerOutcome, TriggeredMessage } from "./TriggerMessage.ts"
