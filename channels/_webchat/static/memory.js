// What a browser remembers of its visitor: nothing at all before he has written for the first time.

export class Memory {
  constructor(entryPoint, changedElsewhere) {
    this.key = `contactcenter:${entryPoint}`;
    this.load({});
    addEventListener('storage', (event) => {
      // Another tab: its visitor is ours. A null key is `localStorage.clear()`.
      if (event.key !== null && !`${event.key}:`.startsWith(`${this.key}:`)) return;
      this.load({});
      changedElsewhere();
    });
  }

  load(otherwise) {
    this.kept = read(this.key) || otherwise;
  }

  change(changes) {
    Object.assign(this.kept, changes);
    if (this.kept.token) write(this.key, this.kept);
  }

  forget() {
    this.kept = {};
    for (const key of [this.key, ...keys(`${this.key}:`)]) write(key);
  }

  // Each unsent message has a place of its own, so that tabs do not write over one another's.

  unsent() {
    const frames = keys(`${this.key}:`).map(read);
    return frames.filter(Boolean).sort((one, other) => one.at - other.at);
  }

  keepUnsent(frame) {
    write(`${this.key}:${frame.id}`, frame);
  }

  dropUnsent(id) {
    write(`${this.key}:${id}`);
  }
}

// A browser may refuse to store, or be full: then a conversation lasts as long as its page.

function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

const keys = (prefix) =>
  attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) || [];
const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
const write = (key, value) =>
  attempt(() =>
    value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key),
  );
