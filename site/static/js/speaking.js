// Reads a page aloud: what the bar's buttons do, and the patience that the voices of devices need.
// The study clock is told on <main> (`reading-aloud`): "on" when a piece is heard, "off" when somebody stopped it,
// "ended" when it ended by itself.
import { spokenIn } from "./spoken.js";

const LOOK = 500; // between two looks at the engine; looks are counted, so a device that slept is given its time
const TO_BEGIN = 16; // looks in which an engine has to begin
const SLOWEST = 2; // characters a second, at the ordinary speed
const SPEEDS = [0.75, 1, 1.25, 1.5];
const BY_HAND = 8_000; // who scrolled by hand is not pulled back so soon
const REMEMBERED = "read aloud speed";
// Mandarin before other Chinese; some devices write zh_CN, or cmn.
const PREFERRED = [/^(zh|cmn)[-_](cn|hans)|^en[-_](gb|us)/i, /^(?!zh[-_](hk|mo))/i, /./];

const marks = window.CSS?.highlights;
const rank = ({ lang }) => PREFERRED.findIndex((form) => form.test(lang));

export class ReadingAloud {
  constructor({ bar, engine, voices, say }) {
    Object.assign(this, { bar, engine, voices, say });
    this.main = bar.closest("main");
    this.pieces = [];
    this.at = 0;
    this.state = "idle";
    this.uttered = null; // what is spoken now: older ones may still tell of their end
    this.heard = this.begun = false; // ever, on this page; this piece
    this.looks = this.silent = this.tries = 0;
    this.byHand = -BY_HAND;
    this.speed = 1;
    try {
      const speed = Number(localStorage.getItem(REMEMBERED));
      if (SPEEDS.includes(speed)) this.speed = speed;
    } catch {
      // A browser that keeps nothing.
    }
    this.#listen();
    this.#draw();
  }

  press(uninvited = false) {
    this.uninvited = uninvited;
    if (this.state === "reading") return this.#pause();
    if (this.state === "idle") {
      const { readAloud, picture } = this.bar.dataset;
      this.pieces = [...spokenIn(this.main.querySelectorAll(readAloud), picture)];
      this.at = this.#whereTheReaderIs();
    }
    this.#speak();
  }

  // By the address: a browser may want a touch first, and some do not say so.
  arrive() {
    this.press(true);
    if (!this.begun) this.say("tap");
  }

  back() {
    this.#step(-1);
  }

  forward() {
    this.#step(1);
  }

