// An analysis: a title, what it means, its rows as a table, what it rests on.
import { Chart } from "./chart.js";
import { Choice, PeriodChoice } from "./controls.js";
import { Loading, Problem, html, useAnswer } from "./dom.js";
import { About, Links } from "./frame.js";
import { HeatMap } from "./heat_map.js";
import { Table } from "./table.js";

/** What is drawn beside its table; the heat map's table is shaded itself. */
const CHARTED = ["funnel", "quadrant", "created_solved", "backlog_ageing", "tier_flow", "control_chart"];

/** `choices` are the names of what can be chosen beside the period, each `[value, word]` pairs. */
export function AnalysisView({ t, formats, chosen, set, name, choices = [] }) {
  const query = { period: chosen.period, zone: chosen.zone, language: chosen.language };
  for (const one of choices) query[one.name] = chosen[one.name] ?? one.usual;
  const { loading, answer, error } = useAnswer(`/reports/${name}`, query);
  return html`
    <form class="choices" onSubmit=${(event) => event.preventDefault()}>
      <${PeriodChoice} t=${t} chosen=${chosen} set=${set} />
      ${choices.map((one) => html`<${Choice} label=${one.label} value=${query[one.name] ?? ""} options=${one.options}
        choose=${(value) => set({ [one.name]: value })} />`)}
    </form>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && html`<${Loading} t=${t} />`}
    ${answer && html`<${Told} ...${{ t, formats, answer, name, query }} />`}`;
}

function Told({ t, formats, answer, name, query }) {
  const isEmpty = answer.rows.length === 0;
  return html`<section>
    <h2>${answer.title}</h2>
    <${About} ...${{ t, formats, period: answer.period, as_of: answer.as_of }} />
    <p class="definition"><strong>${t.definition}:</strong> ${answer.definition}</p>
    ${isEmpty && html`<p class="empty">${t.empty}</p>`}
    ${!isEmpty && CHARTED.includes(name) && html`<${Chart} t=${t} path=${`/reports/${name}`} query=${query} />`}
    ${!isEmpty && name === "heat_map" && html`<${HeatMap} ...${{ t, formats, answer }} />`}
    ${!isEmpty && name !== "heat_map" && html`<${Table} caption=${answer.title} columns=${answer.columns} rows=${answer.rows} formats=${formats} />`}
    <${Links} t=${t} path=${`/reports/${name}`} query=${query} />
    ${answer.notes.length > 0 && html`<h3>${t.notes}</h3><ul>${answer.notes.map((one) => html`<li>${one}</li>`)}</ul>`}
    <details><summary>${t.inputs}</summary><dl dir="ltr">${Object.entries(answer.inputs).map(([key, value]) => html`
      <dt><code>${key}</code></dt><dd><code>${typeof value === "string" ? value : JSON.stringify(value)}</code></dd>`)}</dl></details>
  </section>`;
}
