// A chart as the server declares it, drawn by Vega: its expressions are read and never evaluated, as the page's policy asks.
import { Loading, Problem, html, useAnswer, useEffect, useRef, useState } from "./dom.js";

const SCRIPTS = ["./vega.min.js", "./vega-lite.min.js"];
const DARK = matchMedia("(prefers-color-scheme: dark)");
/** What axes and their titles take beside the plot, and the least that a plot needs. */
const BESIDE_PX = 110;
const LEAST_PX = 220;
let tools = null;

/**
 * `path` and `query` are those of the report; nothing is drawn but what it answers. With `keeps` the former stays until then.
 * Rows in `values` take the place of its own, without asking anew; `description` says what is seen then.
 */
export function Chart({ t, path, query, keeps = false, values, description }) {
  const theme = useTheme();
  const { loading, answer, error } = useAnswer(path, { ...query, format: "vega", theme });
  const shown = useRef(null);
  if (answer) shown.current = { spec: answer, theme };
  if (error) return html`<${Problem} error=${error} t=${t} />`;
  if (loading && !(keeps && shown.current)) return html`<${Loading} t=${t} />`;
  return html`<${Drawn} ...${{ t, ...shown.current, values, description }} />`;
}

/** A chart that is asked for only when somebody wants to see it. */
export function ChartOnDemand(props) {
  const [open, setOpen] = useState(false);
  return html`<details class="chart-on-demand" onToggle=${(event) => setOpen(event.target.open)}>
    <summary>${props.t.chart}</summary>${open && html`<${Chart} ...${props} />`}</details>`;
}

function Drawn({ t, spec, theme, values, description }) {
  const place = useRef(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let view = null;
    let left = false;
    const told = values ? { ...spec, description, data: { values } } : spec;
    draw(told, place.current).then((one) => (left ? one.finalize() : (view = one)), setError);
    return () => {
      left = true;
      view?.finalize();
    };
  }, [spec, JSON.stringify(values)]);
  if (error) return html`<${Problem} error=${error} t=${t} />`;
  return html`<div class="scroll" role="region" aria-label=${t.chart} tabindex="0">
    <div class="chart" data-theme=${theme} dir="ltr" role="img" aria-label=${description ?? spec.description} ref=${place}></div></div>`;
}

async function draw(spec, element) {
  tools ??= loaded();
  const { expressionInterpreter } = await tools;
  const { vega, vegaLite } = globalThis;
  const room = element.parentElement.clientWidth;
  const compiled = vegaLite.compile({ ...fitted(spec, room - BESIDE_PX), title: besides(spec.title, room) }).spec;
  const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
    expr: expressionInterpreter, renderer: "svg", logLevel: vega.Error,
  });
  await view.initialize(element).runAsync();
  // The whole is told in words to who cannot see it: its parts need no names of their own.
  element.firstElementChild.setAttribute("aria-hidden", "true");
  return view;
}

/** What a title says besides name and period, which stand above the chart already. */
function besides(title, limit) {
  const [, ...text] = [title.subtitle].flat();
  return text.length > 0 ? { ...title, text, subtitle: undefined, fontSize: 11, fontWeight: "normal", limit } : undefined;
}

/** The same, its plots no wider than there is room for; what is narrower still is scrolled. */
function fitted(spec, room) {
  const one = { ...spec };
  if (typeof one.width === "number") one.width = Math.min(one.width, Math.max(room, LEAST_PX));
  if (one.vconcat) one.vconcat = one.vconcat.map((part) => fitted(part, room));
  if (one.spec) one.spec = fitted(one.spec, room);
  return one;
}

/** Vega and what it needs, once, when the first chart is shown. */
async function loaded() {
  for (const name of SCRIPTS) {
    await new Promise((done, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { src: new URL(name, import.meta.url), onload: done, onerror: failed });
      document.head.append(script);
    });
  }
  return import("./vega-interpreter.js");
}

/** Light or dark, as the page is just now. */
export function useTheme() {
  const [theme, setTheme] = useState(themeNow());
  useEffect(() => {
    const changed = () => setTheme(themeNow());
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-colours"] });
    DARK.addEventListener("change", changed);
    return () => {
      observer.disconnect();
      DARK.removeEventListener("change", changed);
    };
  }, []);
  return theme;
}

function themeNow() {
  const { colours } = document.documentElement.dataset;
  const isDark = colours === "dark" || (colours !== "light" && DARK.matches);
  return isDark ? "dark" : "light";
}
