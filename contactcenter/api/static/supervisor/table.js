// A table of records: columns with a unit, figures aligned, and what is too wide scrolls by itself.
import { html } from "./dom.js";

/** `cell` says what stands in a place, if it is not the value by its unit; `isMarked` which row is the one that is meant. */
export function Table({ caption, columns, rows, formats, totals, cell, isMarked }) {
  const show = cell ?? ((row, column) => formats.cell(row[column.name], column.unit));
  const isFigure = (column) => !["text", "date", "instant", "flag"].includes(column.unit);
  return html`<div class="scroll" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption>${caption}</caption>
      <thead><tr>${columns.map((one) => html`<th scope="col" class=${isFigure(one) && one !== columns[0] ? "figure" : ""}>${one.label}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr class=${isMarked?.(row) ? "marked" : ""}>${columns.map((one, place) =>
        place === 0
          ? html`<th scope="row" class=${["date", "instant"].includes(one.unit) ? "when" : ""}>${show(row, one)}</th>`
          : html`<td class=${isFigure(one) ? "figure" : ""}>${show(row, one)}</td>`)}</tr>`)}</tbody>
      ${totals && html`<tfoot><tr>${columns.map((one, place) =>
        place === 0
          ? html`<th scope="row">${show(totals, one)}</th>`
          : html`<td class=${isFigure(one) ? "figure" : ""}>${show(totals, one)}</td>`)}</tr></tfoot>`}
    </table>
  </div>`;
}
