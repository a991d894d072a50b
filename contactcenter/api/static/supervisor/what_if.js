// What-if: what callers would meet with more or fewer agents. What is not given is estimated from our own calls.
import { Chart } from "./chart.js";
import { Amount, Choice, PeriodChoice, QueueChoice } from "./controls.js";
import { Loading, Problem, html, useAnswer, useRef } from "./dom.js";
import { Rests } from "./analysis.js";
import { About, Links, Meaning, filled } from "./frame.js";
import { Table } from "./table.js";

const PATH = "/reports/staffing";
const QUEUE = "queue:";
/** What can be put in; shares are written in hundredths. */
const GIVEN = [
  { name: "volume" }, { name: "aht_s", step: 10 }, { name: "patience_s", step: 10 },
  { name: "service_level", times: 100 }, { name: "within_s", step: 5 }, { name: "most_abandoned", times: 100 },
  { name: "shrinkage", times: 100 }, { name: "agents" },
];
const MINUTES = [15, 30, 60];
const USUAL_S = 1800;

export function WhatIfView({ t, formats, chosen, set, reports }) {
  const query = { period: chosen.period, zone: chosen.zone, language: chosen.language, only: chosen.only, interval_s: chosen.interval_s };
  for (const { name } of GIVEN) query[name] = chosen[name];
  const { loading, answer, error } = useAnswer(PATH, query);
  // The last answer stays where it is until the next one has come.
  const last = useRef(null);
  if (answer) last.current = answer;
  const told = error ? null : last.current;
  return html`
    <form class="choices" onSubmit=${(event) => event.preventDefault()}>
      ${GIVEN.map((one) => html`<${Given} key=${one.name} ...${{ t, formats, chosen, set, one, inputs: last.current?.inputs ?? {} }} />`)}
      <${Choice} label=${t.what_if.interval_s} value=${String(chosen.interval_s ?? USUAL_S)}
        options=${MINUTES.map((one) => [String(one * 60), filled(t.what_if.minutes, { n: formats.count(one) })])}
        choose=${(interval_s) => set({ interval_s })} />
      <${QueueChoice} t=${t} value=${(chosen.only ?? "").replace(QUEUE, "")} choose=${(id) => set({ only: id && QUEUE + id })} />
      <${PeriodChoice} t=${t} chosen=${chosen} set=${set} />
    </form>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    ${loading && !told && html`<${Loading} t=${t} />`}
    ${told && html`<${Told} ...${{ t, formats, answer: told, query, isBusy: loading, pictures: reports.draws_pictures }} />`}`;
}

/** One number: as it was given, or else as it was estimated from our own calls. */
function Given({ t, formats, chosen, set, one, inputs }) {
  const { name, times = 1, step = 1 } = one;
  const known = chosen[name] ?? inputs[name] ?? (name === "agents" ? inputs.agents_needed_erlang_a ?? inputs.agents_needed_erlang_c : null);
  const isNumber = known !== null && known !== "" && Number.isFinite(Number(known));
  const value = isNumber ? formats.plain(Number((Number(known) * times).toFixed(2))) : known ?? "";
  const isEstimated = inputs.estimated?.includes(name) && inputs[name] !== null;
  const hint = isEstimated ? filled(t.what_if.estimated, { n: formats.count(inputs.calls_in_period) }) : t.what_if.hints[name] ?? "";
  const choose = (text) => set({ [name]: text === "" || !Number.isFinite(Number(text)) ? text : String(Number((Number(text) / times).toFixed(6))) });
  return html`<${Amount} ...${{ name, label: t.what_if[name], hint, value, step, choose }} />`;
}

function Told({ t, formats, answer, query, isBusy, pictures }) {
  const { inputs, rows } = answer;
  const isEmpty = rows.length === 0;
  const needed = inputs.agents_needed_erlang_a ?? inputs.agents_needed_erlang_c;
  const agents = query.agents ? Number(query.agents) : needed;
  return html`<section aria-busy=${isBusy ? "true" : "false"}>
    <h2>${answer.title}</h2>
    <${About} ...${{ t, formats, period: answer.period, as_of: answer.as_of }} />
    <p class="definition"><strong>${t.definition}:</strong> <${Meaning} text=${answer.definition} /></p>
    <${Found} ...${{ t, formats, inputs, row: rows.find((one) => one.agents === agents) }} />
    ${isEmpty ? html`<p class="empty">${t.what_if.unknown}</p>` : html`
      <${Chart} t=${t} path=${PATH} query=${query} keeps=${true} />
      <${Table} caption=${answer.title} columns=${answer.columns} rows=${rows} formats=${formats} isMarked=${(row) => row.agents === agents} />`}
    <${Links} t=${t} path=${PATH} query=${query} pictures=${pictures && !isEmpty} />
    <${Rests} t=${t} answer=${answer} />
  </section>`;
}

/** What comes out, in sentences; said to screen readers whenever it changes. */
function Found({ t, formats, inputs, row }) {
  const seconds = (value) => formats.cell(value, "seconds");
  const share = (value) => formats.cell(value, "share");
  const given = {
    volume: formats.cell(inputs.volume, "number"), minutes: formats.number(inputs.interval_s / 60), aht: seconds(inputs.aht_s),
    patience: seconds(inputs.patience_s), level: share(inputs.service_level), within: seconds(inputs.within_s), shrinkage: share(inputs.shrinkage),
  };
  const needed = ["erlang_a", "erlang_c"].filter((one) => inputs[`agents_needed_${one}`] !== null);
  const level = row?.service_level ?? row?.service_level_erlang_c;
  return html`<p>${filled(t.what_if.given, given)}</p>
    <div class="found" role="status">${needed.map((one) => html`<p><strong>${filled(t.what_if[one], {
        n: formats.count(inputs[`agents_needed_${one}`]), scheduled: formats.count(inputs[`agents_scheduled_${one}`]),
      })}</strong></p>`)}
      ${row && html`<p>${filled(row.service_level === null ? t.what_if.with_agents_c : t.what_if.with_agents, {
        n: formats.count(row.agents), level: share(level), within: given.within, left: share(row.abandonment),
        answer: seconds(row.answer_s ?? row.answer_s_erlang_c), busy: share(row.occupancy ?? row.occupancy_erlang_c),
      })}</p>`}</div>`;
}
