/** What a station says of costs in its device model. Pure. */
import type { DeviceModel } from "./DeviceModel.ts"
import { DeviceModel as Access } from "./DeviceModelAccess.ts"
import { isSupported } from "./PersonalMessages.ts"

/** The currency of all amounts of a station, ISO 4217, such as `EUR`; `undefined` when it has not said (I-7). */
export const currencyOf = (model: DeviceModel): string | undefined => {
  const currency = Access.read(model, "TariffCostCtrlr", "Currency")
  return currency === "" ? undefined : currency
}

/**
 * Whether a station shows costs; `undefined` when it has not said. A reported false says no, and so does a complete inventory
 * without TariffCostCtrlr (DM-17, DM-18).
 */
export const supportsCost = (model: DeviceModel): boolean | undefined => isSupported(model, "TariffCostCtrlr", "Cost")
