// The rows behind a number, page by page.
import { Loading, Problem, html, useAnswer } from "./dom.js";
import { About, Links, Meaning } from "./frame.js";
import { written } from "./state.js";
import { Table } from "./table.js";

const UNITS = { from: "instant", at: "instant", amount: "number", is_of: "flag", is_hit: "flag", is_miss: "flag" };

export function RowsView({ t, formats, chosen, reports }) {
  const path = `/reports/${encodeURIComponent(chosen.report ?? "performance")}/facts`;
  const { period, zone, language, clock, by, metric, only, cursor } = chosen;
  const query = { period, zone, language, clock, by, metric, only, cursor, group: chosen.group?.split(",") };
  const { loading, answer, error } = useAnswer(path, query);
  const { from_view: view = "team", group: _group, metric: _metric, cursor: _cursor, ...before } = chosen;
  const columns = Object.keys(t.columns).map((name) => ({ name, label: t.columns[name], unit: UNITS[name] ?? "text" }));
  const of = reports.reports.flatMap((one) => one.metrics).find((one) => one.metric === metric);
  return html`<p><a href=${written(view, before)}>${t.back}</a></p>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && html`<${Loading} t=${t} />`}
    ${answer && html`<section>
      <h2>${of?.definition.name ?? answer.metric}</h2>
      <${About} ...${{ t, formats, period: answer.period, as_of: answer.period.to }} />
      <p><${Meaning} text=${of?.definition.what ?? ""} /></p>
      <p>n = ${formats.count(answer.figure.n)}</p>
      ${answer.items.length === 0 ? html`<p class="empty">${t.empty}</p>`
        : html`<${Table} caption=${t.rows} columns=${columns} rows=${answer.items} formats=${formats}
            cell=${(row, column) => column.name === "ticket_id" ? String(row.ticket_id ?? "–")
              : column.unit === "text" ? t.values[row[column.name]] ?? formats.cell(row[column.name], "text")
              : formats.cell(row[column.name], column.unit)} />`}
      ${answer.next && html`<p><a href=${written("rows", { ...chosen, cursor: answer.next })}>${t.more}</a></p>`}
      <${Links} t=${t} path=${path} query=${query} />
    </section>`}`;
}
