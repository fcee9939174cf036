/** The report as one page: no script, nothing loaded from anywhere, readable without colours and without eyes. */
import { type Chart, chartHtml, seriesTable } from "./chart.ts"
import { escape } from "./escape.ts"
import { durationText, energyText, millisecondsText } from "./numbers.ts"
import type { Report } from "./Report.ts"
import { facts, summary, type Table, tables } from "./sections.ts"
import { style } from "./style.ts"

/** The page. The same report gives the same page. */
export const toHtml = (report: Report): string => {
  const title = escape(report.scenario.name)
  const charts = chartsOf(report)
  const all = tables(report)
  const wide = (table: Table): boolean => table.columns.length > 3
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="ocpp-sim">
<title>${title} – ocpp-sim</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lead">${escape(summary(report))}</p>
</header>
<main>
<dl class="facts">
${facts(report).map(factHtml).join("\n")}
</dl>
<h2>Over time</h2>
<div class="charts">
${charts.map(chartHtml).join("\n")}
</div>
<details>
<summary>The charts as a table</summary>
${seriesTable(charts)}
</details>
<h2>Messages and sessions</h2>
${all
  .filter(wide)
  .map((table) => tableHtml(table, "scroll wide"))
  .join("\n")}
<div class="tables">
${all
  .filter((table) => !wide(table))
  .map((table) => tableHtml(table, "scroll"))
  .join("\n")}
</div>
</main>
<footer>${escape(footer(report))}</footer>
</body>
</html>
`
}

const chartsOf = ({ clock, messages, offlineQueue, series }: Report): ReadonlyArray<Chart> => {
  const { width } = series
  const charts: ReadonlyArray<Chart> = [
    {
      id: "stations",
      title: "Stations",
      unit: "number",
      width,
      lines: [
        { label: "connected", values: series.connected },
        { label: "accepted", values: series.accepted }
      ]
    },
    {
      id: "messages",
      title: "Messages",
      unit: "per second",
      width,
      lines: [
        { label: "to the CSMS", values: series.toCsms },
        { label: "of the CSMS", values: series.fromCsms },
        { label: "failed", values: series.failures }
      ]
    },
    {
      id: "transactions",
      title: "Transactions",
      unit: "running",
      width,
      lines: [{ label: "running", values: series.transactions }]
    },
    {
      id: "power",
      title: "Power",
      unit: "all stations",
      width,
      lines: [{ label: "power", values: series.power }],
      format: (value) => (value === 0 ? "0" : energyText(value, "W"))
    }
  ]
  const latency: Chart = {
    id: "latency",
    title: "Answers of the CSMS",
    unit: "time to answer",
    width,
    lines: [
      { label: "p50", values: series.p50 },
      { label: "p90", values: series.p90 },
      { label: "p99", values: series.p99 }
    ],
    format: (value) => (value === 0 ? "0" : millisecondsText(value))
  }
  const queue: Chart = {
    id: "queue",
    title: "Offline queue",
    unit: "messages that wait",
    width,
    lines: [{ label: "waiting", values: series.queued }]
  }
  return [
    ...charts.slice(0, 2),
    ...(clock === "real" && messages.latency !== null ? [latency] : []),
    ...charts.slice(2),
    ...(offlineQueue.peak > 0 ? [queue] : [])
  ]
}

const factHtml = ({ bad, label, note, value }: ReturnType<typeof facts>[number]): string =>
  `<div><dt>${escape(label)}</dt><dd${bad === true ? ' class="bad"' : ""}>${escape(value)}</dd>${
    note === undefined ? "" : `<dd class="note">${escape(note)}</dd>`
  }</div>`

const tableHtml = ({ columns, rows, title }: Table, className: string): string => {
  const isText = (index: number): string => (columns[index] === "Answer" ? ' class="text"' : "")
  const head = columns.map((column, index) => `<th scope="col"${isText(index)}>${escape(column)}</th>`).join("")
  const body = rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === 0 ? `<th scope="row">${escape(cell)}</th>` : `<td${isText(index)}>${escape(cell)}</td>`
    )
    return `<tr>${cells.join("")}</tr>`
  })
  return `<div class="${className}" tabindex="0" role="region" aria-label="${escape(title)}"><table><caption>${escape(title)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`
}

const footer = ({ clock, run, schema }: Report): string =>
  [
    clock === "virtual" ? "Times are simulated; answers take none." : undefined,
    run === undefined
      ? undefined
      : `Run at ${run.startedAt} in ${durationText(run.wallSeconds)}${run.machine === undefined ? "" : ` on ${run.machine}`}.`,
    `Made by ocpp-sim (${schema}).`
  ]
    .filter((part) => part !== undefined)
    .join(" ")
