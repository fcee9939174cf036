/**
 * The kinds of jobs: what asks for one, what follows, when it is over. A job is what a CALL of ours sets going and messages
 * of the station then report on, part by part or status by status (FR.05, R-164).
 */
import type {
  Action,
  CustomerInformationRequest,
  GetBaseReportRequest,
  GetChargingProfilesRequest,
  GetDisplayMessagesRequest,
  GetLogRequest,
  GetLogResponse,
  GetMonitoringReportRequest,
  GetReportRequest,
  LogEnumType,
  MonitoringDataType,
  NotifyReportRequest,
  PublishFirmwareRequest,
  ReportBaseEnumType,
  UpdateFirmwareRequest
} from "@wattline/ocpp-v201"
import type { RequestOf } from "./Block.ts"
import { maxVariables } from "./DeviceModel.ts"
import type { AttributeTarget } from "./DeviceModelChanges.ts"
import { withoutSecrets } from "./DeviceModelReport.ts"
import type { DisplayMessageChange } from "./DisplayMessage.ts"
import type { MonitorChange } from "./Monitors.ts"
import type { ProfileChange } from "./ProfileChanges.ts"

/**
 * By kind: the actions that ask for it, the action that follows, what is kept of the request to read the result by, and what
 * is kept of that which changes before the result is there.
 * Nothing that names a person or lets anybody in is kept: no token, no URL.
 */
export interface JobKinds {
  /** B07, B08. `reportBase` is absent for GetReport. */
  readonly Report: {
    readonly ask: "GetBaseReport" | "GetReport"
    readonly follow: "NotifyReport"
    readonly about: { readonly reportBase?: ReportBaseEnumType }
    readonly change: AttributeTarget
  }
  /** N02. */
  readonly MonitoringReport: {
    readonly ask: "GetMonitoringReport"
    readonly follow: "NotifyMonitoringReport"
    readonly about: Pick<GetMonitoringReportRequest, "componentVariable" | "monitoringCriteria">
    readonly change: MonitorChange
  }
  /** N09, N10. */
  readonly CustomerInformation: {
    readonly ask: "CustomerInformation"
    readonly follow: "NotifyCustomerInformation"
    readonly about: Pick<CustomerInformationRequest, "report" | "clear">
  }
  /** K09. */
  readonly ChargingProfiles: {
    readonly ask: "GetChargingProfiles"
    readonly follow: "ReportChargingProfiles"
    readonly about: Pick<GetChargingProfilesRequest, "evseId" | "chargingProfile">
    readonly change: ProfileChange
  }
  /** O03, O04. */
  readonly DisplayMessages: {
    readonly ask: "GetDisplayMessages"
    readonly follow: "NotifyDisplayMessages"
    readonly about: Pick<GetDisplayMessagesRequest, "id" | "priority" | "state">
    readonly change: DisplayMessageChange
  }
  /** N01. `filename` is what the station answered. */
  readonly Log: {
    readonly ask: "GetLog"
    readonly follow: "LogStatusNotification"
    readonly about: { readonly logType: LogEnumType; readonly filename?: string }
  }
  /** L01, L02. Times as in the request, ISO 8601. */
  readonly Firmware: {
    readonly ask: "UpdateFirmware"
    readonly follow: "FirmwareStatusNotification"
    readonly about: { readonly retrieveDateTime: string; readonly installDateTime?: string }
  }
  /** L03. MD5 of the image as 32 hex characters. */
  readonly PublishFirmware: {
    readonly ask: "PublishFirmware"
    readonly follow: "PublishFirmwareStatusNotification"
    readonly about: { readonly checksum: string }
  }
}

/** A kind of job. A requestId counts within its kind only (CE-2). */
export type JobKind = keyof JobKinds
/** Kinds that are followed by their status (L-4, L-10, N-3), for hours if need be. */
export type FollowedKind = "Log" | "Firmware" | "PublishFirmware"
/** Kinds whose result comes in parts (CE-3). */
export type CollectedKind = Exclude<JobKind, FollowedKind>
/** Actions that ask for a job of this kind. */
export type AskOf<K extends JobKind> = JobKinds[K]["ask"]
/** Payload of the messages that follow. */
export type FollowUpOf<K extends JobKind> = RequestOf<JobKinds[K]["follow"]>
/** What is kept of the request. */
export type AboutOf<K extends JobKind> = JobKinds[K]["about"]
/** What can change while a job of parts is open; never, for kinds that are in no mirror. */
export type ChangeOf<K extends JobKind> = K extends JobKind
  ? JobKinds[K] extends { readonly change: infer C }
    ? C
    : never
  : never
