// The custom element that everything is drawn in, and what a host page can ask of it.
import { Conversation } from './conversation.js';
import { draw } from './dom.js';
import { Format } from './format.js';
import { widget } from './panel.js';
import { ring } from './sound.js';
import { styles } from './styles.js';

const LATE_MS = 2000; // a shorter cut is not worth a word
const WIDE = '(min-width: 481px)';
const FIRST = '.form input, .row textarea, .actions button, .launcher';
const WRITTEN = 'textarea, select, input:not([type=radio], [type=file])';
const LIKE = { address_refused: 'bad_email', too_many_transcripts: 'rate_limited' };
const TRIED_AGAIN_MS = [3000, 10000, 30000];

export class Chat extends HTMLElement {
  draft = { files: [], typed: {} }; // what is written and not sent, by field, and whose it is
  asking = {}; // what is asked in the composer's place, and how that goes

  // `given` is what the script tag says; `base` is where the widget's parts come from.
  async begin(base, version, given) {
    const [asked] = /^(en|fa)\b/.exec(given.language || document.documentElement.lang) || [];
    const changed = () => this.changed();
    this.conversation = new Conversation(base, given.entryPoint, asked, changed, () => this.rang());
    // What the launcher is drawn with comes without a socket: most visitors never open the panel.
    const query = new URLSearchParams({ entry_point: given.entryPoint, language: asked || '' });
    this.given = await fetched(`${base}settings?${query}`, TRIED_AGAIN_MS);
    this.language = this.given.language;
    this.texts = (await import(`${base}${version}/texts_${this.language}.js`)).default;
    this.format = new Format(this.texts.locale);
    this.appear(given.theme);
  }

  appear(theme) {
    this.dataset.theme = theme || '';
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [styles];
    this.addEventListener('keydown', ({ key }) => key === 'Escape' && (this.closeMenu() || this.close()));
    this.shadowRoot.addEventListener('input', ({ target }) => this.keep(target));
    this.shadowRoot.addEventListener('click', ({ target }) => target.closest('details') || this.closeMenu());
    document.addEventListener('visibilitychange', () => this.changed());
    document.body.append(this);
    const { memory, unsent, connection } = this.conversation;
    if (memory.kept.token || unsent.length) connection.open();
    // On the pages of the same site it stays open; where it covers the page it does not.
    this.isOpen = Boolean(memory.kept.open) && matchMedia(WIDE).matches;
    this.changed();
  }

  get settings() {
    return this.conversation.settings || this.given;
  }

  // --- What a host page may ask ------------------------------------------------------------------

  open() {
    this.turn(true);
  }

  close() {
    this.turn(false);
  }

  identify(token) {
    return this.conversation.identify(token);
  }

  forget() {
    this.conversation.forget();
  }

  turn(isOpen) {
    if (this.isOpen === isOpen) return;
    this.isOpen = isOpen;
    this.conversation.memory.change({ open: isOpen });
    this.showFirst();
  }

  // --- Drawing -----------------------------------------------------------------------------------

  // Many changes at once are drawn once.
  changed() {
    if (this.isDrawing || !this.shadowRoot) return;
    this.isDrawing = true;
    queueMicrotask(() => {
      this.isDrawing = false;
      this.draw();
    });
  }

  draw() {
    const { conversation } = this;
    const { connection, visitors } = conversation;
    if (this.draft.key !== visitors) {
      this.draft = { files: [], typed: {}, key: visitors }; // what one visitor began is not another's
      this.asking = {};
    }
    if (this.isOpen) {
      connection.open();
      if (!document.hidden) conversation.saw();
    }
    this.noticeCut(connection.state);
    this.dataset.connection = connection.state;
    this.dataset.unread = conversation.unseen();
    draw(this.shadowRoot, [widget(this)]);
    this.putBack();
    if (this.wantsFocus) this.focusFirst();
  }

  // What was written stays written where a field comes again, as after closing the panel.
  putBack() {
    const { typed } = this.draft;
    for (const field of this.shadowRoot.querySelectorAll(WRITTEN)) {
      if (!field.value && typed[field.name]) field.value = typed[field.name];
    }
  }

  keep({ name, value }) {
    this.draft.typed[name] = value;
  }

  noticeCut(state) {
    const isCut = this.isOpen && state !== 'open' && state !== 'refused';
    if (!isCut) {
      clearTimeout(this.cut);
      this.cut = this.isLate = null;
    } else {
      this.cut ??= setTimeout(() => {
        this.isLate = true;
        this.changed();
      }, LATE_MS);
    }
  }

  // Focus follows: into the panel when it opens, to a question, back to the launcher at the end.
  showFirst() {
    this.wantsFocus = true;
    this.changed();
  }

  focusFirst() {
    (this.find(FIRST) || this.find('header > .icon')).focus();
    this.wantsFocus = this.isOpen && !this.conversation.standing; // again when there is more
  }

  find(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  colours() {
    const accent = this.settings.colour || '#1f5fbf';
    return [['--accent', accent], ['--on-accent', isLight(accent) ? '#000' : '#fff']];
  }

  // Returns whether there was one to close.
  closeMenu() {
    const menu = this.find('details[open]');
    menu?.removeAttribute('open');
    return menu;
  }

  // --- What happens in the panel -----------------------------------------------------------------

  rang() {
    if (this.conversation.memory.kept.sound && (!this.isOpen || document.hidden)) ring();
  }

  turnSound(isOn) {
    this.conversation.memory.change({ sound: isOn });
    if (isOn) ring();
    this.changed();
  }

  problem(code) {
    const { problems } = this.texts;
    return problems[LIKE[code] || code] || problems.other;
  }

  // Show a question in the composer's place; null shows the composer again.
  show(question, notice) {
    this.asking = { question };
    this.notice = notice;
    this.showFirst();
  }

  ask(changes) {
    Object.assign(this.asking, changes);
    this.changed();
  }

  // When what was asked is done, the question goes and a word of thanks comes.
  async done(answer, notice) {
    const problem = await answer;
    if (!problem) this.show(null, notice);
    return problem;
  }
}

// A page may not be told why its request was refused, so that looks like a server that is away.
async function fetched(address, [wait, ...waits]) {
  try {
    return await (await fetch(address)).json();
  } catch (error) {
    if (!wait) throw error;
    const advice = `is ${location.origin} among the widget's origins, and the key right?`;
    if (waits.length === 2) console.error(`contactcenter: no chat on this page yet: ${advice}`);
    await new Promise((resolve) => setTimeout(resolve, wait));
    return fetched(address, waits);
  }
}

// Whether black is read better than white on a colour.
// Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
function isLight(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
