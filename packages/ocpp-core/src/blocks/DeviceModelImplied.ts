/** What messages of other kinds say of variables: a StatusNotification (DM-27), the answer to a BootNotification (DM-29). */
import { type DeviceModel, find } from "./DeviceModel.ts"
import { applySetVariables, markStale, type OnChange } from "./DeviceModelChanges.ts"

/**
 * What a station is told with its registration is taken for OCPPCommCtrlr.HeartbeatInterval, in seconds, and is stale until
 * it is read again (DM-29). With 0 the station keeps its own (B01.FR.04); a variable it never told of is not made up.
 */
export const assumeHeartbeatInterval = (
  model: DeviceModel,
  interval: number,
  at: number,
  onChange?: OnChange
): DeviceModel => {
  const known = find(model, target.component, target.variable)?.attributes.Actual
  if (interval <= 0 || known === undefined || known.value === `${interval}`) return model
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
