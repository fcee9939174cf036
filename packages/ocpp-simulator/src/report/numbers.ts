/** Numbers as people read them; the same on every machine. */

/** `12,345`. */
export const countText = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",")

/** Three figures that count: `0.123`, `1.23`, `12.3`, `1,234`. */
export const figureText = (value: number): string => {
  if (Math.abs(value) >= 100) return countText(value)
  const decimals = Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3
  return value.toFixed(decimals).replace(/\.?0+$/u, "")
}

/** `850 µs`, `12.3 ms`, `2.5 s`. */
export const millisecondsText = (value: number): string => {
  if (value < 1) return `${Math.round(value * 1000)} µs`
  return value < 1000 ? `${figureText(value)} ms` : durationText(value / 1000)
}

/** `42 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`. */
export const durationText = (seconds: number): string => {
  if (seconds < 60) return `${figureText(seconds)} s`
  const whole = Math.round(seconds)
  const units = [
    ["d", Math.floor(whole / 86_400)],
    ["h", Math.floor(whole / 3600) % 24],
    ["min", Math.floor(whole / 60) % 60],
    ["s", whole % 60]
  ] as const
  const first = units.findIndex(([, amount]) => amount > 0)
  return units
    .slice(first, first + 2)
    .filter(([, amount]) => amount > 0)
    .map(([unit, amount]) => `${amount} ${unit}`)
    .join(" ")
}

const prefixes = [
  [1e9, "G"],
  [1e6, "M"],
  [1000, "k"]
] as const

/** `850 Wh`, `12.3 kWh`, `4.56 MWh`; with `W` for power. */
export const energyText = (value: number, unit: "Wh" | "W" = "Wh"): string => {
  const [factor, prefix] = prefixes.find(([from]) => value >= from) ?? ([1, ""] as const)
  return `${figureText(value / factor)} ${prefix}${unit}`
}

/** `12.3 %`. */
export const shareText = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${figureText((100 * part) / whole)} %`