/** The status of a followed job. */
export type StatusOf<K extends FollowedKind> = FollowUpOf<K>["status"]

/** What a status says of its job; `none`: it belongs to no job (N-2, L-3). */
export type StatusMeaning = "progress" | "success" | "failure" | "cancelled" | "none"

/** How the parts of a kind are told apart, and how much there is in one. */
interface Collected<K extends CollectedKind> {
  /** Whether parts have a seqNo; without one the order of arrival counts, and the first part without tbc is the last (CE-3). */
  readonly numbered: boolean
  /** How much a part adds to what is held of the station: about as many as the variables of a report. */
  readonly items: (message: FollowUpOf<K>) => number
  /** A part without what must not be held, and with no more than `room` items where it can be cut. */
  readonly staged?: (message: FollowUpOf<K>, room: number) => FollowUpOf<K>
}

interface Common<K extends JobKind> {
  readonly follow: JobKinds[K]["follow"]
  readonly about: (request: RequestOf<AskOf<K>>, response?: object) => AboutOf<K>
}

type Rules = {
  readonly [K in CollectedKind]: Common<K> & { readonly parts: Collected<K> }
} & {
  readonly [K in FollowedKind]: Common<K> & { readonly statuses: { readonly [S in StatusOf<K>]: StatusMeaning } }
}

/** The members of `from` that are there. */
const pick = <A extends object, N extends keyof A>(from: A, ...names: ReadonlyArray<N>): Pick<A, N> => {
  const picked: Partial<Pick<A, N>> = {}
  for (const name of names) if (from[name] !== undefined) picked[name] = from[name]
  return picked as Pick<A, N> // the members that are left out are optional ones
}

const monitorsIn = (sum: number, { variableMonitoring }: MonitoringDataType): number =>
  sum + Math.max(1, variableMonitoring.length)

/** Everything that differs between kinds. */
export const jobKinds: Rules = {
  Report: {
    follow: "NotifyReport",
    about: (request: GetBaseReportRequest | GetReportRequest) =>
      "reportBase" in request ? { reportBase: request.reportBase } : {},
    parts: {
      numbered: true,
      items: ({ reportData = [] }) => reportData.length,
      staged: (message, room) => {
        const { reportData = [] } = message
        // What is cut shows: it is one variable more than a device model takes.
        const kept = withoutSecrets(reportData.length > room ? reportData.slice(0, room) : reportData)
        return kept === message.reportData ? message : ({ ...message, reportData: kept } as NotifyReportRequest)
      }
    }
  },
  MonitoringReport: {
    follow: "NotifyMonitoringReport",
    about: (request) => pick(request, "componentVariable", "monitoringCriteria"),
    parts: { numbered: true, items: ({ monitor = [] }) => monitor.reduce(monitorsIn, 0) }
  },
  CustomerInformation: {
    follow: "NotifyCustomerInformation",
    about: (request) => pick(request, "report", "clear"),
    parts: { numbered: true, items: () => 1 }
  },
  ChargingProfiles: {
    follow: "ReportChargingProfiles",
    about: (request) => pick(request, "evseId", "chargingProfile"),
    parts: {
      numbered: false,
      items: ({ chargingProfile }) =>
        chargingProfile
          .flatMap(({ chargingSchedule }) => chargingSchedule)
          .reduce((sum, { chargingSchedulePeriod }) => sum + Math.max(1, chargingSchedulePeriod.length), 0)
    }
  },
  DisplayMessages: {
    follow: "NotifyDisplayMessages",
    about: (request) => pick(request, "id", "priority", "state"),
    parts: { numbered: false, items: ({ messageInfo = [] }) => messageInfo.length }
  },
  Log: {
    follow: "LogStatusNotification",
    about: ({ logType }: GetLogRequest, response) => ({
      logType,
      ...(response && pick(response as GetLogResponse, "filename"))
    }),
    statuses: {
      Idle: "none",
      Uploading: "progress",
      Uploaded: "success",
      BadMessage: "failure",
      NotSupportedOperation: "failure",
      PermissionDenied: "failure",
      UploadFailure: "failure",
      AcceptedCanceled: "cancelled" // N-3
    }
  },
  Firmware: {
    follow: "FirmwareStatusNotification",
    about: ({ firmware }: UpdateFirmwareRequest) => pick(firmware, "retrieveDateTime", "installDateTime"),
    statuses: {
      Idle: "none",
      DownloadScheduled: "progress",
      Downloading: "progress",
      DownloadPaused: "progress",
      Downloaded: "progress",
      SignatureVerified: "progress",
      InstallScheduled: "progress",
      Installing: "progress",
      InstallRebooting: "progress",
      Installed: "success",
      DownloadFailed: "failure",
      InvalidSignature: "failure",
      InstallationFailed: "failure",
      InstallVerificationFailed: "failure"
    }
  },
  PublishFirmware: {
    follow: "PublishFirmwareStatusNotification",
    about: ({ checksum }: PublishFirmwareRequest) => ({ checksum }),
    statuses: {
      Idle: "none",
      DownloadScheduled: "progress",
      Downloading: "progress",
      DownloadPaused: "progress",
      Downloaded: "progress",
      ChecksumVerified: "progress",
      Published: "success",
      DownloadFailed: "failure",
      InvalidChecksum: "failure",
      PublishFailed: "failure"
    }
  }
}

