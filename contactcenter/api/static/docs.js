// Draws the page with RapiDoc, in the colours the reader's system prefers, and asks only our server.
import "/api/docs/rapidoc-min.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 767px)"); // RapiDoc hides its list of operations there

function paint(page) {
  page.setAttribute("theme", dark.matches ? "dark" : "light");
  page.setAttribute("bg-color", dark.matches ? "#14181d" : "#ffffff");
  page.setAttribute("text-color", dark.matches ? "#d7dde4" : "#1f2630");
  page.setAttribute("nav-bg-color", dark.matches ? "#0d1014" : "#f2f4f7");
  page.setAttribute("nav-text-color", dark.matches ? "#d7dde4" : "#1f2630");
  page.setAttribute("primary-color", dark.matches ? "#6cb2ff" : "#0b62b8");
}

function arrange(page) {
  page.setAttribute("render-style", narrow.matches ? "view" : "focused");
}

const page = document.createElement("rapi-doc");
const settings = {
  "spec-url": "/api/openapi.json",
  "load-fonts": "false",
  "regular-font": "system-ui, sans-serif",
  "mono-font": "ui-monospace, monospace",
  "schema-style": "table",
  "show-header": "false",
  "show-method-in-nav-bar": "as-colored-text",
  "use-path-in-nav-bar": "false",
  "allow-spec-url-load": "false",
  "allow-spec-file-load": "false",
  "allow-server-selection": "false",
  "fetch-credentials": "same-origin",
  "persist-auth": "false",
};
for (const [name, value] of Object.entries(settings)) page.setAttribute(name, value);
paint(page);
dark.addEventListener("change", () => paint(page));
arrange(page);
narrow.addEventListener("change", () => arrange(page));
// Whoever signs in on this page has his CSRF token filled in.
page.addEventListener("after-try", ({ detail }) => {
  const token = detail.responseStatus && detail.responseBody?.csrf_token;
  if (token) page.setApiKey("csrf", token);
});
document.body.append(page);
