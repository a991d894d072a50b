// The conversation of one visitor: what was said, what is on its way, and how it stands.
import { Connection } from './connection.js';
import { Memory } from './memory.js';

const TYPING_EVERY_MS = 2000;
const TYPING_LASTS_MS = 5000;
const AGAIN_MS = 5000;
const UPLOAD_PROBLEMS = { 413: 'too_large', 429: 'rate_limited', 503: 'offline' };
const LATER = ['rate_limited', 'not_stored']; // refused for now, not for good

export class Conversation {
  // `changed` is called after every change, `rang` when an agent wrote just now.
  constructor(base, entryPoint, language, changed, rang) {
    this.base = base;
    this.entryPoint = entryPoint;
    this.language = language;
    this.changed = changed;
    this.rang = rang;
    this.memory = new Memory(entryPoint, () => {
      this.adopt();
      changed();
    });
    this.connection = new Connection(`${base.replace(/^http/, 'ws')}socket`, this);
    this.asked = new Map(); // id -> what to do with its answer
    this.begin();
    this.unsent = this.memory.unsent();
    this.token = this.memory.kept.token;
  }

  begin() {
    this.token = null;
    this.lines = [];
    this.unsent = []; // messages that are not acknowledged, in the order in which they were written
    this.sent = []; // messages that are stored, but did not come back as a line yet
    this.caughtUp = null;
    this.typist = null;
  }

  // --- What the connection asks and tells --------------------------------------------------------

  greeting() {
    const { entryPoint, identity, language } = this;
    this.toldIdentity = identity;
    const after = this.last();
    const hello = { type: 'hello', version: 1, entry_point: entryPoint, after };
    return { ...hello, token: this.token, identity, language };
  }

  connectionChanged() {
    if (this.connection.state !== 'open') {
      this.sending = null;
      this.typist = null;
      for (const answer of this.asked.values()) answer('offline');
      this.asked.clear();
    }
    this.changed();
  }

  hear(frame) {
    const { type, id } = frame;
    if (type === 'welcome') this.welcomed(frame);
    else if (type === 'line') this.read(frame);
    else if (type === 'standing') this.standing = frame;
    else if (type === 'typing') this.watchTyping(frame.agent);
    else if (type === 'ack' || type === 'error') {
      if (this.asked.has(id)) {
        this.asked.get(id)(frame.code);
        this.asked.delete(id);
      } else if (id && id === this.sending?.id) this.answered(frame);
    }
    this.changed();
  }

  welcomed(frame) {
    const { token, settings, standing, identity_problem: problem } = frame;
    if ((this.token && token !== this.token) || frame.last_sequence < this.last()) {
      // We are somebody else now: nothing of the other one may stay on the screen.
      const mine = problem === 'other_visitor' ? [] : this.unsent;
      this.clear();
      for (const unsent of mine) this.memory.keepUnsent(unsent);
      this.unsent = mine;
    }
    this.token = token;
    this.settings = settings;
    this.standing = standing;
    this.isIdentified = frame.is_identified;
    this.judge(problem);
    this.caughtUp ??= frame.last_sequence; // what is newer was written while he was here
    if (this.identity !== this.toldIdentity) this.identify(this.identity); // told since the hello
    this.sendNext();
  }

  read(line) {
    const last = this.last();
    if (line.sequence <= last) return;
    if (line.sequence > last + 1) return this.connection.restart(); // one is missing: ask again
    this.lines = [...this.lines, line];
    this.sent = this.sent.filter(({ id }) => id !== line.id);
    if (line.id) this.settle(line.id);
    this.sendNext();
    if (line.by === 'agent') this.typist = null;
    if (isFromAgent(line) && line.sequence > this.caughtUp) this.rang();
    clearTimeout(this.receiving);
    this.receiving = setTimeout(() => this.tellReceived(), 50); // once for lines that come together
  }

  watchTyping(agent) {
    this.typist = agent;
    clearTimeout(this.typistTimer);
    this.typistTimer = setTimeout(() => {
      this.typist = null;
      this.changed();
    }, TYPING_LASTS_MS);
  }

  // --- What the visitor does ---------------------------------------------------------------------

  async tellDetails(details) {
    this.remember();
    const problem = await this.ask({ type: 'details', ...details });
    // What he told is with us; the browser only remembers that it need not ask again.
    if (!problem) this.memory.change({ told: Object.keys(details) });
    return problem;
  }

  write(text, files) {
    this.typedAt = 0; // the next message is told of from its first letter
    const message = { type: 'message', id: newId(), at: Date.now(), text, files, left: this.isClosed() };
    this.unsent = [...this.unsent, message];
    this.memory.keepUnsent(message);
    this.connection.open();
    this.sendNext();
    this.changed();
  }

  again(message) {
    message.problem = null;
    this.sendNext();
    this.changed();
  }

  discard(message) {
    this.settle(message.id);
    this.sendNext();
    this.changed();
  }

