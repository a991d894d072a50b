// The live board: what waits now, who is there, what is at risk. The feed sends it when it has changed.
import { Chart } from "./chart.js";
import { Loading, Problem, html, useAnswer, useEffect, useState } from "./dom.js";
import { watchBoard } from "./feed.js";
import { Links, filled } from "./frame.js";
import { Table } from "./table.js";

/** While the feed is away the board is asked for so often. */
const EVERY_MS = 5_000;
/** How old the list of alerts may be. */
const ALERTS_EVERY_MS = 15_000;

export function LiveView({ t, formats, chosen, reports }) {
  const [turn, setTurn] = useState(0);
  const [live, setLive] = useState(false);
  const { answer: asked, error } = useAnswer("/reports/live", { zone: chosen.zone }, turn);
  const [answer, setAnswer] = useState(null);
  useEffect(() => { if (asked) setAnswer((before) => newer(before, asked)); }, [asked]);
  useEffect(() => watchBoard(chosen.zone, { shown: (board) => setAnswer((before) => newer(before, board)), isLive: setLive }), [chosen.zone]);
  useEffect(() => {
    if (live) return undefined;
    // Nothing is asked while nobody looks.
    const again = setInterval(() => !document.hidden && setTurn((before) => before + 1), EVERY_MS);
    return () => clearInterval(again);
  }, [live]);
  if (error && !live) return html`<${Problem} error=${error} t=${t} />`;
  if (!answer) return html`<${Loading} t=${t} />`;
  const query = { zone: chosen.zone, language: chosen.language };
  return html`<${Board} ...${{ t, formats, answer, live, query, pictures: reports.draws_pictures }} />`;
}

/** An answer that took long does not come before what the feed has sent meanwhile. */
function newer(before, board) {
  const isOlder = before && before.time_zone === board.time_zone && before.generated_at > board.generated_at;
  return isOlder ? before : board;
}

function Board({ t, formats, answer, live, query, pictures }) {
  const { answer: alerts } = useAnswer("/alerts", { state: "open", limit: 20 }, Math.floor(Date.parse(answer.generated_at) / ALERTS_EVERY_MS));
  const [held, setHeld] = useState([]);
  useEffect(() => { if (alerts) setHeld(alerts.items); }, [alerts]);
  const queueNames = Object.fromEntries(answer.queues.map((one) => [one.queue_id, one.name]));
  return html`<section>
    <h2>${t.view.live}</h2>
    <p class="about">${filled(t.live.at, { at: formats.instant(answer.generated_at) })}${" "}
      ${live ? t.live.fed : t.live.asked}${" "}
      ${answer.as_of ? filled(t.as_of, { at: formats.instant(answer.as_of) }) : t.not_counted}</p>
    <${Alerts} ...${{ t, formats, held, queueNames }} />
    <${Sums} ...${{ t, formats, answer }} />
    <${Ages} ...${{ t, formats, answer, query }} />
    <${Risk} ...${{ t, formats, answer, queueNames }} />
    <${Queues} ...${{ t, formats, answer }} />
    <${Agents} ...${{ t, formats, answer }} />
    <${Links} t=${t} path="/reports/live" query=${query} pictures=${pictures} />
  </section>`;
}

/** What is beyond a threshold now. */
function Alerts({ t, formats, held, queueNames }) {
  if (held.length === 0) return null;
  const unit = { service_level_today: "share", longest_wait_s: "seconds" };
  return html`<div class="problem" role="status"><h3>${t.live.alerts}</h3><ul>${held.map((one) => html`<li>
    <strong>${one.name}</strong>: ${t.live.measures[one.measure]}, ${queueNames[one.queue_id] ?? t.live.every_queue}:${" "}
    ${formats.cell(one.value, unit[one.measure] ?? "count")}. ${filled(t.live.since, { at: formats.instant(one.raised_at) })}</li>`)}</ul></div>`;
}

function Sums({ t, formats, answer }) {
  const sums = { ...answer.today, ...answer, at_risk: answer.at_risk_n };
  const shown = ["waiting", "longest_wait_s", "talking", "calls", "callbacks", "at_risk", "answered", "abandoned", "service_level"];
  const unit = { longest_wait_s: "seconds", service_level: "share" };
  return html`<dl class="sums">${shown.map((name) => html`<div><dt>${t.live[name]}</dt>
    <dd>${formats.cell(sums[name], unit[name] ?? "count")}</dd></div>`)}</dl>`;
}

