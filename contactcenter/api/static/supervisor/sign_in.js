// Signing in, as any console does.
import { signIn } from "./api.js";
import { Problem, html, useState } from "./dom.js";

export function SignIn({ t, done }) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    setBusy(true);
    setError(null);
    try {
      done(await signIn(given.get("email"), given.get("password")));
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return html`<form class="sign-in" onSubmit=${send}>
    <label><span>${t.email}</span><input name="email" type="email" dir="ltr" autocomplete="username" required /></label>
    <label><span>${t.password}</span><input name="password" type="password" dir="ltr" autocomplete="current-password" required /></label>
    ${error && html`<${Problem} error=${error} t=${t} />`}
    <button type="submit" disabled=${busy}>${t.sign_in}</button>
  </form>`;
}
