/** Line charts as SVG text, without script. Colours come from the page (`--c1` …), so that they follow light and dark. */
import { escape } from "./escape.ts"
import { countText, durationText, figureText } from "./numbers.ts"

/** One line. `null` is a gap. */
export interface Line {
  readonly label: string
  readonly values: ReadonlyArray<number | null>
}

/** One chart; all its lines share the unit and the axis. */
export interface Chart {
  /** Unique on the page: letters and digits. */
  readonly id: string
  readonly title: string
  /** What the axis is in, as words; shown beside the title. */
  readonly unit: string
  /** Seconds per value. */
  readonly width: number
  readonly lines: ReadonlyArray<Line>
  /** How a value reads, for the axis and the tips. */
  readonly format?: (value: number) => string
}

const size = { width: 560, height: 200, left: 62, right: 14, top: 10, bottom: 26 }
const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom }

/** Dashes tell lines apart where colours do not. */
const dashes = ["", "6 3", "2 3", "8 3 2 3"]

/** The chart as a `figure` with title, description and legend. */
export const chartHtml = (chart: Chart): string => {
  const { id, lines, title, unit } = chart
  const format = chart.format ?? figureText
  const count = Math.max(0, ...lines.map(({ values }) => values.length))
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== null))
  const axis = ticks(known.reduce((most, value) => Math.max(most, value), 0))
  const top = axis.at(-1) ?? 1
  const x = (index: number): number => size.left + (count <= 1 ? 0 : (index * plot.width) / (count - 1))
  const y = (value: number): number => size.top + plot.height * (1 - value / top)
  const legend = lines.map(({ label }, index) => `<li>${swatch(index)}${escape(label)}</li>`).join("")
  const grid = axis.map((value) => gridLine(y(value), format(value))).join("")
  const paths = lines.map((line, index) => pathOf(line, index, x, y)).join("")
  return [
    `<figure class="chart">`,
    `<figcaption><h3>${escape(title)} <small>${escape(unit)}</small></h3>${lines.length > 1 ? `<ul class="legend">${legend}</ul>` : ""}</figcaption>`,
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escape(`${title}, ${unit}`)}</title>`,
    `<desc id="${id}-d">${escape(describe(chart, format, count))}</desc>`,
    grid,
    timeAxis(chart.width * (count - 1), count),
    paths,
    tips(chart, format, count, x),
    `</svg>`,
    `</figure>`
  ].join("\n")
}

/** From 0 to at least `most` in a few steps of 1, 2 or 5 (times a power of ten); to 1 below a thousandth. */
export const ticks = (most: number): ReadonlyArray<number> => {
  if (!(most >= 0.001)) return [0, 1]
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const steps = Math.max(1, Math.ceil(most / step - 1e-9))
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

/** Moments for the time axis in seconds, at most about seven, at round numbers. */
export const timeTicks = (seconds: number): ReadonlyArray<number> => {
  const steps = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    2_592_000
  ]
  const step = steps.find((length) => seconds / length <= 7) ?? 7_776_000
  return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, index) => index * step)
}

const swatch = (index: number): string =>
  `<svg viewBox="0 0 24 8" class="swatch" aria-hidden="true"><path d="M0 4H24" class="l${index + 1}" stroke-dasharray="${dashes[index] ?? ""}"/></svg>`

const gridLine = (y: number, label: string): string =>
  `<path d="M${size.left} ${f(y)}H${size.width - size.right}" class="grid"/>` +
  `<text x="${size.left - 8}" y="${f(y + 4)}" text-anchor="end">${escape(label)}</text>`

const timeAxis = (seconds: number, count: number): string => {
  if (count <= 1) return ""
  const baseline = size.height - size.bottom
  return timeTicks(seconds)
    .map((time) => {
      const x = size.left + (time / seconds) * plot.width
      const anchor = x > size.width - 40 ? "end" : time === 0 ? "start" : "middle"
      return (
        `<path d="M${f(x)} ${baseline}v4" class="axis"/>` +
        `<text x="${f(x)}" y="${baseline + 18}" text-anchor="${anchor}">${time === 0 ? "0" : durationText(time)}</text>`
      )
    })
    .join("")
}

/** A path with gaps where nothing is known; a value alone between two gaps is a dot. */
const pathOf = (
  { values }: Line,
  index: number,
  x: (index: number) => number,
  y: (value: number) => number
): string => {
  let path = ""
  let open = false
  for (const [at, value] of values.entries()) {
    if (value === null) {
      open = false
      continue
    }
    path += `${open ? "L" : "M"}${f(x(at))} ${f(y(value))}`
    if (!open && (values[at + 1] ?? null) === null) path += "h0.01"
    open = true
  }
  return path === "" ? "" : `<path d="${path}" class="l${index + 1}" stroke-dasharray="${dashes[index] ?? ""}"/>`
}

/** What the pointer shows over each moment. */
const tips = (chart: Chart, format: (value: number) => string, count: number, x: (index: number) => number): string => {
  const wide = count <= 1 ? plot.width : plot.width / (count - 1)
  return Array.from({ length: count }, (_, index) => {
    const values = chart.lines.map(({ label, values: all }) => {
      const value = all[index] ?? null
      return `${label} ${value === null ? "–" : format(value)}`
    })
    const text = `${durationText(index * chart.width)} · ${values.join(" · ")}`
    return `<rect x="${f(x(index) - wide / 2)}" y="${size.top}" width="${f(wide)}" height="${plot.height}" class="tip"><title>${escape(text)}</title></rect>`
  }).join("")
}

/** The chart in words. */
const describe = ({ lines, width }: Chart, format: (value: number) => string, count: number): string =>
  [
    `Over ${durationText(width * Math.max(0, count - 1))}.`,
    ...lines.map(({ label, values }) => {
      const known = values.filter((value) => value !== null)
      const most = known.reduce((highest, value) => Math.max(highest, value), -Infinity)
      const least = known.reduce((lowest, value) => Math.min(lowest, value), Infinity)
      const last = known.at(-1)
      if (last === undefined) return `${label}: nothing known.`
      return `${label}: from ${format(least)} to ${format(most)}, at the end ${format(last)}.`
    })
  ].join(" ")

/** One decimal is a tenth of a pixel. */
const f = (value: number): string => String(Math.round(value * 10) / 10)

/** A table row for each moment, for those who cannot see the lines. */
export const seriesTable = (charts: ReadonlyArray<Chart>): string => {
  const columns = charts.flatMap((chart) => chart.lines.map((line) => ({ chart, line })))
  const count = Math.max(0, ...columns.map(({ line }) => line.values.length))
  const every = Math.max(1, Math.ceil(count / 120))
  const head = columns
    .map(({ chart, line }) => `<th scope="col">${escape(`${line.label} (${chart.unit})`)}</th>`)
    .join("")
  const rows = Array.from({ length: Math.ceil(count / every) }, (_, row) => {
    const index = row * every
    const cells = columns.map(({ chart, line }) => {
      const value = line.values[index] ?? null
      return `<td>${value === null ? "–" : escape((chart.format ?? figureText)(value))}</td>`
    })
    return `<tr><th scope="row">${escape(durationText(index * (charts[0]?.width ?? 1)))}</th>${cells.join("")}</tr>`
  })
  const caption = `Every ${durationText((charts[0]?.width ?? 1) * every)}, ${countText(rows.length)} rows`
  return `<div class="scroll"><table><caption>${escape(caption)}</caption><thead><tr><th scope="col">Time</th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`
}
