/** The style of the page: light and dark, also on paper and on a phone. */
export const style = `
:root{color-scheme:light dark;--bg:#f7f8fa;--card:#fff;--ink:#17202b;--soft:#566273;--line:#dfe3e9;--bad:#b3261e;
--c1:#1f6feb;--c2:#c2410c;--c3:#0f766e;--c4:#7c3aed}
@media (prefers-color-scheme:dark){:root{--bg:#0f141a;--card:#171d25;--ink:#e6ebf1;--soft:#9aa7b6;--line:#2a333f;--bad:#ff8a80;
--c1:#6cb0ff;--c2:#ffa260;--c3:#4fd1b8;--c4:#c0a4ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:18px;margin:34px 0 10px}
h3{font-size:15px;margin:0}
h3 small{color:var(--soft);font-weight:400}
.lead,footer{color:var(--soft);margin:4px 0 0}
footer{padding:26px 20px 40px;margin:0 auto;font-size:13px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(145px,1fr));gap:12px;margin:20px 0 0;padding:0}
.facts div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.facts dt{color:var(--soft);font-size:13px}
.facts dd{margin:0;font-size:21px;font-weight:600;white-space:nowrap;line-height:1.3;font-variant-numeric:tabular-nums}
.facts dd.note{white-space:normal;font-size:13px;font-weight:400;color:var(--soft)}
.facts .bad{color:var(--bad)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(400px,100%),1fr));gap:16px}
.chart{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px 6px}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2px 16px;margin-bottom:6px}
.legend{display:flex;flex-wrap:wrap;gap:0 14px;list-style:none;margin:0;padding:0;font-size:13px;color:var(--soft)}
.swatch{width:24px;height:8px;margin-right:5px;vertical-align:middle}
svg{display:block;width:100%;height:auto}
.swatch{display:inline-block}
svg text{fill:var(--soft);font-size:13px;font-variant-numeric:tabular-nums}
path{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.l1{stroke:var(--c1)}.l2{stroke:var(--c2)}.l3{stroke:var(--c3)}.l4{stroke:var(--c4)}
.grid,.axis{stroke:var(--line);stroke-width:1}
.tip{fill:transparent}
.tip:hover{fill:var(--soft);fill-opacity:.14}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(320px,100%),1fr));gap:16px;align-items:start}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px}
.wide{margin-bottom:16px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:10px 14px 4px}
th,td{padding:4px 14px;text-align:right;white-space:nowrap;font-weight:400}
thead th{color:var(--soft);font-size:13px;border-bottom:1px solid var(--line)}
th:first-child,td:first-child,.text{text-align:left}
tbody tr+tr>*{border-top:1px solid var(--line)}
tbody tr:last-child>*{padding-bottom:9px}
details{margin-top:16px}
summary{cursor:pointer;color:var(--soft);padding:4px 0}
details .scroll{max-height:420px;overflow:auto}
@media print{body{background:#fff}.chart,.scroll,.facts div{break-inside:avoid}}
`
