// The live board: what waits now, who is there, what is at risk. It is asked again while it is looked at.
import { Loading, Problem, html, useAnswer, useEffect, useState } from "./dom.js";
import { filled } from "./frame.js";
import { Table } from "./table.js";

const EVERY_MS = 5_000;

export function LiveView({ t, formats, chosen }) {
  const [turn, setTurn] = useState(0);
  const { answer: now, error } = useAnswer("/reports/live", { zone: chosen.zone }, turn);
  const [answer, setAnswer] = useState(null);
  useEffect(() => { if (now) setAnswer(now); }, [now]);
  useEffect(() => {
    // Nothing is asked while nobody looks.
    const again = setInterval(() => !document.hidden && setTurn((before) => before + 1), EVERY_MS);
    return () => clearInterval(again);
  }, []);
  if (error) return html`<${Problem} error=${error} t=${t} />`;
  if (!answer) return html`<${Loading} t=${t} />`;
  return html`<${Board} ...${{ t, formats, answer }} />`;
}

function Board({ t, formats, answer }) {
  const units = { name: "text", longest_wait_s: "seconds", service_level: "share" };
  const names = ["name", "tier", "waiting", "longest_wait_s", "calls", "callbacks", "available", "agents", "answered", "abandoned", "service_level"];
  const columns = names.map((name) => ({ name, label: t.live[name], unit: units[name] ?? "count" }));
  const agents = ["name", "presence", "presence_since", "load", "capacity"]
    .map((name) => ({ name, label: t.live[name], unit: { name: "text", presence: "text", presence_since: "instant" }[name] ?? "count" }));
  const presence = (row, column) => column.name === "presence" ? t.values[row.presence] ?? row.presence : formats.cell(row[column.name], column.unit);
  const rows = answer.queues.map((one) => ({ ...one, ...one.today, name: one.name }));
  return html`<section>
    <h2>${t.view.live}</h2>
    <p class="about">${filled(t.live.at, { at: formats.instant(answer.generated_at) })}${" "}
      ${answer.as_of ? filled(t.as_of, { at: formats.instant(answer.as_of) }) : t.not_counted}</p>
    <p><strong>${filled(t.live.risk, { n: formats.count(answer.at_risk_n) })}</strong></p>
    <${Table} caption=${t.view.live} columns=${columns} rows=${rows} formats=${formats}
      totals=${{ ...answer.today, name: t.total, waiting: answer.waiting, longest_wait_s: answer.longest_wait_s }} />
    <h3>${t.live.agents}</h3>
    ${answer.agents.length === 0 ? html`<p class="empty">${t.live.nobody}</p>`
      : html`<${Table} caption=${t.live.agents} columns=${agents} rows=${answer.agents} formats=${formats} cell=${presence} />`}
  </section>`;
}