  typed() {
    const now = Date.now();
    if (now - (this.typedAt || 0) < TYPING_EVERY_MS) return;
    this.typedAt = now;
    this.connection.send({ type: 'typing' });
  }

  saw() {
    const seen = this.last();
    if (seen <= (this.memory.kept.seen || 0)) return;
    this.memory.change({ seen });
    this.tellReceived();
  }

  // Returns a promise of undefined, or of the code of what went wrong.
  ask(frame) {
    if (this.connection.state !== 'open') return Promise.resolve('offline');
    const id = newId();
    this.connection.send({ ...frame, id });
    return new Promise((resolve) => this.asked.set(id, resolve));
  }

  async upload(file) {
    this.remember();
    if (!this.token) throw new Error('offline');
    const { entryPoint, settings } = this;
    const query = new URLSearchParams({ entry_point: entryPoint, name: file.name, language: settings.language });
    const headers = { Authorization: `Bearer ${this.token}` };
    const answer = await fetch(`${this.base}files?${query}`, { method: 'POST', headers, body: file });
    if (!answer.ok) throw new Error(UPLOAD_PROBLEMS[answer.status] || 'file_refused');
    return answer.json();
  }

  fileAddress(file) {
    return `${this.base}files/${file.token}`;
  }

  // Answers with what is wrong with the token, or null; where no chat is open that is seen later.
  async identify(identity) {
    this.identity = identity;
    if (this.connection.state !== 'open') return null;
    const problem = await this.ask({ type: 'identify', identity });
    // Whoever this browser's conversation belongs to, it is not the one who signed in.
    if (problem === 'other_visitor') {
      this.forget();
      this.identity = identity;
    }
    this.judge(problem);
    this.changed();
    return problem || null;
  }

  judge(problem) {
    if (problem && problem !== this.problem) {
      console.warn(`contactcenter: ${problem} identity token; the chat goes on without it`);
    }
    this.problem = problem;
  }

  // The visitor signed out of the host site: this browser knows nothing of him any more.
  forget() {
    this.clear();
    this.identity = null;
    this.connection.close();
  }

  // --- How messages get there --------------------------------------------------------------------

  // One after the other: so they are stored in the order in which they were written.
  sendNext() {
    const message = this.unsent.find(({ problem }) => !problem);
    const isReady = this.connection.state === 'open' && !this.sending;
    if (!isReady || !message || !this.remember()) return;
    this.sending = message;
    const { type, id, text, files, left } = message;
    this.connection.send({ type, id, text, left, files: files.map(({ token }) => token) });
  }

  answered({ code }) {
    const message = this.sending;
    this.sending = null;
    if (LATER.includes(code)) return setTimeout(() => this.sendNext(), AGAIN_MS);
    if (code) message.problem = code;
    else {
      this.settle(message.id);
      this.sent = [...this.sent, message];
    }
    this.sendNext();
  }

  settle(id) {
    if (this.sending?.id === id) this.sending = null;
    this.unsent = this.unsent.filter((message) => message.id !== id);
    this.memory.dropUnsent(id);
  }

  tellReceived() {
    this.connection.send({ type: 'received', sequence: this.last() });
    const { seen } = this.memory.kept;
    if (seen) this.connection.send({ type: 'seen', sequence: Math.min(seen, this.last()) });
  }

  // --- Who he is ---------------------------------------------------------------------------------

  // From his first act on the browser keeps his token; before it, nothing. False where another tab
  // was first: then he is the one whom that tab knows.
  remember() {
    this.memory.load(this.memory.kept);
    const { token } = this.memory.kept;
    if (token && token !== this.token) return this.adopt();
    if (this.token) this.memory.change({ token: this.token });
    return true;
  }

  // Another tab began a conversation, or forgot it.
  adopt() {
    const { token } = this.memory.kept;
    if (this.lines.length ? token === this.token : !token) return;
    if (token !== this.token) {
      const mine = this.unsent;
      this.begin();
      this.unsent = token ? mine : [];
      this.token = token;
    }
    // Without a line: when we said hello, his first message was perhaps not stored yet.
    if (this.connection.state !== 'refused') this.connection.restart();
    return false;
  }

  clear() {
    this.visitors = (this.visitors || 0) + 1; // how many this page has seen go
    this.memory.forget();
    this.begin();
    this.standing = null;
  }

  // Nobody is there; who is still being answered need not be told.
  isClosed() {
    return this.standing?.is_open === false && this.standing.state !== 'talking';
  }

  last() {
    return this.lines.at(-1)?.sequence || 0;
  }

  unseen() {
    const { seen = 0 } = this.memory.kept;
    return this.lines.filter((line) => isFromAgent(line) && line.sequence > seen).length;
  }
}

const isFromAgent = ({ by, kind }) => by === 'agent' && kind === 'message';

// 128 bits; `crypto.randomUUID` is only there on https pages.
const newId = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
