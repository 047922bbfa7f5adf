// The roll of a meeting. Each tap is kept on this device at once and sent; what was not answered stays here and is sent by
// whatever page of the meeting opens next. A mark has a key of its own, so that sent twice it is one.
//
//   form[data-roll]        the roll itself
//   form[data-close]       closing: says whether marks still wait here
//   [data-too-late]        a closed meeting: says which marks came too late, and forgets them when told to

const AGAIN = 5_000;

// Keys made by time: their order is the order of the taps.
export function uuid7(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  const time = now.toString(16).padStart(12, "0");
  random[0] = (random[0] & 0x0f) | 0x70;
  random[2] = (random[2] & 0x3f) | 0x80;
  const rest = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const all = time + rest;
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join("-");
}

export class Waiting {
  constructor(meeting, me, storage) {
    Object.assign(this, { name: `roll ${meeting} ${me}`, storage, memory: null });
  }

  all() {
    if (this.memory) return this.memory;
    try {
      return JSON.parse(this.storage.getItem(this.name) ?? "[]");
    } catch {
      return [];
    }
  }

  add(mark) {
    this.#keep([...this.all(), mark]);
  }

  drop(keys) {
    const gone = new Set(keys);
    this.#keep(this.all().filter(({ key }) => !gone.has(key)));
  }

  // A device may forbid keeping; then the marks last as long as the page.
  #keep(marks) {
    try {
      if (marks.length) this.storage.setItem(this.name, JSON.stringify(marks));
      else this.storage.removeItem(this.name);
      this.memory = null;
    } catch {
      this.memory = marks;
    }
  }
}

class Roll {
  constructor(form) {
    this.form = form;
    this.waiting = waitingOf(form, form.dataset.roll);
    this.status = form.querySelector("[data-sent]");
    this.sending = null;
    form.dataset.ready = "";
    form.addEventListener("change", (event) => this.changed(event.target));
    form.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("online", () => this.send());
    this.restore();
    this.count();
    this.send();
  }

  restore() {
    for (const { member, state, arrived } of this.waiting.all()) {
      const line = this.form.querySelector(`[data-member="${CSS.escape(member)}"]`);
      const radio = line?.querySelector(`input[value="${CSS.escape(state)}"]`);
      if (!radio) continue;
      radio.checked = true;
      if (arrived) line.querySelector("input[type=time]").value = arrived;
    }
  }

  changed(input) {
    const line = input.closest("[data-member]");
    if (!line) return;
    const state = line.querySelector("input[type=radio]:checked")?.value;
    const time = line.querySelector("input[type=time]");
    if (state === "late" && input.type === "radio") time.value = this.#now() ?? time.value;
    this.count();
    if (state === "late" && !time.value) {
      time.focus();
      this.say(this.status.dataset.late);
      return;
    }
    this.mark(line, state, time.value);
    this.send();
  }

  // The time of day by this device, while the meeting lasts.
  #now() {
    const { begins, ends } = this.form.dataset;
    const second = Date.now() / 1000;
    if (second < begins || second > ends) return null;
    const options = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    return new Intl.DateTimeFormat("en-GB", options).format(new Date());
  }

  mark(line, state, arrived) {
    const mark = { key: uuid7(), member: line.dataset.member, state };
    this.waiting.add(state === "late" ? { ...mark, arrived } : mark);
  }

  async submitted(event) {
    const act = event.submitter?.value;
    if (act === "rest") {
      event.preventDefault();
      for (const line of this.form.querySelectorAll("[data-expected] [data-member]")) {
        if (line.querySelector("input[type=radio]:checked")) continue;
        line.querySelector("input[value=present]").checked = true;
        this.mark(line, "present");
      }
      this.count();
      this.send();
    } else if (act === "close") {
      event.preventDefault();
      const times = this.form.querySelectorAll("[data-member]:has([value=late]:checked) input[type=time]");
      const unsaid = Array.from(times).find(({ value }) => !value);
      if (unsaid) {
        unsaid.focus();
        this.say(this.status.dataset.late);
        return;
      }
      await this.send();
      if (!this.waiting.all().length) location.assign(this.form.dataset.closing);
    }
  }

  count() {
    for (const number of this.form.querySelectorAll("[data-count]")) {
      number.textContent = this.form.querySelectorAll(`input[value="${number.dataset.count}"]:checked`).length;
    }
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  send() {
    this.sending ??= this.#send().finally(() => (this.sending = null));
    return this.sending;
  }

  async #send() {
    for (let marks = this.waiting.all(); marks.length; marks = this.waiting.all()) {
      const said = await post(this.form, marks);
      if (said.status !== 200) {
        this.say(said.words ?? (said.signedOut ? this.status.dataset.signedOut : this.status.dataset.some));
        if (!said.words) setTimeout(() => this.send(), AGAIN);
        return;
      }
      this.waiting.drop([...said.kept, ...Object.keys(said.refused)]);
      const [why] = Object.values(said.refused);
      this.say(why ?? this.status.dataset.all);
    }
  }
}

async function post(form, marks) {
  try {
    const response = await fetch(form.dataset.marks, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-csrftoken": form.querySelector("[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify({ marks }),
    });
    if (response.redirected || response.status === 403) return { status: 0, signedOut: true };
    const said = await response.json().catch(() => ({}));
    return { ...said, status: said.kept?.length || said.refused || said.words ? response.status : 0 };
  } catch {
    return { status: 0 };
  }
}

function waitingOf(element, meeting) {
  return new Waiting(meeting, element.dataset.me, storage());
}

function storage() {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem() { throw new Error("no storage"); }, removeItem() {} };
  }
}

function showTooLate(notice) {
  const waiting = waitingOf(notice, notice.dataset.tooLate);
  const marks = waiting.all();
  if (!marks.length) return;
  const list = notice.querySelector("ul");
  const last = new Map(marks.map((mark) => [mark.member, mark]));
  for (const { member, state, arrived } of list ? last.values() : []) {
    const name = document.querySelector(`option[value="${CSS.escape(member)}"]`)?.textContent ?? "–";
    const label = document.querySelector(`input[name=state][value="${CSS.escape(state)}"]`)?.closest("label");
    const item = document.createElement("li");
    item.textContent = [name, label?.textContent.trim() ?? state, arrived].filter(Boolean).join(" · ");
    list.append(item);
  }
  notice.querySelector("[data-forget]")?.addEventListener("click", () => {
    waiting.drop(marks.map(({ key }) => key));
    notice.hidden = true;
  });
  notice.hidden = false;
}

function showWaiting(form) {
  form.querySelector("[data-waiting]").hidden = !waitingOf(form, form.dataset.close).all().length;
}

if (globalThis.document) {
  for (const form of document.querySelectorAll("form[data-roll]")) new Roll(form);
  for (const form of document.querySelectorAll("form[data-close]")) showWaiting(form);
  for (const notice of document.querySelectorAll("[data-too-late]")) showTooLate(notice);
}
