// What can be chosen: each choice is a part of the address.
import { html, useEffect, useState } from "./dom.js";

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
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  return html`<label class="choice"><span>${label}</span>
    <input type="text" dir="ltr" value=${draft} placeholder=${placeholder}
      onInput=${(event) => setDraft(event.target.value)}
      onChange=${(event) => choose(event.target.value.trim())} /></label>`;
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

/** Digits of any script as those of the API. */
function latin(text) {
  return text.replace(/[۰-۹]/g, (one) => one.charCodeAt(0) - 0x6f0).replace(/[٠-٩]/g, (one) => one.charCodeAt(0) - 0x660);
}
