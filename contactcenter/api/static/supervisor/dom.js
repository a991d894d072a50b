// What draws: Preact and htm, and what several views need of them.
import { html, render, useEffect, useRef, useState } from "./htm-preact.js";
import { Refused, ask } from "./api.js";

export { html, render, useEffect, useRef, useState };

/** What the API answers to a question: `{loading, answer, error}`, asked again when it changes, or with another `turn`. */
export function useAnswer(path, query, turn = 0) {
  const [state, setState] = useState({ loading: true });
  const key = JSON.stringify([path, query, turn]);
  useEffect(() => {
    if (path === null) return undefined;
    const leaving = new AbortController();
    setState((before) => ({ ...before, loading: true, error: undefined }));
    ask("GET", path, { query, signal: leaving.signal }).then(
      (answer) => !leaving.signal.aborted && setState({ loading: false, answer, key }),
      (error) => !leaving.signal.aborted && setState({ loading: false, error, key }),
    );
    return () => leaving.abort();
  }, [key]);
  return state.key === key ? state : { loading: true };
}

/** Why there is no answer, in the server's words. */
export function Problem({ error, t }) {
  const words = error instanceof Refused ? error.message : t.unreachable;
  const places = error.errors ?? [];
  return html`<div class="problem" role="alert">
    <p><strong>${words}</strong></p>
    ${places.length > 0 && html`<ul>${places.map((one) => html`<li>${one.detail ?? one.message ?? JSON.stringify(one)}</li>`)}</ul>`}
  </div>`;
}

/** That something is on its way, said to screen readers as well. */
export function Loading({ t }) {
  return html`<p class="loading" role="status">${t.loading}</p>`;
}
