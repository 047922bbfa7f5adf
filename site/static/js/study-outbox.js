// What waits on this device: pages of the study clock whose beats the server has not answered yet. One key a page in
// localStorage, so that it survives a crash, closing and sign-out; whatever page opens next sends it (see
// docs/study-clock.md). Two pages doing so at once is harmless: told twice, it counts once.
//
//   new Outbox({ storage, post(text), wall() })   storage like localStorage; post as for the study clock
//   shelf(name)   → { keep({ token, beats, clock, wall }), clear() }, the `store` of a study clock
//   flush()       → promise; sends all that waits except what lies on shelves of this page

const PREFIX = "study ";
const MONTH = 30 * 86_400_000;
const MOST_PAGES = 20;
const MOST_BEATS = 500;
const MOST_BYTES = 90_000;

export class Outbox {
  constructor({ storage, post, wall = () => Date.now() }) {
    Object.assign(this, { storage, post, wall, own: new Set(), flushing: null });
  }

  shelf(name) {
    const key = PREFIX + name;
    this.own.add(key);
    return {
      keep: (entry) => this.#quietly(() => this.storage.setItem(key, JSON.stringify(entry))),
      clear: () => this.#quietly(() => this.storage.removeItem(key)),
    };
  }

  flush() {
    this.flushing ??= this.#flush().finally(() => (this.flushing = null));
    return this.flushing;
  }

  async #flush() {
    const pages = this.#read();
    for (const parcel of parcels(pages)) {
      const done = await this.#send(parcel);
      if (!done) return;
    }
  }

  // Returns whether there is a network. A refusal that several pages share is found out page by page.
  async #send(parcel) {
    const { status } = await this.post(body(parcel)).catch(() => ({ status: 0 }));
    const refused = status === 409 || status === 422;
    if (refused && parcel.length > 1) {
      for (const part of parcel) if (!(await this.#send([part]))) return false;
      return true;
    }
    if (status !== 200 && !refused) return false;
    for (const { page, beats } of parcel) {
      page.left -= beats.length;
      if (page.left === 0 || refused) this.#drop(page);
    }
    return true;
  }

  // Unless something was added since it was read.
  #drop({ key, text }) {
    this.#quietly(() => {
      if (this.storage.getItem(key) === text) this.storage.removeItem(key);
    });
  }

  #read() {
    const found = [];
    this.#quietly(() => {
      const names = Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n));
      for (const key of names.filter((name) => name?.startsWith(PREFIX) && !this.own.has(name))) {
        const text = this.storage.getItem(key);
        const page = this.#opened(key, text);
        if (page) found.push(page);
        else this.#drop({ key, text });
      }
    });
    return found;
  }

  // The page's clock as it would stand now, had it gone on with the calendar of this device.
  #opened(key, text) {
    try {
      const { token, beats, clock, wall } = JSON.parse(text);
      const passed = this.wall() - wall;
      if (!beats.length || !(passed < MONTH)) return null;
      return { key, text, token, beats, left: beats.length, clock: Math.round(clock + passed / 100) };
    } catch {
      return null;
    }
  }

  // A device may forbid or lack room for keeping; the clock goes on without.
  #quietly(act) {
    try {
      act();
    } catch {
      // Nothing is lost that was kept before.
    }
  }
}

function body(parcel) {
  return JSON.stringify({ pages: parcel.map(({ page, beats }) => [page.token, beats, page.clock]) });
}

// Pages and parts of pages in requests of a size that the server takes.
function parcels(pages) {
  const found = [];
  let room = 0;
  let bytes = 0;
  for (const page of pages) {
    let part = null;
    for (const beat of page.beats) {
      const size = JSON.stringify(beat).length + (part ? 1 : page.token.length + 30);
      const full = room === 0 || bytes < size || (!part && found.at(-1).length === MOST_PAGES);
      if (full) {
        found.push([]);
        part = null;
        room = MOST_BEATS;
        bytes = MOST_BYTES;
      }
      if (!part) {
        part = { page, beats: [] };
        found.at(-1).push(part);
      }
      part.beats.push(beat);
      room -= 1;
      bytes -= size;
    }
  }
  return found;
}

const BEATS = "/api/v1/study/beats";
const PATIENCE = 20_000;
const MOST_KEPT_ALIVE = 30_000; // a browser carries so little beyond the end of a page

// Resolves to the status and the answer; rejects when there is no network.
export async function post(text, address = BEATS) {
  const given = new AbortController();
  const patience = setTimeout(() => given.abort(), PATIENCE);
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text,
      credentials: "omit",
      keepalive: text.length < MOST_KEPT_ALIVE,
      signal: given.signal,
    });
    return { status: response.status, answer: await response.json().catch(() => ({})) };
  } finally {
    clearTimeout(patience);
  }
}

function storage() {
  try {
    return localStorage;
  } catch {
    return { length: 0, setItem() {}, getItem: () => null, removeItem() {} };
  }
}

// Every page of the site empties what earlier ones left behind.
export const outbox = globalThis.document ? new Outbox({ storage: storage(), post }) : null;
if (outbox) {
  addEventListener("online", () => outbox.flush());
  outbox.flush();
}
