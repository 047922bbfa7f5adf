// The study clock of a lesson page. It reports signs of presence; the server decides what they are worth.
// Its rules are those of hours/clock.py: after a sign silence counts up to the reading time of what is shown.
//
// A sign is [ms of this page's own clock, kind, first screen shown, last screen shown]; the kinds are
// p: somebody is there, t: still open and nothing more is known, h: hidden, m: media plays.

const LEAST_ALLOWANCE = 20_000;
const LARGE_PRINT_FACTOR = 1.5;
const SEND_EVERY = 30_000;
const LOOK_EVERY = 5_000;
const MOST_SIGNS = 400; // in one report; the server takes 500

export function allowance(screens, first, last, factor) {
  let shown = 0;
  for (let n = first; n <= last; n += 1) shown += (screens[n] ?? 0) * 1000;
  return Math.max(LEAST_ALLOWANCE, Math.round(shown * factor));
}

export class StudyClock {
  // post(body) resolves to {status, answer}; show(state, seconds) draws the bar; clock() tells milliseconds.
  constructor({ token, screens, largePrint, counted, post, show, clock }) {
    Object.assign(this, { token, screens, post, show, clock });
    this.factor = largePrint ? LARGE_PRINT_FACTOR : 1;
    this.counted = counted;
    this.shown = [0, 0];
    this.queue = [];
    this.head = null; // the last telling sign that the server has: the next report begins with it
    this.present = clock();
    this.told = clock(); // up to here the server knows
    this.playing = false;
    this.hidden = false;
    this.ended = false;
    this.lost = false;
    this.sending = null;
  }

  // How long silence counts.
  get until() {
    return this.present + allowance(this.screens, ...this.shown, this.factor);
  }

  get paused() {
    return !this.playing && (this.hidden || this.clock() > this.until);
  }

  // Nothing is left to tell: the server knows all signs, and all the silence that counts.
  get settled() {
    return this.paused && !this.queue.length && (this.hidden || this.told >= this.until);
  }

  look(first, last) {
    if (first === this.shown[0] && last === this.shown[1]) return;
    this.shown = [first, last];
    this.sign("p");
  }

  // Somebody is there. Signs closer than five seconds tell nothing new.
  presence() {
    const last = this.queue.at(-1) ?? this.head;
    this.present = this.clock();
    if (last && last[1] === (this.playing ? "m" : "p") && this.present - last[0] < LOOK_EVERY) return;
    this.sign("p");
  }

  sign(kind) {
    if (this.ended) return;
    if (kind === "p") this.present = this.clock();
    this.queue.push([Math.round(this.clock()), this.playing ? "m" : kind, ...this.shown]);
  }

  play(on) {
    this.playing = on;
    this.sign(on ? "m" : this.hidden ? "h" : "p");
  }

  hide(on) {
    this.hidden = on;
    if (on) this.sign("h");
    else this.presence();
  }

  // The first `count` signs that wait, after the last one that the server has.
  report(count) {
    const now = Math.round(this.clock());
    const signs = this.head ? [this.head] : [];
    signs.push(...this.queue.slice(0, count));
    if (count === this.queue.length && (this.playing || !this.hidden)) signs.push([now, "t", ...this.shown]);
    return { token: this.token, now, signs };
  }

  // Sends what there is; what could not be sent stays and goes with the next report. Much goes in several.
  async send() {
    if (this.ended || this.sending || this.settled) return this.draw();
    const count = Math.min(this.queue.length, MOST_SIGNS);
    const at = this.clock();
    this.sending = this.post(this.report(count));
    const { status, answer } = await this.sending.catch(() => ({ status: 0 }));
    this.sending = null;
    if (status === 200) {
      const sent = this.queue.splice(0, count);
      this.head = sent.at(-1) ?? this.head;
      this.counted += answer.counted;
      this.told = at;
    } else if (status >= 400 && status < 500) {
      this.ended = true;
    }
    this.lost = status === 0 || status >= 500;
    return status === 200 && count === MOST_SIGNS ? this.send() : this.draw();
  }

  // The page goes away: tell what there is, whatever is on its way. Told twice, it counts once.
  leave() {
    this.hide(true);
    if (!this.ended) this.post(this.report(Math.min(this.queue.length, MOST_SIGNS))).catch(() => {});
  }

  draw() {
    const state = this.ended ? "reload" : this.lost ? "offline" : this.paused ? "paused" : "running";
    this.show(state, this.counted);
  }
}

async function post(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    keepalive: true,
  });
  return { status: response.status, answer: await response.json().catch(() => ({})) };
}

function watchScreens(main, clock) {
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const number = Number(target.dataset.screen);
      if (isIntersecting) visible.add(number);
      else visible.delete(number);
    }
    if (visible.size) clock.look(Math.min(...visible), Math.max(...visible));
  });
  for (const screen of main.querySelectorAll("[data-screen]")) observer.observe(screen);
}

function watchMedia(main, clock) {
  const playing = new Set();
  for (const media of main.querySelectorAll("audio, video")) {
    const change = (on) => () => {
      if (on) playing.add(media);
      else playing.delete(media);
      clock.play(playing.size > 0);
    };
    media.addEventListener("playing", change(true));
    for (const name of ["pause", "ended", "waiting"]) media.addEventListener(name, change(false));
  }
}

// The end of the lesson came into view while somebody was there: tell it once, again when it could not be sent.
function watchEnd(main, token) {
  const end = main.querySelector("[data-lesson-end]");
  if (!end) return;
  const observer = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    const { status } = await post(main.dataset.reachedUrl, { token }).catch(() => ({ status: 0 }));
    if (status !== 200) return;
    observer.disconnect();
    main.querySelectorAll("[data-until-reached]").forEach((part) => part.setAttribute("hidden", ""));
    main.querySelectorAll("[data-when-reached]").forEach((part) => part.removeAttribute("hidden"));
  });
  observer.observe(end);
}

function start(main) {
  const bar = document.querySelector("[data-clock-bar]");
  const text = bar?.querySelector("[data-clock-text]");
  const clock = new StudyClock({
    token: main.dataset.token,
    screens: [...main.querySelectorAll("[data-screen]")].map((screen) => Number(screen.dataset.seconds)),
    largePrint: document.body.classList.contains("large-print"),
    counted: Number(main.dataset.countedSeconds),
    post: (body) => post(main.dataset.beatsUrl, body),
    clock: () => performance.now(),
    show(state, seconds) {
      if (!bar) return;
      const words = bar.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
      const said = words.replace("{minutes}", Math.floor(seconds / 60));
      if (text.textContent !== said) text.textContent = said;
      bar.dataset.state = state;
    },
  });
  clock.sign("p");
  watchScreens(main, clock);
  watchMedia(main, clock);
  watchEnd(main, main.dataset.token);
  for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "scroll"]) {
    addEventListener(name, () => clock.presence(), { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    clock.hide(document.hidden);
    clock.send();
  });
  addEventListener("pagehide", () => clock.leave());
  addEventListener("online", () => clock.send());
  setInterval(() => clock.send(), SEND_EVERY);
  setInterval(() => clock.draw(), LOOK_EVERY);
  clock.draw();
}

if (globalThis.document) document.querySelectorAll("[data-study-clock]").forEach(start);
