// What something late has changed of closed days: before and after.
import { Loading, Problem, html, useAnswer } from "./dom.js";
import { written } from "./state.js";
import { Table } from "./table.js";

export function CorrectionsView({ t, formats, chosen, reports }) {
  const { loading, answer, error } = useAnswer("/reports/corrections", { cursor: chosen.cursor });
  const called = new Map(reports.reports.flatMap((one) => one.metrics).map((one) => [one.metric, one.definition.name]));
  const units = { at: "instant", from: "instant", n_before: "count", n_after: "count", total_before: "number", total_after: "number" };
  const columns = Object.keys(t.correction).map((name) => ({ name, label: t.correction[name], unit: units[name] ?? "text" }));
  const cell = (row, column) => column.name === "metric" ? called.get(row.metric) ?? row.metric
    : column.name === "of" ? row.dimension ? `${t.dimensions[row.dimension] ?? row.dimension}: ${t.values[row.value] ?? row.value}` : t.whole
    : formats.cell(row[column.name], column.unit);
  return html`
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && html`<${Loading} t=${t} />`}
    ${answer && html`<section><h2>${t.view.corrections}</h2>
      ${answer.items.length === 0 ? html`<p class="empty">${t.empty}</p>`
        : html`<${Table} caption=${t.view.corrections} columns=${columns} rows=${answer.items} formats=${formats} cell=${cell} />`}
      ${answer.next && html`<p><a href=${written("corrections", { ...chosen, cursor: answer.next })}>${t.more}</a></p>`}
    </section>`}`;
}
