// The page: who is signed in, which view is shown, in which language and colours.
import { Refused, signOut, whoAmI } from "./api.js";
import { Choice } from "./controls.js";
import { Loading, Problem, html, render, useAnswer, useEffect, useRef, useState } from "./dom.js";
import { formats } from "./format.js";
import { SignIn } from "./sign_in.js";
import { go, read, written } from "./state.js";
import { viewNamed, viewsOf } from "./views.js";
import { WORDS as en } from "./words_en.js";
import { WORDS as fa } from "./words_fa.js";

const WORDS = { en, fa };
const COLOURS = "contactcenter-colours";
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

function Page() {
  const [state, setState] = useState(read());
  const [session, setSession] = useState(undefined);
  const [error, setError] = useState(null);
  useEffect(() => {
    const moved = () => setState(read());
    addEventListener("hashchange", moved);
    whoAmI().then(setSession, (refused) =>
      refused instanceof Refused && refused.status === 401 ? setSession(null) : setError(refused));
    return () => removeEventListener("hashchange", moved);
  }, []);
  const ours = navigator.language.startsWith("fa") ? "fa" : "en";
  const asked = state.chosen.language ?? session?.language ?? ours;
  const language = WORDS[asked] ? asked : "en";
  const t = WORDS[language];
  useEffect(() => {
    Object.assign(document.documentElement, { lang: language, dir: language === "fa" ? "rtl" : "ltr" });
  }, [language]);
  const leave = () => signOut().then(() => setSession(null), setError);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById("main").focus(); }}>${t.skip}</a>
    <${Head} ...${{ t, language, state, session, leave }} />
    ${error && html`<main id="main" tabindex="-1"><${Problem} error=${error} t=${t} /></main>`}
    ${!error && session === undefined && html`<main id="main" tabindex="-1"><${Loading} t=${t} /></main>`}
    ${session === null && html`<main id="main" tabindex="-1"><h2>${t.sign_in}</h2><${SignIn} t=${t} done=${setSession} /></main>`}
    ${session?.must_change_password && html`<main id="main" tabindex="-1"><p class="problem">${t.must_change}</p></main>`}
    ${session && !session.must_change_password && html`<${Signed} ...${{ t, language, state, session }} />`}`;
}

function Head({ t, language, state, session, leave }) {
  const [colours, setColours] = useState(localStorage.getItem(COLOURS) ?? "auto");
  useEffect(() => {
    document.documentElement.dataset.colours = colours;
    localStorage.setItem(COLOURS, colours);
  }, [colours]);
  return html`<header>
    <h1>${t.title}</h1>
    <div class="choices">
      <${Choice} label=${t.language} value=${language} options=${[["en", "English"], ["fa", "فارسی"]]}
        choose=${(one) => go(state.view, { ...state.chosen, language: one })} />
      <${Choice} label=${t.colours} value=${colours} options=${Object.entries(t.colour)} choose=${setColours} />
      ${session && html`<button type="button" onClick=${() => print()}>${t.print}</button>
        <span class="who">${session.name}</span><button type="button" onClick=${leave}>${t.sign_out}</button>`}
    </div>
  </header>`;
}

function Signed({ t, language, state, session }) {
  const names = viewsOf(session.role);
  const view = viewNamed(state.view) ? state.view : names[0];
  const chosen = { ...state.chosen, language, zone: state.chosen.zone ?? ZONE };
  const { answer: reports, error } = useAnswer("/reports", { language });
  const main = useRef(null);
  const was = useRef(view);
  useEffect(() => {
    document.title = `${t.view[view] ?? t.rows} – ${t.title}`;
    if (was.current !== view) main.current?.focus();
    document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    was.current = view;
  }, [view, t]);
  useEffect(() => {
    // Language and zone, too: whoever is given the address sees the same. It may have moved on since this was drawn.
    const now = read();
    const whole = written(now.view || view, { language, zone: chosen.zone, ...now.chosen });
    if (!now.view || !now.chosen.language || !now.chosen.zone) history.replaceState(null, "", whole);
  }, [state]);
  const shown = formats(language, chosen.zone);
  // What the address says now: two choices may come before either is drawn.
  const set = (change) => go(view, { language, zone: chosen.zone, ...read().chosen, ...change });
  const kept = { language, zone: chosen.zone, period: chosen.period };
  return html`<div class="page">
    <nav aria-label=${t.views}><ul>${names.map((one) => html`<li>
      <a href=${written(one, kept)} aria-current=${one === view ? "page" : undefined}>${t.view[one]}</a></li>`)}</ul></nav>
    <main id="main" tabindex="-1" ref=${main}>
      ${error && html`<${Problem} error=${error} t=${t} />`}
      ${!reports && !error && html`<${Loading} t=${t} />`}
      ${reports && html`<div key=${view}>${viewNamed(view)({ t, formats: shown, chosen, set, view, reports, session })}</div>`}
    </main>
  </div>`;
}

render(html`<${Page} />`, document.body);
