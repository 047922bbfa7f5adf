// Answers on this device until the server has them. One key an answer in localStorage, so that they survive a crash,
// closing and sign-out; whatever page of a quiz opens next sends them.
//
//   new AnswerOutbox({ storage, request(method, url, text), wall(), heard(entry, reply) })
//   keep({ attempt, number, token, given })   → true when it lies on this device, false when only this page has it
//   waiting(attempt?)   → entries that the server has not answered for, the oldest first
//   renew(attempt, token)   a fresh page of an attempt lends its token to what an old one left
//   flush()   → promise; sends all that waits. When there is no network it tries again by itself, ever more seldom.
//
// Each answer carries the device, a random name made once, and a count that only grows: the server keeps every
// count, and a later one is never undone by an earlier. `heard` is told what the server said of each answer;
// `reply` is { saved, late, holds } or { code, message }.

const ANSWER = "quiz answer ";
const DEVICE = "quiz device";
const COUNT = "quiz count";
const MOST = 100; // answers in one request
const MOST_BYTES = 50_000;
const LONGEST_AGO = 300 * 86_400_000;
const SOONEST = 1_000;
const SELDOMEST = 30_000;
// Settled for good: the server will never take it. `old` and `forged` wait for a fresh page of the attempt.
const NEVER = new Set(["unknown", "not_on_the_paper", "too_long", "too_many"]);
const LATER = new Set(["old", "forged"]);

export class AnswerOutbox {
  constructor({ storage, request, wall = () => Date.now(), heard = () => {} }) {
    Object.assign(this, { storage, request, wall, heard, flushing: null, again: false, pause: SOONEST, timer: null });
    this.inHand = new Map(); // what the device has no room for
    this.resting = new Set(); // waits for a fresh token
    this.device = this.#device();
    this.count = 0;
  }

  keep({ attempt, number, token, given }) {
    const entry = { attempt, number, token, given, count: this.#next(), at: this.wall() };
    const key = `${ANSWER}${attempt} ${number}`;
    this.resting.delete(key);
    const kept = this.#write(key, JSON.stringify(entry));
    if (kept) this.inHand.delete(key);
    else this.inHand.set(key, entry);
    return kept;
  }

  waiting(attempt) {
    const found = new Map();
    for (const key of this.#keys()) {
      const entry = this.#read(key);
      if (entry) found.set(key, { ...entry, key });
    }
    for (const [key, entry] of this.inHand) found.set(key, { ...entry, key });
    const all = [...found.values()].filter((entry) => !attempt || entry.attempt === attempt);
    return all.sort((a, b) => a.count - b.count);
  }

  onlyInHand() {
    return this.inHand.size > 0;
  }

  renew(attempt, token) {
    for (const { key, ...entry } of this.waiting(attempt)) {
      this.resting.delete(key);
      if (this.inHand.has(key)) this.inHand.set(key, { ...entry, token });
      else this.#write(key, JSON.stringify({ ...entry, token }));
    }
  }

  flush() {
    this.again = true;
    clearTimeout(this.timer);
    this.flushing ??= this.#flush().finally(() => (this.flushing = null));
    return this.flushing;
  }

  async #flush() {
    while (this.again) {
      this.again = false;
      for (const part of parts(this.waiting().filter(({ key }) => !this.resting.has(key)))) {
        if (await this.#send(part)) this.pause = SOONEST;
        else return this.#later();
      }
    }
  }

  // Between half and the whole pause, so that devices that lost the same network do not come back as one.
  #later() {
    this.timer = setTimeout(() => this.flush(), this.pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, SELDOMEST);
  }

