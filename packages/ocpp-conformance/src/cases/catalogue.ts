/** All cases of blocks A to F, by block. */
import { security, shownBySecuritySuite } from "./A.ts"
import { registration } from "./B.boot.ts"
import { networkProfiles } from "./B.network.ts"
import { reports } from "./B.reports.ts"
import { resets } from "./B.resets.ts"
import { variables } from "./B.variables.ts"
import { contracts } from "./C.contract.ts"
import { groups } from "./C.groups.ts"
import { tokenVerdicts } from "./C.tokens.ts"
import { localLists } from "./D.ts"
import { transactionStarts } from "./E.starts.ts"
import { transactionStatus } from "./E.status.ts"
import { transactionStops } from "./E.stops.ts"
import { remoteStarts } from "./F.start.ts"
import { triggers } from "./F.trigger.ts"
import type { Block, OcaCase, ReferredCase } from "./OcaCase.ts"

const subprotocol = shownBySecuritySuite("TC_B_58_CSMS", "WebSocket subprotocol choice", ["R-007"])

/** See the head of the file. */
export const blocks: ReadonlyArray<readonly [Block, ReadonlyArray<OcaCase | ReferredCase>]> = [
  ["A", security],
  ["B", [...registration, ...variables, ...reports, ...resets, ...networkProfiles, subprotocol]],
  ["C", [...tokenVerdicts, ...groups, ...contracts]],
  ["D", localLists],
  ["E", [...transactionStarts, ...transactionStops, ...transactionStatus]],
  ["F", [...remoteStarts, ...triggers]]
]
