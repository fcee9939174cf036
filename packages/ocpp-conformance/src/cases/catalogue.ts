/** All cases of blocks, by block. */
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
import { availability } from "./G.ts"
import { reservations } from "./H.ts"
import { tariffAndCost } from "./I.ts"
import { meterValues } from "./J.ts"
import { evCharging } from "./K.ev.ts"
import { profileReports } from "./K.get.ts"
import { externalLimits } from "./K.limits.ts"
import { chargingProfiles } from "./K.profiles.ts"
import { profileRequests } from "./K.requests.ts"
import { publishedFirmware } from "./L.publish.ts"
import { firmwareUpdates } from "./L.update.ts"
import { contractCertificates } from "./M.contract.ts"
import { certificateDeletions } from "./M.delete.ts"
import { certificateInstallations } from "./M.install.ts"
import { certificateLists } from "./M.lists.ts"
import { customers } from "./N.customers.ts"
import { monitoringEvents } from "./N.events.ts"
import { logs } from "./N.logs.ts"
import { monitors } from "./N.monitors.ts"
import { displayMessages } from "./O.ts"
import { dataTransfers } from "./P.ts"
import type { Block, OcaCase, ReferredCase } from "./OcaCase.ts"

const subprotocol = shownBySecuritySuite("TC_B_58_CSMS", "WebSocket subprotocol choice", ["R-007"])

/** See the head of the file. */
export const blocks: ReadonlyArray<readonly [Block, ReadonlyArray<OcaCase | ReferredCase>]> = [
  ["A", security],
  ["B", [...registration, ...variables, ...reports, ...resets, ...networkProfiles, subprotocol]],
  ["C", [...tokenVerdicts, ...groups, ...contracts]],
  ["D", localLists],
  ["E", [...transactionStarts, ...transactionStops, ...transactionStatus]],
  ["F", [...remoteStarts, ...triggers]],
  ["G", availability],
  ["H", reservations],
  ["I", tariffAndCost],
  ["J", meterValues],
  ["K", [...chargingProfiles, ...profileRequests, ...profileReports, ...externalLimits, ...evCharging]],
  ["L", [...firmwareUpdates, ...publishedFirmware]],
  ["M", [...certificateInstallations, ...certificateLists, ...certificateDeletions, ...contractCertificates]],
  ["N", [...monitors, ...monitoringEvents, ...logs, ...customers]],
  ["O", displayMessages],
  ["P", dataTransfers]
]
