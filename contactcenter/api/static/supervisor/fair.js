// The fair view: sentences first, then what they rest on. No places, no ranks.
import { Choice, PeriodChoice } from "./controls.js";
import { Loading, Problem, html, useAnswer } from "./dom.js";
import { About, Links, Meaning } from "./frame.js";
import { Table } from "./table.js";

const UNITS = { solved_share: "share", handle_time: "seconds", solved_per_hour: "number" };

export function FairView({ t, formats, chosen, set }) {
  const query = { period: chosen.period, zone: chosen.zone, language: chosen.language, order: chosen.order ?? "solved_per_hour" };
  const { loading, answer, error } = useAnswer("/reports/fair", query);
  return html`
    <form class="choices" onSubmit=${(event) => event.preventDefault()}>
      <${PeriodChoice} t=${t} chosen=${chosen} set=${set} />
      <${Choice} label=${t.order} value=${query.order} options=${Object.entries(t.measure)} choose=${(order) => set({ order })} />
    </form>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && html`<${Loading} t=${t} />`}
    ${answer && html`<section>
      <h2>${t.view.fair}</h2>
      <${About} ...${{ t, formats, period: answer.period, as_of: answer.as_of }} />
      <p class="definition">${t.fair_about}</p>
      <details><summary>${t.definitions}</summary><dl>${Object.entries(answer.figures).map(([name, one]) => html`
        <dt>${t.measure[name]}</dt><dd><${Meaning} text=${one.definition[chosen.language]} /></dd>`)}</dl></details>
      ${answer.rows.length === 0 && html`<p class="empty">${t.empty}</p>`}
      ${answer.rows.map((row) => html`<${Agent} key=${row.agent_id} ...${{ t, formats, row, answer, language: chosen.language }} />`)}
      <${Links} t=${t} path="/reports/fair" query=${query} />
    </section>`}`;
}

function Agent({ t, formats, row, answer, language }) {
  const figures = Object.entries(row.figures).map(([name, one]) => ({ name, ...one }));
  const columns = [
    { name: "name", label: t.figure, unit: "text" }, { name: "n", label: t.n, unit: "count" },
    { name: "observed", label: t.observed, unit: "measure" }, { name: "expected", label: t.expected, unit: "measure" },
    { name: "verdict", label: t.verdict, unit: "text" },
  ];
  const cell = (one, column) => column.name === "name" ? t.measure[one.name]
    : column.name === "verdict" ? one.verdict_words[language]
    : formats.cell(one[column.name], column.unit === "measure" ? UNITS[one.name] : column.unit);
  return html`<article class="card">
    <h3>${row.agent}${row.is_own && ` (${t.yourself})`}</h3>
    <p>${row.words[language]}</p>
    ${figures.map((one) => html`<p>${one.words[language]}</p>`)}
    ${figures.length > 0 && html`<${Table} caption=${row.agent} columns=${columns} rows=${figures} formats=${formats} cell=${cell} />`}
    ${row.strata.length > 0 && html`<details><summary>${t.strata}</summary><${Strata} ...${{ t, formats, row, answer, language }} /></details>`}
  </article>`;
}

function Strata({ t, formats, row, answer, language }) {
  const rows = row.strata.map((one) => ({
    stratum: [t.values[one.temperament] ?? one.temperament, t.values[one.channel] ?? one.channel,
      answer.categories[one.category_id]?.[language]].filter(Boolean).join(" · "),
    n: one.n, solved: one.solved, handle: one.n ? one.handle_s / one.n : null,
    all_n: one.all_n, all_solved: one.all_solved, all_handle: one.all_n ? one.all_handle_s / one.all_n : null,
  }));
  const units = { stratum: "text", handle: "seconds", all_handle: "seconds" };
  const columns = ["stratum", "n", "solved", "handle", "all_n", "all_solved", "all_handle"]
    .map((name) => ({ name, label: t[name], unit: units[name] ?? "count" }));
  return html`<${Table} caption=${`${t.strata}: ${row.agent}`} columns=${columns} rows=${rows} formats=${formats} />`;
}