  faster() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    try {
      localStorage.setItem(REMEMBERED, this.speed);
    } catch {
      // It holds for this page.
    }
    this.#draw();
    if (this.state === "reading") this.#speak();
  }

  #listen() {
    const { bar } = this;
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#step(by);
    });
    for (const name of ["wheel", "touchmove", "keydown"]) {
      addEventListener(name, ({ target }) => bar.contains(target) || (this.byHand = performance.now()), { passive: true });
    }
    this.main.addEventListener("click", (event) => this.#touched(event));
    // The questions of a quiz are turned in one page: what was being read is gone.
    this.main.addEventListener("page-turned", () => this.state !== "idle" && this.#turned());
    this.main.addEventListener("play", () => this.state === "reading" && this.#pause(), true);
    document.addEventListener("visibilitychange", () => this.#seen());
    addEventListener("pagehide", () => this.state === "reading" && this.#stop("paused"));
  }

  // To the sentence before or after this one.
  #step(by) {
    if (this.state === "idle") return;
    const inside = (at) => this.pieces[at] && !this.pieces[at].first;
    let { at } = this;
    while (inside(at)) at -= 1;
    do at += by;
    while (inside(at));
    this.at = Math.max(0, at);
    this.#speak();
  }

  // Somebody touched the text: from that sentence on, when something is being read.
  #touched({ target, clientX, clientY }) {
    if (this.state === "idle" || !getSelection().isCollapsed) return;
    if (target.closest("a, button, summary, label, input, audio, video, [data-read-aloud]")) return;
    const place = document.caretPositionFromPoint?.(clientX, clientY);
    const range = place ? null : document.caretRangeFromPoint?.(clientX, clientY);
    const node = place?.offsetNode ?? range?.startContainer;
    const offset = place?.offset ?? range?.startOffset;
    let at = node ? this.pieces.findIndex((piece) => piece.range.isPointInRange(node, offset)) : -1;
    if (at < 0) return;
    while (!this.pieces[at].first) at -= 1;
    this.at = at;
    this.#speak();
  }

  // The first sentence that is shown whole, or else in part.
  #whereTheReaderIs() {
    const { top, bottom } = this.bar.getBoundingClientRect();
    const from = this.#stays() && top <= 1 ? bottom : 0;
    const boxes = this.pieces.map(({ range }) => range.getBoundingClientRect());
    const whole = boxes.findIndex((box, at) => this.pieces[at].first && box.top > from - 4 && box.top < innerHeight);
    return Math.max(0, whole >= 0 ? whole : boxes.findIndex((box) => box.bottom > from));
  }

  #stays() {
    return getComputedStyle(this.bar).position === "sticky";
  }

  #tell(detail) {
    this.main.dispatchEvent(new CustomEvent("reading-aloud", { detail }));
  }

  #speak() {
    this.tries = 0;
    this.#utter();
  }

  #utter() {
    const piece = this.pieces[this.at];
    if (!piece) return this.#finish();
    const { engine } = this;
    const uttered = new SpeechSynthesisUtterance(piece.said);
    const [voice] = this.voices().sort((a, b) => rank(a) - rank(b));
    if (voice) uttered.voice = voice;
    uttered.lang = voice?.lang ?? document.documentElement.lang;
    uttered.rate = this.speed;
    uttered.onstart = () => uttered === this.uttered && this.#began();
    uttered.onend = () => uttered === this.uttered && this.#next();
    uttered.onerror = ({ error }) => uttered === this.uttered && this.#failed(error);
    this.uttered = uttered;
    this.begun = false;
    this.looks = this.silent = 0;
    if (!this.uninvited) this.#turn("reading");
    this.#mark(piece);
    this.timer ??= setInterval(() => this.#look(), LOOK);
    const busy = engine.speaking || engine.pending;
    if (busy) engine.cancel();
    engine.resume();
    // Some engines swallow what comes on the heels of a cancel.
    if (busy) setTimeout(() => uttered === this.uttered && engine.speak(uttered), 60);
    else engine.speak(uttered);
  }

  #began() {
    if (this.begun) return;
    this.begun = this.heard = true;
    this.bar.classList.remove("aloud--still");
    this.uninvited = false;
    this.#turn("reading");
    this.say("");
    this.#tell("on");
  }

  #next() {
    this.#began();
    this.at += 1;
    this.#speak();
  }

  // Engines that never begin, do not tell of the end, or fall silent in the middle.
  #look() {
    this.looks += 1;
    if (!this.begun) return this.looks > TO_BEGIN && this.#failed("silent");
    this.silent = this.engine.speaking ? 0 : this.silent + 1;
    if (this.silent > 1) return document.hidden ? this.#failed("silent") : this.#next();
    const longest = this.pieces[this.at].weight / SLOWEST / this.speed + 6;
    return this.looks * LOOK > longest * 1000 && this.#failed("silent");
  }

  // In front again: a telephone may have silenced it when its screen went off.
  #seen() {
    if (document.hidden || this.state !== "reading") return;
    this.engine.resume();
    if (!this.engine.speaking) this.#speak();
  }

  #failed(error) {
    if (error === "not-allowed" || this.uninvited) return this.#give("tap");
    if (!this.heard) return this.#give("none");
    this.tries += error === "interrupted" || error === "canceled" ? 2 : 1;
    if (this.tries < 2) return this.#utter();
    if (!document.hidden) return this.#give("stopped");
    // It goes on when somebody looks again.
    this.#still();
    return this.#tell("ended");
  }

  #give(why) {
    this.#stop(this.heard ? "paused" : "idle");
    this.#tell("ended");
    this.bar.classList.toggle("aloud--still", why === "none");
    this.say(why);
  }

  #pause() {
    this.#stop("paused");
    this.#tell("off");
  }

  #turned() {
    this.#stop("idle");
    this.#tell("off");
  }

  #finish() {
    this.#stop("idle");
    this.#unmark();
    this.#tell("ended");
    this.say("ended");
    this.#follow(this.main.querySelector("[data-lesson-end]"));
  }

  #still() {
    this.uttered = null;
    clearInterval(this.timer);
    this.timer = null;
  }

  #stop(state) {
    this.#still();
    this.engine.cancel();
    this.#turn(state);
    if (state === "idle") this.#unmark();
  }

  #turn(state) {
    if (state === this.state) return;
    this.state = state;
    this.say("");
    this.#draw();
  }

  #draw() {
    const { bar, state, speed } = this;
    const words = (name, text) => (bar.querySelector(`[data-act=${name}] span`).textContent = text);
    bar.dataset.state = state;
    words("press", bar.dataset[state]);
    words("faster", bar.dataset[`speed${speed * 100}`]);
    bar.querySelector("[data-aloud-state]").textContent = bar.dataset[`${state}Now`] ?? "";
  }

  #mark({ range, picture }) {
    this.#unmark();
    if (marks && !picture) marks.set("aloud", new Highlight(range));
    else [...range.getClientRects()].forEach(underline);
    this.#follow(range);
  }

  #unmark() {
    marks?.delete("aloud");
    document.querySelectorAll(".aloud-line").forEach((line) => line.remove());
  }

  #follow(where) {
    if (!where || performance.now() - this.byHand < BY_HAND) return;
    const { top, bottom } = where.getBoundingClientRect();
    const from = (this.#stays() ? this.bar.offsetHeight : 0) + 12;
    const to = innerHeight - (document.querySelector("[data-clock-bar]")?.offsetHeight ?? 0) - 12;
    if (top >= from && bottom <= to) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const above = bottom - top > (to - from) * 0.8 ? 0 : (to - from) * 0.2;
    scrollTo({ top: scrollY + top - from - above, behavior: still ? "auto" : "smooth" });
  }
}

// A line laid over the page: nothing in the text is touched.
function underline({ left, top, width, height }) {
  const line = document.createElement("div");
  line.className = "aloud-line";
  Object.assign(line.style, {
    left: `${left + scrollX}px`,
    top: `${top + scrollY}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
  document.body.append(line);
}