  // Whether the server answered for all of them.
  async #send(part) {
    const one = part.length === 1;
    const rows = part.map((entry) => this.#row(entry));
    const [{ attempt, number, ...body }] = rows;
    const { status, answer } = await (one
      ? this.request("PUT", `/api/v1/attempts/${attempt}/answers/${number}`, JSON.stringify(body))
      : this.request("POST", "/api/v1/attempts/answers", JSON.stringify({ answers: rows }))
    ).catch(() => ({ status: 0 }));
    const known = answer?.saved || answer?.code || answer?.results;
    if (status === 0 || status === 429 || status >= 500 || !known) return false;
    if (!one && !answer.results) {
      // The whole request was refused: one of them is amiss, so each goes by itself.
      for (const entry of part) if (!(await this.#send([entry]))) return false;
      return true;
    }
    const replies = one ? [answer] : answer.results;
    part.forEach((entry, at) => replies[at] && this.#settle(entry, replies[at]));
    return replies.length >= part.length;
  }

  #row({ attempt, number, token, given, count, at }) {
    const ago = Math.min(Math.max(0, Math.round(this.wall() - at)), LONGEST_AGO);
    return { attempt, number, token, given, device: this.device, counter: count, ago };
  }

  #settle(entry, reply) {
    if (reply.code === "counted_twice") return this.#countAnew(entry, reply.counter);
    if (LATER.has(reply.code)) this.resting.add(entry.key);
    else if (reply.saved || NEVER.has(reply.code)) this.#drop(entry);
    else this.resting.add(entry.key); // unheard of: kept until the next page
    this.heard(entry, reply);
  }

  // A device set back to an earlier state counts again what it has counted before.
  #countAnew({ key, ...entry }, counted) {
    this.#raise(Number(counted) || 0);
    const now = this.inHand.get(key) ?? this.#read(key);
    const last = now && now.count !== entry.count ? now : entry; // something newer may have been given meanwhile
    const text = JSON.stringify({ ...last, count: this.#next() });
    if (this.inHand.has(key)) this.inHand.set(key, JSON.parse(text));
    else this.#write(key, text);
    this.again = true;
  }

  // Unless something newer was given since it was sent.
  #drop({ key, count }) {
    if (this.inHand.get(key)?.count === count) this.inHand.delete(key);
    if (this.#read(key)?.count === count) this.#quietly(() => this.storage.removeItem(key));
  }

  // Two pages of one device never count the same: the clock keeps them apart, and it may go back without harm.
  #next() {
    const kept = Number(this.#quietly(() => this.storage.getItem(COUNT))) || 0;
    const byClock = this.wall() * 1000 + Math.floor(Math.random() * 1000);
    this.count = Math.max(kept + 1, this.count + 1, Math.min(byClock, Number.MAX_SAFE_INTEGER / 2));
    this.#write(COUNT, String(this.count));
    return this.count;
  }

  #raise(counted) {
    this.count = Math.max(this.count, counted);
    this.#write(COUNT, String(this.count));
  }

  #device() {
    const kept = this.#quietly(() => this.storage.getItem(DEVICE));
    if (kept) return kept;
    const made = uuid();
    this.#write(DEVICE, made);
    return made;
  }

  #keys() {
    const all = this.#quietly(() => Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n)));
    return (all ?? []).filter((key) => key?.startsWith(ANSWER));
  }

  #read(key) {
    try {
      const entry = JSON.parse(this.storage.getItem(key));
      return entry && Array.isArray(entry.given) && entry.attempt ? entry : null;
    } catch {
      return null;
    }
  }

  #write(key, text) {
    return this.#quietly(() => {
      this.storage.setItem(key, text);
      return true;
    }) === true;
  }

  #quietly(act) {
    try {
      return act();
    } catch {
      return undefined;
    }
  }
}

function* parts(entries) {
  let part = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = JSON.stringify(entry).length * 2;
    if (part.length && (part.length === MOST || bytes + size > MOST_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(entry);
    bytes += size;
  }
  if (part.length) yield part;
}

// crypto.randomUUID is there only where the connection is encrypted.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const PATIENCE = 20_000;
const MOST_KEPT_ALIVE = 30_000; // a browser carries so little beyond the end of a page

// Resolves to the status and the answer; rejects when there is no network.
export async function request(method, url, text) {
  const given = new AbortController();
  const patience = setTimeout(() => given.abort(), PATIENCE);
  try {
    const response = await fetch(url, {
      method,
      headers: { "content-type": "application/json", "accept-language": document.documentElement.lang },
      body: text,
      credentials: "omit",
      keepalive: text.length < MOST_KEPT_ALIVE,
      signal: given.signal,
    });
    return { status: response.status, answer: await response.json().catch(() => null) };
  } finally {
    clearTimeout(patience);
  }
}

// Where the device forbids keeping, everything is in hand only.
export function deviceStorage() {
  try {
    return localStorage;
  } catch {
    const refuse = () => {
      throw new Error("This device keeps nothing.");
    };
    return { length: 0, key: () => null, getItem: () => null, setItem: refuse, removeItem() {} };
  }
}

// Sends again when the network is back, and when somebody looks at the page again.
export function keepSending(outbox) {
  addEventListener("online", () => outbox.flush());
  document.addEventListener("visibilitychange", () => document.hidden || outbox.flush());
}
