// A table of records: columns with a unit, figures aligned, and what is too wide scrolls by itself.
import { html } from "./dom.js";

/** `shade` is the name of a column whose figures are shaded by how great they are. */
export function Table({ caption, columns, rows, formats, totals, cell }) {
  const show = cell ?? ((row, column) => formats.cell(row[column.name], column.unit));
  const isFigure = (column) => !["text", "date", "instant", "flag"].includes(column.unit);
  return html`<div class="scroll" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption>${caption}</caption>
      <thead><tr>${columns.map((one) => html`<th scope="col" class=${isFigure(one) ? "figure" : ""}>${one.label}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${columns.map((one, place) =>
        place === 0
          ? html`<th scope="row">${show(row, one)}</th>`
          : html`<td class=${isFigure(one) ? "figure" : ""}>${show(row, one)}</td>`)}</tr>`)}</tbody>
      ${totals && html`<tfoot><tr>${columns.map((one, place) =>
        place === 0
          ? html`<th scope="row">${show(totals, one)}</th>`
          : html`<td class=${isFigure(one) ? "figure" : ""}>${show(totals, one)}</td>`)}</tr></tfoot>`}
    </table>
  </div>`;
}
