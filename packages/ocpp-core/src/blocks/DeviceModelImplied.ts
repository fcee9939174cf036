/** What messages of other kinds say of variables: a StatusNotification (DM-27), the answer to a BootNotification (DM-29). */
import { type DeviceModel, empty, find } from "./DeviceModel.ts"
import { applySetVariables, markStale, type OnChange } from "./DeviceModelChanges.ts"

/**
 * What a station is told with its registration is taken for OCPPCommCtrlr.HeartbeatInterval, in seconds, and is stale until
 * it is read again (DM-29). With 0 the station keeps its own (B01.FR.04). Where no inventory has told yet what there is, the
 * variable is added, and that is no change to tell; one that an inventory left out is not made up.
 */
export const assumeHeartbeatInterval = (
  model: DeviceModel,
  interval: number,
  at: number,
  onChange?: OnChange
): DeviceModel => {
  const known = find(model, target.component, target.variable)?.attributes.Actual
  const isAbsent = known === undefined && model.inventoryAt !== undefined
  if (interval <= 0 || isAbsent || known?.value === `${interval}`) return model
  if (known !== undefined) return assumed(model, interval, at, onChange)
  const second = Math.floor(at / 1000) * 1000
  if (model !== empty) return assumed(model, interval, second)
  if (interval !== first.interval || second !== first.at)
    first = { interval, at: second, model: assumed(empty, interval, second) }
  return first.model
}

// Stations come in waves, most of them with nothing known: those that are told the same within a second share what is
// assumed of them.
let first = { interval: 0, at: 0, model: empty }

const assumed = (model: DeviceModel, interval: number, at: number, onChange?: OnChange): DeviceModel => {
  const after = applySetVariables(
    model,
    { setVariableData: [{ ...target, attributeValue: `${interval}` }] },
    { setVariableResult: [{ ...target, attributeStatus: "Accepted" }] },
    at,
    onChange
  )
  return markStale(after, [target])
}

// Shared by all stations.
const target = Object.freeze({ component: { name: "OCPPCommCtrlr" }, variable: { name: "HeartbeatInterval" } })