/** Which kind an action asks for. */
export const askedBy: { readonly [K in JobKind as AskOf<K>]: K } = {
  GetBaseReport: "Report",
  GetReport: "Report",
  GetMonitoringReport: "MonitoringReport",
  CustomerInformation: "CustomerInformation",
  GetChargingProfiles: "ChargingProfiles",
  GetDisplayMessages: "DisplayMessages",
  GetLog: "Log",
  UpdateFirmware: "Firmware",
  PublishFirmware: "PublishFirmware"
}

/** What an answer says of the job it is about. Every other status refuses it (B-16, N-16, L-1). */
export const answers: ReadonlyMap<string, "accepted" | "supersedes" | "empty"> = new Map([
  ["Accepted", "accepted"],
  ["AcceptedCanceled", "supersedes"], // L-5, N-3: accepted, and the one before is over
  ["EmptyResultSet", "empty"],
  ["NoProfiles", "empty"], // K-34
  ["Unknown", "empty"] // O-5
])

/** The kind an action asks for; `undefined` for all others. */
export const kindAskedBy = (action: string): JobKind | undefined => kindByAsk.get(action)

const kindByAsk: ReadonlyMap<string, JobKind> = new Map(Object.entries(askedBy))

/** The kind an action follows; `undefined` for all others. */
export const kindFollowedBy = (action: string): JobKind | undefined => kindByFollowUp.get(action)

const kindByFollowUp: ReadonlyMap<string, JobKind> = new Map(
  (Object.keys(jobKinds) as Array<JobKind>).map((kind) => [jobKinds[kind].follow, kind])
)

/** All actions that ask for jobs, and all that follow. */
export const jobActions: { readonly asks: ReadonlyArray<Action>; readonly followUps: ReadonlyArray<Action> } = {
  asks: [...kindByAsk.keys()] as Array<Action>,
  followUps: [...kindByFollowUp.keys()] as Array<Action>
}

/** What a status says of a job of this kind; of any text. */
export const meaningOf = (kind: FollowedKind, status: string): StatusMeaning => {
  const { statuses }: { readonly statuses: { readonly [status: string]: StatusMeaning } } = jobKinds[kind]
  return (Object.hasOwn(statuses, status) ? statuses[status] : undefined) ?? "none"
}

/** Whether a kind is followed by its status. */
export const isFollowed = (kind: JobKind): kind is FollowedKind => "statuses" in jobKinds[kind]

/** What is held of the parts of all open jobs of one station together, counted in items. */
export const maxStagedItems = maxVariables + 1