/** Who waits how long: drawn as the server declares it, of the rows that the feed has sent. */
function Ages({ t, formats, answer, query }) {
  if (answer.waiting === 0) return html`<p class="empty">${t.live.none}</p>`;
  const values = answer.queues.filter((one) => one.waiting > 0).map((one) => ({ queue: one.name, waiting: one.waiting,
    ...Object.fromEntries(answer.ages_s.map((since, place) => [`waiting_from_${since}_s`, one.waiting_by_age[place]])) }));
  const told = values.map((one) => `${one.queue} ${formats.count(one.waiting)}`).join(t.live.and);
  return html`<${Chart} ...${{ t, path: "/reports/live", query, keeps: true, values, description: `${t.live.by_queue}: ${told}` }} />`;
}

function Queues({ t, formats, answer }) {
  const units = { name: "text", longest_wait_s: "seconds", service_level: "share" };
  const ages = answer.ages_s.map((from, n) => ({ name: `age_${n}`, label: aged(t, formats, from, answer.ages_s[n + 1]), unit: "count" }));
  const columns = ["name", "tier", "waiting", ...ages, "longest_wait_s", "calls", "callbacks", "available", "agents", "answered", "abandoned", "service_level"]
    .map((one) => one.name ? one : { name: one, label: t.live[one], unit: units[one] ?? "count" });
  const row = (one) => ({ ...one, ...one.today, ...Object.fromEntries(one.waiting_by_age.map((n, place) => [`age_${place}`, n])), name: one.name ?? t.total });
  return html`<${Table} caption=${t.live.by_queue} columns=${columns} rows=${answer.queues.map(row)} formats=${formats}
    totals=${{ ...row({ waiting: answer.waiting, waiting_by_age: answer.waiting_by_age, today: answer.today }), longest_wait_s: answer.longest_wait_s,
      calls: answer.calls, callbacks: answer.callbacks }} />`;
}

/** Between which ages, in minutes. */
function aged(t, formats, from, to) {
  const minutes = (s) => formats.count(s / 60);
  if (from === 0) return filled(t.live.younger, { n: minutes(to) });
  return to === undefined ? filled(t.live.older, { n: minutes(from) }) : filled(t.live.between, { from: minutes(from), to: minutes(to) });
}

function Risk({ t, formats, answer, queueNames }) {
  const columns = ["ticket", "promise", "queue", "left"].map((name) => ({ name, label: t.live[name], unit: name === "left" ? "seconds" : "text" }));
  const now = Date.parse(answer.generated_at);
  const rows = answer.at_risk.map((one) => ({
    ticket: `#${formats.plain(one.ticket_id)} ${one.subject}`, promise: t.values[one.metric] ?? one.metric,
    queue: queueNames[one.queue_id] ?? "–", left: (Date.parse(one.due_at) - now) / 1000,
  }));
  return html`<h3>${filled(t.live.risk, { n: formats.count(answer.at_risk_n) })}</h3>
    ${rows.length > 0 && html`<${Table} caption=${t.live.at_risk} columns=${columns} rows=${rows} formats=${formats} />`}`;
}

function Agents({ t, formats, answer }) {
  const units = { name: "text", presence: "text", presence_since: "instant" };
  const columns = ["name", "presence", "presence_since", "load", "capacity"].map((name) => ({ name, label: t.live[name], unit: units[name] ?? "count" }));
  const cell = (row, column) => column.name === "presence" ? t.values[row.presence] ?? row.presence : formats.cell(row[column.name], column.unit);
  const there = Object.entries(answer.presences).map(([name, n]) => `${t.values[name] ?? name} ${formats.count(n)}`).join(t.live.and);
  return html`<h3>${t.live.agents}</h3>
    ${answer.agents.length === 0 ? html`<p class="empty">${t.live.nobody}</p>`
      : html`<p>${there}</p><${Table} caption=${t.live.agents} columns=${columns} rows=${answer.agents} formats=${formats} cell=${cell} />`}`;
}
