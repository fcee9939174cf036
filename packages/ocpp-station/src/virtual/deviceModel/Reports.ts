/** NotifyReport: variables as a report has them (B07, B08). */
import type { AttributeEnumType, ReportDataType, VariableAttributeType } from "@wattline/ocpp-v201"
import type { VirtualStation } from "../VirtualStation.ts"
import type { Item } from "./Inventory.ts"
import { jsonBytes, type PartLimits, sendInParts } from "./Parts.ts"
import type { Store } from "./Store.ts"
import { reported } from "./Variables.ts"

/** A variable with all attributes it has, also those without a value, and with its characteristics (B07.FR.11, B08.FR.12). */
export const reportData = (store: Store, item: Item): ReportDataType => {
  const { characteristics, constant, mutability, others, persistent } = item.definition
  const actual: VariableAttributeType = { type: "Actual", mutability, persistent, constant }
  if (mutability !== "WriteOnly") actual.value = reported(store.read(item))
  const variableAttribute = [actual]
  if (others !== undefined)
    for (const type of Object.keys(others) as Array<AttributeEnumType>) {
      const value = store.attribute(item, type) ?? ""
      variableAttribute.push({ type, value, mutability: "ReadWrite", persistent: true, constant: false })
    }
  return {
    component: item.component,
    variable: item.variable,
    variableAttribute,
    variableCharacteristics: characteristics
  }
}

/** Sends a report; it goes out while the station is Pending, too (B02). `done` is called once. */
export const sendReport = (
  station: VirtualStation,
  store: Store,
  requestId: number,
  items: ReadonlyArray<Item>,
  done: () => void
): void =>
  sendInParts(
    items,
    reportLimits(station),
    (item) => reportData(store, item),
    (item) => bytesOf(store, item),
    (data, place, answered) =>
      station.client.call(
        "NotifyReport",
        { requestId, generatedAt: station.time(), ...place, reportData: data },
        answered,
        { triggered: true }
      ),
    done
  )

/** What the station puts into one message: as much as it takes itself. */
export const reportLimits = ({ model }: VirtualStation): PartLimits => ({
  items: model.number("DeviceDataCtrlr", "ItemsPerMessage", "GetReport", 32),
  bytes: model.number("DeviceDataCtrlr", "BytesPerMessage", "GetReport", 16_384) - envelope
})

/** Bytes of a CALL around its items. */
const envelope = 256

const sizes = new WeakMap<Item, number>()

/** The same for all stations but for the value. */
const bytesOf = (store: Store, item: Item): number => {
  let bytes = sizes.get(item)
  if (bytes === undefined) {
    bytes = jsonBytes(reportData(store, item)) - jsonBytes(store.read(item)) + 8
    sizes.set(item, bytes)
  }
  return bytes + jsonBytes(store.read(item))
}
