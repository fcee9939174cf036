/** The errors that calls of promise users fail with. */
import { InvalidStation, UnknownStation } from "../csms/Csms.ts"
import { DirectoryError } from "../csms/StationDirectory.ts"
import { ReportNotReceived } from "../csms/StationRef.ts"
import { StoreError } from "../csms/StationStore.ts"
import { CallError, NotSent, OutcomeUnknown } from "../rpc/CallFailure.ts"
import type { ErrorClass } from "./CallSite.ts"
import { CsmsClosed } from "./CsmsClosed.ts"
import { operationErrors } from "./namespaces.ts"

/** The errors made for one caller alone: by the core, and by operations. Those of users keep their own trace. */
export const csmsErrors: ReadonlyArray<ErrorClass> = [
  ...operationErrors,
  CallError,
  NotSent,
  OutcomeUnknown,
  ReportNotReceived,
  InvalidStation,
  UnknownStation,
  DirectoryError,
  StoreError,
  CsmsClosed
]
