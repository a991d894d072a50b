// Which views there are, for whom, and what can be chosen in each.
import { AnalysisView } from "./analysis.js";
import { CorrectionsView } from "./corrections.js";
import { html } from "./dom.js";
import { FairView } from "./fair.js";
import { weekFrom } from "./format.js";
import { LiveView } from "./live.js";
import { ReportView } from "./report.js";
import { RowsView } from "./rows.js";
import { WhatIfView } from "./what_if.js";

const measures = (t) => Object.entries(t.measure);
const metrics = (reports) => [...new Map(reports.reports.flatMap((one) => one.metrics).map((one) => [one.metric, one.definition.name]))];
const report = (fixed) => (props) => html`<${ReportView} ...${props} fixed=${fixed(props)} />`;
const analysis = (name, choices = () => [], more = {}) => (props) =>
  html`<${AnalysisView} key=${name} ...${props} ...${more} name=${name} choices=${choices(props)} />`;
const clock = ({ t }) => ({ name: "clock", label: t.clock, usual: "calendar", options: Object.entries(t.clocks) });
const week = ({ t, chosen }) => ({ name: "week_from", label: t.week_from, usual: weekFrom(chosen.language), options: Object.entries(t.week_starts) });
const queue = { name: "queue_id", isQueue: true };
const channel = ({ t }) => ({ name: "channel", label: t.dimensions.channel, options: [["", t.all_channels], ...CHANNELS.map((one) => [one, t.values[one]])] });
const country = ({ t }) => ({ name: "country", label: t.country, placeholder: "IR" });
const metric = (usual) => ({ t, reports }) => ({ name: "metric", label: t.metric, usual, options: metrics(reports) });

const CHANNELS = ["phone", "sms", "email", "webchat"];
/** What the API shows to supervisors and administrators only. */
const LEADING = ["live", "forecast", "what_if"];

const VIEWS = {
  live: (props) => html`<${LiveView} ...${props} />`,
  team: report(() => ({})),
  mine: report(({ session }) => ({ only: `agent:${session.user_id}` })),
  fair: (props) => html`<${FairView} ...${props} />`,
  funnel: analysis("funnel", ({ t }) => [{ name: "figure", label: t.figure, usual: "solved_share", options: measures(t) }]),
  quadrant: analysis("quadrant"),
  heat_map: analysis("heat_map", (props) => [metric("opened")(props), clock(props), week(props)]),
  created_solved: analysis("created_solved", ({ t }) => [{ name: "unit", label: t.unit, usual: "day", options: Object.entries(t.units) }]),
  backlog_ageing: analysis("backlog_ageing"),
  tier_flow: analysis("tier_flow", (props) => [clock(props)]),
  escalations: report(() => ({ report: "escalations", by: "tier" })),
  control_chart: analysis("control_chart", (props) => [metric("first_reply")(props), clock(props)]),
  promises: report(() => ({ report: "promises", by: "queue" })),
  sla_burn_down: analysis("sla_burn_down", () => [queue], { of: "day", usualDay: "today" }),
  forecast: analysis("forecast", (props) => [queue, channel(props), country(props)], { of: "day", usualDay: "tomorrow" }),
  what_if: (props) => html`<${WhatIfView} ...${props} />`,
  satisfaction: report(() => ({ report: "satisfaction" })),
  corrections: (props) => html`<${CorrectionsView} ...${props} />`,
};

/** The names of the views of a role, one's own first where one is an agent. */
export function viewsOf(role) {
  const names = Object.keys(VIEWS).filter((one) => (one !== "corrections" || role === "admin") && (!LEADING.includes(one) || role !== "agent"));
  return role === "agent" ? ["mine", ...names.filter((one) => one !== "mine")] : names;
}

/** What draws a view. */
export function viewNamed(name) {
  return name === "rows" ? (props) => html`<${RowsView} ...${props} />` : VIEWS[name];
}
