/** What one station of the fleet is called, how it proves itself, and when it comes. */
import * as Redacted from "effect/Redacted"
import type { Scenario, StationsSetup } from "./Scenario.ts"

/** Fills `{n}`, `{n:6}` and `{identity}` in; `{n}` gets so many digits. */
export const fill = (template: string, n: number, digits: number, identity?: string): string =>
  template
    .replaceAll(/\{n(?::(\d{1,2}))?\}/gu, (_, width: string | undefined) =>
      String(n).padStart(width === undefined ? digits : Number(width), "0")
    )
    .replaceAll("{identity}", () => identity ?? "{identity}")

/** Digits of the highest number. */
const digitsOf = ({ count, first }: StationsSetup): number => String(first + count - 1).length

/** Identity of the station with this index, from 0. */
export const identityOf = ({ stations }: Pick<Scenario, "stations">, index: number): string =>
  fill(stations.identity, stations.first + index, digitsOf(stations))

/** A template of the scenario for one station: certificate and key files. */
export const forStation = (scenario: Scenario, index: number, template: string): string =>
  fill(template, scenario.stations.first + index, digitsOf(scenario.stations), identityOf(scenario, index))

/** Its Basic password; `undefined` without one. */
export const passwordOf = (scenario: Scenario, index: number): Redacted.Redacted | undefined =>
  scenario.csms.password === undefined
    ? undefined
    : Redacted.make(forStation(scenario, index, Redacted.value(scenario.csms.password)))

/** Milliseconds after the start at which it connects. */
export const connectAt = ({ rampUp, stations }: Pick<Scenario, "rampUp" | "stations">, index: number): number => {
  if (stations.count === 1) return 0
  if (rampUp.steps === 0) return (rampUp.seconds * 1000 * index) / (stations.count - 1)
  if (rampUp.steps === 1) return 0
  const step = Math.floor((index * rampUp.steps) / stations.count)
  return (rampUp.seconds * 1000 * step) / (rampUp.steps - 1)
}
