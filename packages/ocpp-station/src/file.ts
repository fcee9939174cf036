/** A durable queue for stations that run on Node: messages survive a restart of the process. */
export * as FileMessageStore from "./queue/FileMessageStore.ts"
export type { FileMessageStoreOptions } from "./queue/FileMessageStore.ts"
