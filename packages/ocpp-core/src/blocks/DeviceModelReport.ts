/**
 * How reports change the device model (DM-20…DM-22). A report is staged part by part and applied at once; it has one
 * event of its own (ReportReceived) instead of one for each value.
 */
import type { ReportDataType, VariableAttributeType } from "@wattline/ocpp-v201"
import {
  componentKey,
  isSecret,
  maxVariables,
  variableKey,
  type Attribute,
  type Attributes,
  type ComponentNode,
  type DeviceModel,
  type VariableNode
} from "./DeviceModel.ts"
import { stillPending } from "./DeviceModelChanges.ts"
import { shared } from "./DeviceModelSharing.ts"

/** One NotifyReport as it is staged and applied. */
export interface ReportPart {
  readonly seqNo: number
  /** Station clock, ISO 8601. */
  readonly generatedAt: string
  /** CSMS clock in milliseconds since 1970. */
  readonly receivedAt: number
  /** CSMS clock in milliseconds since 1970: when its report was asked for. Absent: when it was received. */
  readonly askedAt?: number
  readonly reportData: ReadonlyArray<ReportDataType>
}

/** `replace`: pairs that are not in the report are removed (DM-20). `merge`: they stay (DM-21, DM-22). */
export type ReportMode = "replace" | "merge"

/** Report data without the values that must not be held: secrets and anything WriteOnly (A-14, DM-11). */
export const withoutSecrets = (data: ReadonlyArray<ReportDataType>): ReadonlyArray<ReportDataType> =>
  data.some(tellsSecret) ? data.map((item) => (tellsSecret(item) ? stripped(item) : item)) : data

const tellsSecret = ({ variable, variableAttribute }: ReportDataType): boolean =>
  variableAttribute.some(
    (attribute) => attribute.value !== undefined && (attribute.mutability === "WriteOnly" || isSecret(variable))
  )

const stripped = (item: ReportDataType): ReportDataType => ({
  ...item,
  variableAttribute: item.variableAttribute.map(({ value, ...attribute }) =>
    value === undefined || attribute.mutability === "WriteOnly" || isSecret(item.variable)
      ? attribute
      : { ...attribute, value }
  )
})

/**
 * Applies a report, whatever the order of its parts (DM-20, DM-21, DM-22); `at` is CSMS time in milliseconds. What
 * was read, written or announced after the report had been asked for is newer than it and keeps its value.
 */
export const applyReport = (
  model: DeviceModel,
  parts: ReadonlyArray<ReportPart>,
  mode: ReportMode,
  at: number,
  source: "report" | "configured" = "report"
): DeviceModel => {
  const components: { [key: string]: ComponentNode } = mode === "replace" ? {} : { ...model.components }
  // Only these drafts are written to; everything else is shared with the model before.
  const drafts = new Map<string, { [key: string]: VariableNode }>()
  let size = mode === "replace" ? 0 : model.size
  let isFull = mode === "merge" && model.isTruncated === true
  for (const part of parts.toSorted((a, b) => a.seqNo - b.seqNo)) {
    for (const item of withoutSecrets(part.reportData)) {
      const ofComponent = componentKey(item.component)
      const ofVariable = variableKey(item.variable)
      const before = model.components[ofComponent]?.variables[ofVariable]
      let variables = drafts.get(ofComponent)
      if ((variables ?? components[ofComponent]?.variables)?.[ofVariable] === undefined) {
        isFull ||= size >= maxVariables
        if (size >= maxVariables) continue
        size++
      }
      if (variables === undefined) {
        variables = { ...components[ofComponent]?.variables }
        drafts.set(ofComponent, variables)
        components[ofComponent] = { component: shared(item.component), variables }
      }
      variables[ofVariable] = reportedNode(item, variables[ofVariable], before, part, source)
    }
  }
  const stale = mode === "merge" && model.stale
  // A cut inventory says nothing about what is absent (DM-18).
  const inventoryAt = isFull ? undefined : mode === "replace" ? at : model.inventoryAt
  return {
    components,
    size,
    ...(isFull && { isTruncated: true }),
    stale,
    reportedAt: at,
    ...(inventoryAt !== undefined && { inventoryAt })
  }
}

const reportedNode = (
  item: ReportDataType,
  draft: VariableNode | undefined,
  before: VariableNode | undefined,
  part: ReportPart,
  source: "report" | "configured"
): VariableNode => {
  let attributes: Attributes = draft?.attributes ?? none
  for (const reported of item.variableAttribute) {
    const type = reported.type ?? "Actual"
    const attribute = reportedAttribute(reported, before?.attributes[type], part, source)
    attributes = attributes === none && type === "Actual" ? { Actual: attribute } : { ...attributes, [type]: attribute }
  }
  const reported = item.variableCharacteristics
  const characteristics = reported === undefined ? draft?.characteristics : shared(reported)
  const variable = shared(item.variable)
  return characteristics === undefined ? { variable, attributes } : { variable, attributes, characteristics }
}

const none: Attributes = Object.freeze({})

const reportedAttribute = (
  reported: VariableAttributeType,
  before: Attribute | undefined,
  part: ReportPart,
  source: "report" | "configured"
): Attribute => {
  const facts = {
    mutability: reported.mutability ?? "ReadWrite",
    persistent: reported.persistent ?? false,
    constant: reported.constant ?? false
  } as const
  if (before !== undefined && facts.mutability !== "WriteOnly" && isNewer(before, part)) return { ...before, ...facts }
  const { generatedAt: timestamp, receivedAt } = part
  const { constant, mutability, persistent } = facts
  const { value } = reported
  const pending = stillPending(before)
  // Literals, because there are hundreds of these for each station: an object that grows takes twice the memory.
  const next: Attribute =
    value === undefined
      ? { mutability, persistent, constant, source, timestamp, at: receivedAt, stale: false }
      : { mutability, persistent, constant, source, timestamp, at: receivedAt, stale: false, value }
  return pending === undefined ? next : { ...next, pending }
}

// A station makes its report when it is asked for, or part by part: what came since need not be in it. For events the
// station's clock decides too (ST-5), reckoned back to the request, but never alone: a timestamp far in the future must not
// outlast the next report. What a boot has left in doubt in the same millisecond gives way.
const isNewer = (attribute: Attribute, { askedAt, generatedAt, receivedAt }: ReportPart): boolean => {
  const { at, source, stale, timestamp } = attribute
  if (source !== "get" && source !== "set" && source !== "event") return false
  if (askedAt === undefined || stale ? at <= (askedAt ?? receivedAt) : at < askedAt) return false
  if (timestamp === undefined) return true
  const asked = Date.parse(generatedAt) - (receivedAt - (askedAt ?? receivedAt))
  return Date.parse(timestamp) >= asked
}
