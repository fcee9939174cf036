/** What a station can do with a message for its driver, as far as it has reported it. */
import type { MessageFormatEnumType } from "@wattline/ocpp-v201"
import { type DeviceModel, limit, typedValue } from "./DeviceModel.ts"

/** What a personalMessage may be at a station (C-23). */
export interface PersonalMessages {
  /**
   * Whether it can show one, as a tariff or as a display message; `undefined` when it has not said (I01.FR.02). A controller
   * that a complete inventory lacks is not supported (DM-18).
   */
  readonly supported: boolean | undefined
  /** Characters, `DisplayMessageCtrlr.PersonalMessageSize`; absent when not known. */
  readonly maxLength?: number
  /** `DisplayMessageCtrlr.SupportedFormats`; absent when not known. */
  readonly formats?: ReadonlyArray<MessageFormatEnumType>
}

/** What is known of messages for the driver at this station (C-23, I-1). */
export const personalMessages = (model: DeviceModel): PersonalMessages => {
  const tariff = isSupported(model, "TariffCostCtrlr", "Tariff")
  const display = isSupported(model, "DisplayMessageCtrlr")
  const maxLength = limit(model, { component: "DisplayMessageCtrlr", variable: "PersonalMessageSize" }, Infinity)
  const formats = typedValue(model, { component: "DisplayMessageCtrlr", variable: "SupportedFormats" })?.raw
  return {
    supported: tariff === true || display === true ? true : tariff === false && display === false ? false : undefined,
    ...(maxLength !== undefined && maxLength !== Infinity && { maxLength }),
    ...(formats !== undefined && formats.trim() !== "" && { formats: formatsIn(formats) })
  }
}

const formatsIn = (list: string): ReadonlyArray<MessageFormatEnumType> => {
  const named = new Set(list.split(",").map((name) => name.trim().toLowerCase()))
  return (["ASCII", "HTML", "URI", "UTF8"] as const).filter((format) => named.has(format.toLowerCase()))
}

/** A reported false closes a controller; so does a complete inventory without it (DM-17, DM-18). */
export const isSupported = (model: DeviceModel, component: string, instance?: string): boolean | undefined => {
  const says = (variable: string): string | undefined =>
    typedValue(model, { component, variable, ...(instance !== undefined && { instance }) })?.raw.toLowerCase()
  const said = new Set([says("Available"), says("Enabled")])
  if (said.has("false")) return false
  if (said.has("true")) return true
  if (model.inventoryAt === undefined || model.isTruncated === true) return undefined
  return hasComponent(model, component) ? undefined : false
}

const hasComponent = ({ components }: DeviceModel, name: string): boolean =>
  Object.values(components).some(({ component }) => component.name.toLowerCase() === name.toLowerCase())
