/** The operations a promise user finds on a station: a line for each namespace of the core. */
import * as Authorization from "../operations/Authorization.ts"
import * as Availability from "../operations/Availability.ts"
import * as CertificateManagement from "../operations/CertificateManagement.ts"
import { CheckFailed } from "../operations/CheckFailed.ts"
import * as DataTransfer from "../operations/DataTransfer.ts"
import * as Diagnostics from "../operations/Diagnostics.ts"
import * as DisplayMessage from "../operations/DisplayMessage.ts"
import * as FirmwareManagement from "../operations/FirmwareManagement.ts"
import * as Jobs from "../operations/Jobs.ts"
import * as LocalAuthorizationList from "../operations/LocalAuthorizationList.ts"
import * as Provisioning from "../operations/Provisioning.ts"
import * as RemoteControl from "../operations/RemoteControl.ts"
import * as Reservation from "../operations/Reservation.ts"
import * as Security from "../operations/Security.ts"
import * as SmartCharging from "../operations/SmartCharging.ts"
import * as TariffAndCost from "../operations/TariffAndCost.ts"

/** See the head of the file. What is said here of a namespace is what editors show of it. */
export const namespaces = {
  /** Block A: passwords and certificates. */
  security: Security,
  /** Block B: variables, reports, reset, network connection profiles. */
  provisioning: Provisioning,
  /** Block C: the authorization cache. */
  authorization: Authorization,
  /** Block D: the local authorization list. */
  localAuthorizationList: LocalAuthorizationList,
  /** Block F: remote start and stop, unlock, triggered messages. */
  remoteControl: RemoteControl,
  /** Block G: what is in service. */
  availability: Availability,
  /** Block H: reservations. */
  reservation: Reservation,
  /** Block I: running cost, fallback texts. */
  tariffAndCost: TariffAndCost,
  /** Block K: charging profiles and schedules. */
  smartCharging: SmartCharging,
  /** Block L: firmware updates, images of local controllers. */
  firmwareManagement: FirmwareManagement,
  /** Block M: root certificates of a station. */
  certificateManagement: CertificateManagement,
  /** Block N: logs, monitoring, customer information. */
  diagnostics: Diagnostics,
  /** Block O: texts on the display. */
  displayMessage: DisplayMessage,
  /** Block P: messages of vendors. */
  dataTransfer: DataTransfer,
  /** What a CALL sets going and later messages report on: any block. */
  jobs: Jobs
} as const

/** Whether what a namespace exports is an error. */
export const isErrorClass = (exported: unknown): exported is new (...args: never) => Error =>
  typeof exported === "function" && exported.prototype instanceof Error

/** Every error that only operations fail with. */
export const operationErrors: ReadonlyArray<new (...args: never) => Error> = [
  CheckFailed,
  ...Object.values(namespaces).flatMap((namespace) => Object.values(namespace).filter(isErrorClass))
]
