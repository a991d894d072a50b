// What the page asks the API for: with the session's cookie, and its CSRF token where something changes.

const ROOT = "/api/v1";
const DEADLINE_MS = 30_000;
let csrf = null;

/** What the API refused, in its own words. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? String(status));
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

/** The address of an operation; what has no value is left out, and a list is repeated. */
export function address(path, query = {}) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") parts.append(name, one);
    }
  }
  const text = parts.toString();
  return `${ROOT}${path}${text ? `?${text}` : ""}`;
}

/** What the API answers; null where it says nothing. Throws `Refused`. */
export async function ask(method, path, { query, body, signal } = {}) {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const answer = await fetch(address(path, query), {
    method,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    headers: {
      ...(body ? { "Content-Type": "application/json" } : {}),
      ...(csrf && method !== "GET" ? { "X-CSRF-Token": csrf } : {}),
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

/** Who is signed in. Throws `Refused` with 401 if nobody is. */
export async function whoAmI() {
  return remembered(await ask("GET", "/session"));
}

/** Begin a session. */
export async function signIn(email, password) {
  return remembered(await ask("POST", "/session", { body: { email, password } }));
}

/** End the session. */
export async function signOut() {
  await ask("DELETE", "/session");
  csrf = null;
}

function remembered(session) {
  csrf = session.csrf_token;
  return session;
}
