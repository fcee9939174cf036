/** Reports of some components and variables: asked for in as many requests as the station needs (B-18, N-5). */
import * as Effect from "effect/Effect"
import type { ComponentVariableType, GetMonitoringReportRequest, GetReportRequest } from "@wattline/ocpp-v201"
import type { CallOptions, Station } from "../csms/StationRef.ts"
import type { CallFailure } from "../rpc/CallFailure.ts"
import { batches, callBytes, requestLimits } from "./ProvisioningBatches.ts"
import type { ReportStatus } from "./ProvisioningReport.ts"

/** What is asked besides variables; the same in every request. */
export type ReportCriteria = Pick<GetReportRequest, "componentCriteria"> &
  Pick<GetMonitoringReportRequest, "monitoringCriteria">

/** What became of all requests. */
export interface RequestedReports<Collected> {
  /** `Complete` and `EmptyResultSet` only when all requests ended so; otherwise what the last one ended with. */
  readonly status: ReportStatus
  /** In the order they were made. */
  readonly requests: ReadonlyArray<Collected>
  /** How a further request failed, after others had been answered (B-7). */
  readonly failure?: CallFailure
}

/**
 * Makes one request after the other, each with as many variables as the station takes; the first one that is refused or
 * incomplete is the last. Fails as the first request does.
 */
export const requestReports = Effect.fnUntraced(function* <Collected extends { readonly status: ReportStatus }>(
  station: Station,
  action: "GetReport" | "GetMonitoringReport",
  componentVariable: ReadonlyArray<ComponentVariableType>,
  criteria: ReportCriteria,
  { itemsPerMessage = 1 }: CallOptions & { readonly itemsPerMessage?: number },
  collect: (
    fields: ReportCriteria & { readonly componentVariable?: Array<ComponentVariableType> }
  ) => Effect.Effect<Collected, CallFailure>
): Effect.fn.Return<RequestedReports<Collected>, CallFailure> {
  const { deviceModel } = (yield* station.snapshot).mirror.provisioning
  const limits = requestLimits(deviceModel, "GetReport", itemsPerMessage)
  const overhead = callBytes(action, "componentVariable", [], { requestId: 2 ** 31, ...criteria })
  const requests: Array<Collected> = []
  const split = batches(componentVariable, limits, overhead)
  for (const batch of split.length === 0 ? [undefined] : split) {
    const collected = yield* Effect.result(collect({ ...(batch && { componentVariable: batch }), ...criteria }))
    if (collected._tag === "Failure") {
      if (requests.length === 0) return yield* Effect.fail(collected.failure)
      return { status: "Incomplete", requests, failure: collected.failure }
    }
    requests.push(collected.success)
    if (collected.success.status !== "Complete" && collected.success.status !== "EmptyResultSet") break
  }
  const last = requests.at(-1)?.status ?? "EmptyResultSet"
  const status = last === "EmptyResultSet" && requests.some((one) => one.status === "Complete") ? "Complete" : last
  return { status, requests }
})
