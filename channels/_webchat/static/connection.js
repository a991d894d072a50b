// A socket that comes back: after a cut with full-jitter back-off, at once when the network is back.
// Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20000;
const BUSY_WAIT_MS = 5000;
const QUIET_MS = 20000; // after so long without a frame we ask whether anybody is there
const DEADLINE_MS = 10000; // and after so long without an answer nobody is
const BUSY = [1013, 4429]; // the server asks for time
const HALF = /\p{Cs}/gu; // half of an emoji, as where a limit cuts a text: no JSON that servers take
const GIVE_UP = [4400, 4403, 4404, 4409]; // coming back would change nothing

export class Connection {
  // `owner` has greeting() -> the hello frame, hear(frame) and connectionChanged().
  constructor(url, owner) {
    this.url = url;
    this.owner = owner;
    this.failures = 0;
    this.state = 'closed'; // closed, connecting, open, waiting (to come back), refused
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.hurry());
  }

  open() {
    if (this.state === 'closed') this.connect();
  }

  close() {
    this.drop();
    this.become('closed');
  }

  // Begin again, with another hello.
  restart() {
    this.drop();
    this.connect();
  }

  send(frame) {
    if (this.state === 'open') this.socket.send(JSON.stringify(frame, whole));
  }

  // One timer does for all: there is always exactly one thing to wait for.
  after(delay, action) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => action(), delay);
  }

  connect() {
    this.become('connecting');
    const socket = (this.socket = new WebSocket(this.url));
    socket.onopen = () => socket.send(JSON.stringify(this.owner.greeting()));
    socket.onmessage = (event) => this.heard(JSON.parse(event.data));
    socket.onclose = (event) => this.lost(event);
    this.after(DEADLINE_MS, () => this.lost());
  }

  heard(frame) {
    this.after(QUIET_MS, () => this.check());
    if (frame.type === 'welcome') {
      this.failures = 0;
      this.state = 'open';
    }
    this.owner.hear(frame);
  }

  check() {
    this.send({ type: 'ping' });
    this.after(DEADLINE_MS, () => this.lost());
  }

  hurry() {
    if (this.state === 'waiting') this.restart();
    if (this.state === 'open') this.check();
  }

  lost({ code, reason } = {}) {
    this.drop();
    if (GIVE_UP.includes(code)) {
      console.error(`contactcenter: the chat was refused: ${code} ${reason}`);
      return this.become('refused');
    }
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    const least = BUSY.includes(code) ? BUSY_WAIT_MS : 0;
    this.after(least + Math.random() * most, () => this.connect());
    this.become('waiting');
  }

  drop() {
    clearTimeout(this.timer);
    if (!this.socket) return;
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  become(state) {
    this.state = state;
    this.owner.connectionChanged();
  }
}

const whole = (_, value) => (typeof value === 'string' ? value.replace(HALF, '\ufffd') : value);
