import { Stations } from "@wattline/ocpp-station"
import { FileMessageStore } from "@wattline/ocpp-station/file"
import { WsDialer } from "@wattline/ocpp-ws"
import { Layer } from "effect"

/** Stations that forget no transaction, whatever happens to this process. */
export const durableStations = (directory: string) =>
  Stations.layer.pipe(Layer.provide([WsDialer.layer(), FileMessageStore.layer({ directory })]))
