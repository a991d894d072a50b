// Hours by weekdays, in the order the server tells them: the table itself is shaded.
import { html } from "./dom.js";

const SHADES = 5;

export function HeatMap({ t, formats, answer }) {
  const unit = answer.columns.find((one) => one.name === "value").unit;
  const days = [...new Set(answer.rows.map((row) => row.weekday_name))];
  const hours = [...new Set(answer.rows.map((row) => row.hour))];
  const cells = new Map(answer.rows.map((row) => [`${row.weekday_name} ${row.hour}`, row]));
  const most = Math.max(...answer.rows.map((row) => row.value ?? 0));
  const shade = (value) => (value && most > 0 ? Math.max(1, Math.ceil((value / most) * SHADES)) : 0);
  return html`<div class="scroll" role="region" aria-label=${answer.title} tabindex="0"><table class="heat">
    <caption>${answer.title}</caption>
    <thead><tr><th scope="col">${t.weekday} / ${t.hour}</th>${hours.map((hour) => html`<th scope="col">${formats.count(hour)}</th>`)}</tr></thead>
    <tbody>${days.map((day) => html`<tr><th scope="row">${day}</th>${hours.map((hour) => {
      const row = cells.get(`${day} ${hour}`);
      return html`<td class=${`figure shade-${shade(row.value)}`}>${row.value ? formats.cell(row.value, unit) : "·"}</td>`;
    })}</tr>`)}</tbody></table></div>`;
}
