// A visit that is being recorded lies on this device under a key made here until the server has answered: it survives
// a reload, and waits for a network. One key a form in localStorage, with the opaque keys of the account and the form
// and no name; another account on the device neither sees nor sends it. Without this script the form's button sends.
//
//   data-visit-form       the form itself: what is typed is kept within a second
//   data-visits-waiting   a list of what waits, sent as soon as there is a network
//   data-visit-recorded   the page of a recorded visit: its key is kept no longer

const PREFIX = "visit ";
const LONGEST = 60 * 86_400_000;
const PATIENCE = 20_000;

// RFC 9562, version 7: the time in front, so that keys sort by when they were made.
export function uuid7(at = Date.now(), random = crypto.getRandomValues(new Uint8Array(16))) {
  const bytes = Uint8Array.from(random);
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(at / 2 ** (8 * (5 - n))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// What one account keeps here: { address, at, waits, fields: [[name, value], …], refused: […] } by the form's key.
export class Shelf {
  constructor(storage, member) {
    Object.assign(this, { storage, prefix: `${PREFIX}${member} ` });
  }

  entries() {
    const names = this.#quietly(() => Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n)));
    const found = [];
    for (const name of (names ?? []).filter((one) => one?.startsWith(this.prefix))) {
      const entry = this.get(name.slice(this.prefix.length));
      if (entry) found.push(entry);
    }
    return found.sort((one, other) => one.at - other.at);
  }

  get(key) {
    const entry = this.#quietly(() => JSON.parse(this.storage.getItem(this.prefix + key)));
    if (!entry || !Array.isArray(entry.fields)) return null;
    if (Date.now() - entry.at > LONGEST) return this.drop(key);
    return { ...entry, key };
  }

  keep({ key, ...entry }) {
    return this.#quietly(() => (this.storage.setItem(this.prefix + key, JSON.stringify(entry)), true)) ?? false;
  }

  drop(key) {
    this.#quietly(() => this.storage.removeItem(this.prefix + key));
    return null;
  }

  // How many forms this device has sent; it only ever grows.
  count() {
    const name = `${this.prefix}count`;
    const next = (Number(this.#quietly(() => this.storage.getItem(name))) || 0) + 1;
    this.#quietly(() => this.storage.setItem(name, String(next)));
    return next;
  }

  #quietly(act) {
    try {
      return act();
    } catch {
      return null; // a device may forbid keeping; the form's button works without
    }
  }
}

// Resolves to { recorded } or { refused }, or to null when there is no network or nobody is signed in.
export async function send(entry, csrf) {
  const body = new URLSearchParams(entry.fields.filter(([name]) => name !== "csrfmiddlewaretoken"));
  body.set("csrfmiddlewaretoken", csrf);
  const given = new AbortController();
  const patience = setTimeout(() => given.abort(), PATIENCE);
  try {
    const headers = { accept: "application/json" };
    const reply = await fetch(entry.address, { method: "POST", headers, body, signal: given.signal });
    const said = await reply.json();
    return said.recorded || said.refused ? said : null;
  } catch {
    return null;
  } finally {
    clearTimeout(patience);
  }
}

const fieldsOf = (form) => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");

const isAsked = (name) => name.startsWith("asked_");
// What of a field's name stays when the paper is drawn anew; nothing for a choice, which goes by its value.
const partOf = (name) => name.split("_").slice(2).join("_");
const notedIn = (fields) =>
  fields.filter(([name, value]) => isAsked(name) && value).map(([name, value]) => `${partOf(name)} ${value}`);

// The page has drawn its quiz anew: answers asked aloud go to where their option stands now, by its key. False when
// one of them has no place any more.
function fill(form, fields) {
  const nameOf = (name) => (isAsked(name) && partOf(name)) || name;
  const answered = fields.filter(([name]) => isAsked(name) && !partOf(name)).map(([, value]) => value);
  const values = new Map();
  for (const [name, value] of fields) values.set(nameOf(name), [...(values.get(nameOf(name)) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.name === "asked") continue;
    const isChoice = field.type === "checkbox" || field.type === "radio";
    const said = isAsked(field.name) && isChoice ? answered : (values.get(nameOf(field.name)) ?? []);
    if (isChoice) field.checked = said.includes(field.value);
    else if (said.length) field.value = said[0];
    if ((field.checked || (said[0] && field.type !== "hidden")) && field.closest("details")) {
      if (!isChoice || field.checked !== field.defaultChecked) field.closest("details").open = true;
    }
  }
  const placed = new Set(notedIn(fieldsOf(form)));
  return notedIn(fields).every((one) => placed.has(one));
}

// The questions are others now: what was noted stays with the paper that was asked, and is sent as it was.
function keepAsAsked(form, fields) {
  const kept = fields.filter(([name]) => name === "asked" || isAsked(name));
  const inputs = kept.map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  const words = Object.assign(document.createElement("p"), { className: "notice", textContent: form.dataset.askedKept });
  const place = form.querySelector("[data-asked]");
  place?.replaceChildren(place.querySelector("summary"), words, ...inputs);
  if (place) place.open = true;
  else form.prepend(words, ...inputs);
}

function follow(form, shelf) {
  const say = (words) => (form.querySelector("[data-visit-state]").textContent = words);
  const address = location.pathname + location.search;
  const cameBack = form.querySelector("[role=alert], .errorlist") !== null;
  const kept = cameBack ? null : shelf.entries().find((entry) => entry.address === address && !entry.waits);
  let entry = kept ?? (cameBack && shelf.get(form.elements.key.value)) ?? null;
  if (kept) {
    if (!fill(form, kept.fields)) keepAsAsked(form, kept.fields);
    form.elements.key.value = kept.key;
    say(form.dataset.restored);
  } else if (!cameBack) form.elements.key.value = uuid7();
  const keep = (waits) => {
    form.elements.device_at.value = new Date().toISOString();
    entry = { key: form.elements.key.value, address, at: entry?.at ?? Date.now(), waits, fields: fieldsOf(form) };
    return shelf.keep(entry);
  };
  let soon = 0;
  const keepSoon = () => {
    soon = 0;
    if (keep(false)) say(form.dataset.kept);
  };
  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(keepSoon, 200);
  });
  addEventListener("pagehide", () => soon && keepSoon());
  addEventListener("online", () => entry?.waits && form.requestSubmit());
  let sending = false;
  form.addEventListener("submit", async (event) => {
    if (sending) return event.preventDefault();
    form.elements.counter.value ||= String(shelf.count());
    soon = clearTimeout(soon) ?? 0;
    if (!keep(true)) return; // what cannot be kept is sent in the ordinary way
    event.preventDefault();
    sending = true;
    say(form.dataset.sending);
    const said = await send(entry, form.elements.csrfmiddlewaretoken.value);
    sending = false;
    if (said?.recorded) {
      shelf.drop(entry.key);
      location.assign(said.recorded);
    } else if (said?.refused) {
      keep(false);
      form.submit(); // the page comes back with what was typed, and says what to check
    } else say(form.dataset.waiting);
  });
}

// What waits is sent in the order in which it was begun; what is refused stays, with a way back to its form.
async function sendWaiting(place, shelf) {
  const csrf = place.querySelector("[name=csrfmiddlewaretoken]").value;
  const open = document.querySelector("[data-visit-form]")?.elements.key.value;
  for (const entry of shelf.entries().filter((one) => one.waits && one.key !== open)) {
    const said = await send(entry, csrf);
    if (!said) break;
    if (said.recorded) {
      shelf.drop(entry.key);
      place.dataset.lastSent = said.recorded;
    } else shelf.keep({ ...entry, waits: false, refused: said.refused });
  }
  show(place, shelf);
}

function show(place, shelf) {
  const lines = shelf.entries().map((entry) => {
    const words = entry.waits ? place.dataset.waiting : entry.refused ? place.dataset.refused : place.dataset.begun;
    return line(words, entry.address, new Date(entry.at), entry.refused ?? []);
  });
  if (place.dataset.lastSent) lines.push(line(place.dataset.sent, place.dataset.lastSent, new Date(), []));
  place.querySelector("ul").replaceChildren(...lines);
  place.hidden = lines.length === 0;
}

function line(words, address, at, reasons) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  item.append(`${words} `, link, ...reasons.map((reason) => ` ${reason}`));
  return item;
}

function storage() {
  try {
    return localStorage;
  } catch {
    return { length: 0, key: () => null, setItem() {}, getItem: () => null, removeItem() {} };
  }
}

if (globalThis.document) {
  const recorded = document.querySelector("[data-visit-recorded]");
  if (recorded) new Shelf(storage(), recorded.dataset.member).drop(recorded.dataset.visitRecorded);
  const form = document.querySelector("[data-visit-form]");
  if (form) follow(form, new Shelf(storage(), form.dataset.member));
  const place = document.querySelector("[data-visits-waiting]");
  if (place) {
    const shelf = new Shelf(storage(), place.dataset.member);
    show(place, shelf);
    addEventListener("online", () => sendWaiting(place, shelf));
    sendWaiting(place, shelf);
  }
}
