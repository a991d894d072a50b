// An analysis: a title, what it means, its rows as a table, what it rests on.
import { Chart } from "./chart.js";
import { Choice, DayChoice, Line, PeriodChoice, QueueChoice } from "./controls.js";
import { Loading, Problem, html, useAnswer } from "./dom.js";
import { About, Links, Meaning, filled } from "./frame.js";
import { HeatMap } from "./heat_map.js";
import { Table } from "./table.js";

/**
 * `of` is what is asked for: a `period`, or a `day` (by default `usualDay`). `choices` are what can be chosen besides:
 * each has a name and a label; one among `options`, a queue (`isQueue`), or a line that is written.
 */
export function AnalysisView({ t, formats, chosen, set, reports, name, of = "period", usualDay, choices = [] }) {
  const query = { [of]: chosen[of], zone: chosen.zone, language: chosen.language };
  for (const one of choices) query[one.name] = chosen[one.name] ?? one.usual;
  const { loading, answer, error } = useAnswer(`/reports/${name}`, query);
  return html`
    <form class="choices" onSubmit=${(event) => event.preventDefault()}>
      ${of === "day"
        ? html`<${DayChoice} t=${t} chosen=${chosen} set=${set} usual=${usualDay} />`
        : html`<${PeriodChoice} t=${t} chosen=${chosen} set=${set} />`}
      ${choices.map((one) => html`<${Chosen} key=${one.name} t=${t} one=${one} value=${query[one.name] ?? ""}
        choose=${(value) => set({ [one.name]: value })} />`)}
    </form>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && html`<${Loading} t=${t} />`}
    ${answer && html`<${Told} ...${{ t, formats, answer, name, query, pictures: reports.draws_pictures }} />`}`;
}

function Chosen({ t, one, value, choose }) {
  if (one.isQueue) return html`<${QueueChoice} t=${t} value=${value} choose=${choose} />`;
  if (one.options) return html`<${Choice} label=${one.label} value=${value} options=${one.options} choose=${choose} />`;
  return html`<${Line} label=${one.label} value=${value} placeholder=${one.placeholder} choose=${(text) => choose(text.toUpperCase())} />`;
}

function Told({ t, formats, answer, name, query, pictures }) {
  const isEmpty = answer.rows.length === 0;
  const path = `/reports/${name}`;
  return html`<section>
    <h2>${answer.title}</h2>
    <${About} ...${{ t, formats, period: answer.period, as_of: answer.as_of }} />
    <p class="definition"><strong>${t.definition}:</strong> <${Meaning} text=${answer.definition} /></p>
    ${isEmpty && html`<p class="empty">${t.empty}</p>`}
    ${!isEmpty && (name === "heat_map"
      ? html`<${HeatMap} ...${{ t, formats, answer }} />`
      : html`<${Chart} t=${t} path=${path} query=${query} />
        <${Table} caption=${answer.title} ...${name === "backlog_ageing" ? byAge(t, formats, answer) : inWords(answer)} formats=${formats} />`)}
    <${Links} t=${t} path=${path} query=${query} pictures=${pictures && !isEmpty} />
    <${Rests} t=${t} answer=${answer} />
  </section>`;
}

/** What is told in words beside its name is told in words alone. */
function inWords({ columns, rows }) {
  const names = new Set(columns.map((one) => one.name));
  return { columns: columns.filter((one) => !names.has(`${one.name}_words`)), rows };
}

/** The backlog with a row an instant, a column an age and kind. */
function byAge(t, formats, { columns, rows }) {
  const told = new Map();
  const kinds = new Map();
  for (const row of rows) {
    const name = `${row.kind} ${row.age}`;
    const [from, to] = row.age.match(/\d+/g).map((days) => formats.count(Number(days)));
    kinds.set(name, { name, label: `${t.values[row.kind]}: ${filled(to ? t.age.between : t.age.above, { from, to })}`, unit: "count" });
    told.set(row.at, { ...told.get(row.at), at: row.at, [name]: row.n });
  }
  const of = (kind) => [...kinds.values()].filter((one) => one.name.startsWith(kind));
  return { columns: [columns.find((one) => one.name === "at"), ...of("ours"), ...of("pending")], rows: [...told.values()] };
}

/** What there is to say besides, and all that went into the figures, by the names it has in the API. */
export function Rests({ t, answer }) {
  return html`${answer.notes.length > 0 && html`<h3>${t.notes}</h3><ul>${answer.notes.map((one) => html`<li>${one}</li>`)}</ul>`}
    <details><summary>${t.inputs}</summary><dl dir="ltr">${Object.entries(answer.inputs).map(([key, value]) => html`
      <dt><code>${key}</code></dt><dd><code>${typeof value === "string" ? value : JSON.stringify(value)}</code></dd>`)}</dl></details>`;
}
