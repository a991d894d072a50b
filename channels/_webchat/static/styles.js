// How it looks. A constructed sheet needs no permission from the host page's content security policy.
// Only logical directions: the same rules serve both ways of writing.

export const styles = new CSSStyleSheet();

styles.replaceSync(`
:host { all: initial; color-scheme: light dark; }
:host([data-theme=light]) { color-scheme: light; }
:host([data-theme=dark]) { color-scheme: dark; }
@media print { :host { display: none; } }
* { box-sizing: border-box; margin: 0; padding: 0; font: inherit; color: inherit; }
.root {
  --ground: light-dark(#fff, #16181c);
  --raised: light-dark(#eef0f4, #272b32);
  --ink: light-dark(#1a1d23, #eceef2);
  --soft: light-dark(#59616e, #a5adba);
  --edge: light-dark(#d6dae1, #3a404a);
  --rim: #868e99;
  --alarm: light-dark(#a3160d, #ff9d94);
  font: medium/1.45 system-ui, sans-serif; color: var(--ink);
}
[lang=fa] { font-family: Vazirmatn, Tahoma, system-ui, sans-serif; }
button, summary { background: none; border: 0; cursor: pointer; }
svg { inline-size: 1.5em; block-size: 1.5em; display: block; fill: none; stroke: currentColor;
  stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
::placeholder { color: var(--soft); opacity: 1; }
:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.launcher, .panel { position: fixed; z-index: 2147483000; inset-block-end: 20px; inset-inline-end: 20px; }
.launcher, .send, .main, header, .visitor .text, .visitor .file
  { background: var(--accent); color: var(--on-accent); }
.launcher { inline-size: 60px; block-size: 60px; border-radius: 50%; display: grid; place-items: center;
  box-shadow: 0 4px 16px #0005; transition: transform .15s; }
.launcher svg { inline-size: 28px; block-size: 28px; }
.launcher:hover { transform: scale(1.06); }
.launcher:focus-visible { outline: 3px solid var(--ink); }
.badge { position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-inline-size: 1.6em; padding: 0 .4em;
  border-radius: 1em; font-size: .8em; font-weight: 600; line-height: 1.6em; background: #b3160b; color: #fff; }
.panel { inline-size: 380px; block-size: min(640px, 100dvh - 40px); display: flex; flex-direction: column;
  border-radius: 16px; overflow: hidden; background: var(--ground); box-shadow: 0 8px 40px #0006, 0 0 0 1px #8884;
  animation: rise .2s; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@media (max-width: 480px) {
  .panel { inset: 0; inline-size: auto; block-size: 100dvh; border-radius: 0; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
header { display: flex; align-items: center; gap: 4px; padding: 12px 16px; padding-inline-end: 8px; }
header > div { flex: 1; min-inline-size: 0; }
h2 { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header p { font-size: .85em; }
.icon { inline-size: 40px; block-size: 40px; display: grid; place-items: center; border-radius: 50%; flex: none; list-style: none; }
.icon:hover { background: #8883; }
summary::-webkit-details-marker { display: none; }
.menu { position: relative; }
summary svg { stroke-width: 4; }
.menu > div { position: absolute; z-index: 1; inset-inline-end: 0; inset-block-start: 100%; inline-size: max-content;
  max-inline-size: 260px; padding: 6px; border-radius: 10px; background: var(--ground); color: var(--ink);
  border: 1px solid var(--edge); box-shadow: 0 4px 16px #0004; }
.menu button { display: block; inline-size: 100%; padding: 8px 12px; border-radius: 6px; text-align: start; }
.menu button:hover { background: var(--raised); }
[aria-pressed=true]::after { content: " ✓"; }
.news p { padding: 8px 16px; font-size: .9em; background: var(--raised); border-block-end: 1px solid var(--edge); }
.scroller { flex: 1; min-block-size: 60px; overflow-y: auto; overscroll-behavior: contain; display: flex;
  flex-direction: column-reverse; padding: 16px; }
.scroller:focus-visible { outline-offset: -3px; }
.scroller > div { margin-block-end: auto; }
.typing { min-block-size: 1.4em; font-size: .85em; color: var(--soft); }
.line { display: flex; flex-direction: column; align-items: flex-start; margin-block-start: 12px; }
.line.visitor { align-items: flex-end; }
.following { margin-block-start: 3px; }
.following .writer { display: none; }
.visitor .writer { position: absolute; clip-path: inset(50%); }
.line:has(+ .following) .meta { display: none; }
.writer, .meta, .day { font-size: .75em; color: var(--soft); }
.meta { display: flex; gap: .6em; }
.day { text-align: center; margin-block: 16px 4px; }
.text, .file { max-inline-size: 85%; padding: 7px 12px; font-size: .95em; border-radius: 14px; background: var(--raised);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.agent .text, .centre .text { border-end-start-radius: 4px; }
.visitor .text { border-end-end-radius: 4px; }
[href^=tel] { white-space: nowrap; }
.text a { text-decoration: underline; unicode-bidi: isolate; }
.picture img { max-inline-size: 220px; max-block-size: 220px; border-radius: 14px; display: block; margin-block: 3px; }
.file { margin-block: 3px; display: flex; gap: 6px; align-items: center; }
.file small { font-size: .8em; }
.failed, .problem { font-size: .85em; color: var(--alarm); text-align: end; }
.failed button { text-decoration: underline; padding: 4px; }
.foot > * { border-block-start: 1px solid var(--edge); padding: 8px; }
.hint { padding: 16px; color: var(--soft); text-align: center; }
.row { display: flex; align-items: flex-end; padding: 3px; border: 1px solid var(--rim); border-radius: 24px; }
.row:has(:focus-visible) { border-color: currentColor; box-shadow: inset 0 0 0 1px; }
.row .icon { color: var(--soft); }
input, textarea, select { inline-size: 100%; padding: 8px 12px; border: 1px solid var(--rim); border-radius: 10px;
  background: var(--ground); }
input:focus-visible, textarea:focus-visible, select:focus-visible { outline-offset: -1px; }
textarea { resize: none; display: block; }
.row textarea { border: 0; outline: 0; padding-inline: 4px; max-block-size: 8em; field-sizing: content; min-inline-size: 0; }
.send { flex: none; inline-size: 40px; block-size: 40px; border-radius: 50%; display: grid; place-items: center; }
.emoji { display: grid; grid-template-columns: repeat(9, 1fr); }
.emoji button { font-size: 1.3em; padding: 2px; border-radius: 6px; }
.emoji button:hover { background: var(--raised); }
.draft { display: flex; align-items: center; gap: 4px; margin-block-end: 4px; padding-inline-start: 12px;
  border-radius: 10px; background: var(--raised); font-size: .9em; }
.draft bdi { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.draft[aria-busy=true] bdi { font-style: italic; }
.form { display: grid; gap: 12px; padding: 16px; }
.scroller .form { padding: 20px 0 0; }
.form:has(.stars):not(:has(:checked)) > :not(.stars) { display: none; }
.form label > span { font-size: .85em; }
.form small { color: var(--soft); }
.actions { display: flex; justify-content: flex-end; gap: 8px; }
.actions button { padding: 8px 16px; border-radius: 10px; }
.main { font-weight: 600; }
.main:disabled { opacity: .6; }
.stars { border: 0; display: flex; flex-wrap: wrap; }
.stars legend { font-weight: 600; }
.stars label { position: relative; font-size: 1.8em; line-height: 1.2; padding-inline-end: 6px; color: var(--rim); cursor: pointer; }
.stars label:has(:checked), .stars label:has(~ label :checked) { color: light-dark(#a86400, #ffc24d); }
.stars input { position: absolute; inset: 0; opacity: 0; cursor: pointer; }
.stars label:has(:focus-visible) { outline: 2px solid var(--ink); border-radius: 6px; }
.stars label > span { font-size: 1em; }
@media (max-height: 400px) { /* as with 400 % zoom */
  header { padding-block: 2px; }
  .scroller { min-block-size: 0; }
  .foot { display: flex; flex-direction: column; min-block-size: 0; }
  .foot > .form { overflow-y: auto; padding-block: 8px; }
}
@media (forced-colors: active) {
  .launcher, .panel, .send, .main, .text { border: 1px solid; }
  .stars label:has(:checked), .stars label:has(~ label :checked) { color: Highlight; }
}
`);
