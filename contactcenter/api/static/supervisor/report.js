// A report by name: its metrics side by side, told apart by dimensions.
import { ChartOnDemand } from "./chart.js";
import { Choice, PeriodChoice } from "./controls.js";
import { Loading, Problem, html, useAnswer } from "./dom.js";
import { About, Links, Meaning, filled } from "./frame.js";
import { written } from "./state.js";
import { Table } from "./table.js";

const SHARES = ["share", "portion", "time_share", "balance"];

/** What stands in place of a value of a dimension. */
export function named(t, formats, dimension, value, names) {
  if (value === null || value === undefined) return dimension === "agent" ? t.nobody : "–";
  if (names?.[dimension]) return names[dimension];
  if (dimension === "tier" || dimension === "to_tier") return filled(t.tier, { n: formats.count(value) });
  return t.values[value] ?? (typeof value === "number" ? formats.count(value) : String(value));
}

/** `fixed` is asked in any case; `own` shows only what this person did. */
export function ReportView({ t, formats, chosen, set, view, reports, fixed = {}, usual = "performance" }) {
  const name = fixed.report ?? chosen.report ?? usual;
  const by = chosen.by ?? fixed.by ?? "agent";
  const [first = "", second = ""] = by.split(",");
  const query = {
    period: chosen.period, zone: chosen.zone, language: chosen.language, clock: chosen.clock,
    compare: chosen.compare, only: chosen.only ?? fixed.only, by,
  };
  const { loading, answer, error } = useAnswer(`/reports/${encodeURIComponent(name)}`, query);
  const all = reports.dimensions.map((one) => [one, t.dimensions[one] ?? one]);
  const choices = reports.reports.map((one) => [one.name, t.reports[one.name] ?? one.name]);
  return html`
    <form class="choices" onSubmit=${(event) => event.preventDefault()}>
      ${!fixed.report && html`<${Choice} label=${t.report} value=${name} options=${choices} choose=${(report) => set({ report })} />`}
      <${PeriodChoice} t=${t} chosen=${chosen} set=${set} />
      <${Choice} label=${t.by} value=${first} options=${all} choose=${(one) => set({ by: one })} />
      <${Choice} label=${t.and_by} value=${second} options=${[["", "–"], ...all.filter(([one]) => one !== first)]}
        choose=${(two) => set({ by: two ? `${first},${two}` : first })} />
      <${Choice} label=${t.clock} value=${chosen.clock ?? "calendar"} options=${Object.entries(t.clocks)} choose=${(clock) => set({ clock })} />
      <${Choice} label=${t.times} value=${chosen.times ?? "median"} options=${Object.entries(t.statistic)} choose=${(times) => set({ times })} />
      <${Choice} label=${t.compare} value=${chosen.compare ?? ""} options=${[["", t.no], ["true", t.yes]]} choose=${(compare) => set({ compare })} />
    </form>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && html`<${Loading} t=${t} />`}
    ${answer && html`<${Made} ...${{ t, formats, chosen, view, answer, query, name, pictures: reports.draws_pictures }} />`}`;
}

function Made({ t, formats, chosen, view, answer, query, name, pictures }) {
  const columns = [
    ...answer.by.map((one) => ({ name: one, label: t.dimensions[one] ?? one, unit: "text", isGroup: true })),
    ...answer.metrics.map((one) => ({ name: one.metric, label: one.definition.name, unit: "figure", measure: one.measure })),
  ];
  const former = new Map((answer.previous ?? []).map((line) => [key(answer.by, line), line.figures]));
  const times = chosen.times ?? "median";
  const behind = (metric, line) => written("rows", {
    ...chosen, report: name, by: query.by, only: query.only, metric, from_view: view,
    group: line.group ? answer.by.map((one) => `${one}:${line.group[one] ?? ""}`).join(",") : undefined,
  });
  const cell = (line, column) => {
    if (column.isGroup) return line.group ? named(t, formats, column.name, line.group[column.name], line.names) : column === columns[0] ? t.total : "";
    const figure = line.figures[column.name];
    if (!figure || (figure.n === 0 && !figure.value)) return "–";
    const before = (line.group ? former.get(key(answer.by, line)) : answer.previous_totals)?.[column.name];
    return html`<a href=${behind(column.name, line)} title=${t.rows}>${said(formats, column, figure, times)}</a>
      ${column.measure !== "count" && html` <small>n=${formats.count(figure.n)}</small>`}
      ${before && html`<br /><small>${t.before}: ${said(formats, column, before, times)}</small>`}`;
  };
  const caption = t.reports[name] ?? name;
  return html`<section>
    <h2>${caption}</h2>
    <${About} ...${{ t, formats, period: answer.period, as_of: answer.as_of }}>
      ${answer.corrected_at && filled(t.corrected, { at: formats.instant(answer.corrected_at) })}
      ${answer.source === "roll_ups" && t.rolled}<//>
    ${answer.rows.length === 0
      ? html`<p class="empty">${t.empty}</p>`
      : html`<${Table} caption=${caption} columns=${columns} rows=${answer.rows} formats=${formats} cell=${cell}
          totals=${{ figures: answer.totals }} />`}
    ${answer.rows.length > 0 && html`<${ChartOnDemand} t=${t} path=${`/reports/${name}`} query=${query} />`}
    <${Links} t=${t} path=${`/reports/${name}`} query=${query} pictures=${pictures && answer.rows.length > 0} />
    <details><summary>${t.definitions}</summary><dl>${answer.metrics.map((one) => html`
      <dt>${one.definition.name}</dt><dd><${Meaning} text=${`${one.definition.what} ${one.definition.when} ${one.definition.whose}`} /></dd>`)}</dl></details>
  </section>`;
}

function said(formats, column, figure, times) {
  if (column.measure === "duration") return formats.cell(figure[times], "seconds");
  return formats.cell(figure.value, SHARES.includes(column.measure) ? "share" : "number");
}

const key = (by, line) => JSON.stringify(by.map((one) => line.group[one]));
