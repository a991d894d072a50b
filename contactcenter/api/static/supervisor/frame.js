// What stands round every figure: its period, until when it counts, its files, and a link that restores it.
import { address } from "./api.js";
import { useTheme } from "./chart.js";
import { html } from "./dom.js";

/** Words with their places filled. */
export function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A definition for people: options are told by their values, and what is left of the API's words is set apart. */
export function Meaning({ text }) {
  const parts = text.replace(/`\w+` (\S+) \(([\d۰-۹]+)\)/g, "$2 $1").split("`");
  return parts.map((part, n) => (n % 2 ? html`<code>${part}</code>` : part));
}

/** From when to when, and until when it has counted. */
export function About({ t, formats, period, as_of: asOf, children }) {
  const from = formats.instant(period.from);
  const words = filled(t.from_to, { from, to: formats.instant(period.to), zone: period.time_zone });
  return html`<p class="about">${words}. ${asOf ? filled(t.as_of, { at: formats.instant(asOf) }) : t.not_counted} ${children}</p>`;
}

/** The same as files, and as a link; `pictures` where there is a chart that can be drawn. */
export function Links({ t, path, query, pictures = false }) {
  const theme = useTheme();
  const tables = ["csv", "xlsx"].map((format) => [format, { ...query, format }]);
  const drawn = pictures ? ["svg", "png"].map((format) => [format, { ...query, format, theme }]) : [];
  return html`<p class="links">
    ${[...tables, ...drawn].map(([format, asked]) => html`<a href=${address(path, asked)} download>
      ${filled(t.file, { format: format.toUpperCase() })}</a> `)}
    <a href=${location.hash || "#/"}>${t.link}</a>
  </p>`;
}
