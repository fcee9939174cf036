/** Cases that fail because of the library, each with the reason. A case that does not fail any more must leave this table. */
import type { CaseId } from "./OcaCase.ts"

/** See the head of the file. */
export const knownFailing: { readonly [Id in CaseId]?: string } = {}
