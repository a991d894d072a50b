// What can be chosen: each choice is a part of the address.
import { html, useAnswer, useEffect, useRef, useState } from "./dom.js";

export const PERIODS = [
  "today", "yesterday", "this_week", "last_week", "this_month", "last_month",
  "this_quarter", "last_quarter", "this_year", "last_year",
];

/** A choice of one among some; `options` are pairs of a value and a word. */
export function Choice({ label, value, options, choose }) {
  return html`<label class="choice"><span>${label}</span>
    <select value=${value} onChange=${(event) => choose(event.target.value)}>
      ${options.map(([one, word]) => html`<option value=${one} selected=${one === value}>${word}</option>`)}
    </select></label>`;
}

/** A line that is taken when it is left, or at Enter. What is half written outlives an answer that arrives meanwhile. */
export function Line({ label, value, choose, placeholder = "" }) {
  const [draft, setDraft] = useState(null); // null: nobody is writing
  const taken = (event) => {
    choose(event.target.value.trim());
    setDraft(null);
  };
  return html`<label class="choice"><span>${label}</span>
    <input type="text" dir="ltr" value=${draft ?? value} placeholder=${placeholder}
      onInput=${(event) => setDraft(event.target.value)} onChange=${taken} /></label>`;
}

/** Which time: a period by name, or a day, a month or a year as it is written; and the zone. */
export function PeriodChoice({ t, chosen, set }) {
  const period = chosen.period ?? "";
  const isNamed = period === "" || PERIODS.includes(period);
  return html`
    <${Choice} label=${t.period} value=${isNamed ? period : "other"}
      options=${[["", t.usual_period], ...PERIODS.map((one) => [one, t.periods[one]]), ...(isNamed ? [] : [["other", t.written]])]}
      choose=${(value) => value !== "other" && set({ period: value })} />
    <${Line} label=${t.written} value=${isNamed ? "" : period} placeholder=${t.written_like}
      choose=${(value) => set({ period: latin(value) })} />
    <${Line} label=${t.zone} value=${chosen.zone} choose=${(value) => set({ zone: value })} />`;
}

/** Which day: one near today by its name, or as it is written, in either calendar; and the zone. */
export function DayChoice({ t, chosen, set, usual }) {
  const day = chosen.day ?? "";
  const isNamed = day === "" || day in t.days;
  const named = Object.entries(t.days).map(([one, word]) => [one === usual ? "" : one, word]);
  return html`
    <${Choice} label=${t.day} value=${day === usual ? "" : isNamed ? day : "other"}
      options=${isNamed ? named : [...named, ["other", t.written_day]]}
      choose=${(value) => value !== "other" && set({ day: value })} />
    <${Line} label=${t.written_day} value=${isNamed ? "" : day} placeholder=${t.day_like}
      choose=${(value) => set({ day: latin(value) })} />
    <${Line} label=${t.zone} value=${chosen.zone} choose=${(value) => set({ zone: value })} />`;
}

/** One queue, or all of them. */
export function QueueChoice({ t, value, choose }) {
  const { answer: queues } = useAnswer("/queues", {});
  const known = (queues ?? []).map((one) => [String(one.id), one.name]);
  const options = [["", t.all_queues], ...known];
  if (value && !known.some(([id]) => id === value)) options.push([value, value]);
  return html`<${Choice} label=${t.dimensions.queue} value=${value} options=${options} choose=${choose} />`;
}

const PAUSE_MS = 400;

/** A number that is taken when its writer pauses; the arrows up and down change it by `step`. `hint` says where it is from. */
export function Amount({ name, label, hint, value, step = 1, choose }) {
  const [draft, setDraft] = useState(null); // null: nobody is writing
  const taken = useRef(null);
  taken.current = (text) => {
    const given = point(text);
    if (given !== point(value)) choose(given);
  };
  useEffect(() => {
    if (draft === null) return undefined;
    const pause = setTimeout(() => taken.current(draft), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [draft]);
  const left = (event) => {
    taken.current(event.target.value);
    setDraft(null);
  };
  const pressed = (event) => {
    const by = { ArrowUp: step, ArrowDown: -step }[event.key];
    if (!by) return;
    event.preventDefault();
    const now = Number(point(event.target.value));
    if (Number.isFinite(now)) setDraft(String(Math.max(0, Number((now + by).toFixed(6)))));
  };
  return html`<div class="choice amount"><label for=${name}>${label}</label>
    <input id=${name} aria-describedby=${`${name}-hint`} type="text" inputmode="decimal" dir="ltr" value=${draft ?? value}
      onKeyDown=${pressed} onInput=${(event) => setDraft(event.target.value)} onChange=${left}
      onBlur=${(event) => draft !== null && left(event)} />
    <small id=${`${name}-hint`}>${hint}</small></div>`;
}

/** A number of any script as the API takes it. */
function point(text) {
  return latin(text).replace("٫", ".").replace(/[٬,\s]/g, "");
}

/** Digits of any script as those of the API. */
export function latin(text) {
  return text.replace(/[۰-۹]/g, (one) => one.charCodeAt(0) - 0x6f0).replace(/[٠-٩]/g, (one) => one.charCodeAt(0) - 0x660);
}
