// Gives the study clock its page: who is there, what is shown and played, and the bar that says what is counted.
import { StudyClock } from "./study-clock.js";
import { outbox, post } from "./study-outbox.js";

const LOOK_EVERY = 5_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "scroll", "input", "focusin"];

function watchPresence(clock) {
  // A screen reader moves the focus or the selection, often without a key that a page is told of.
  for (const name of SIGNS) addEventListener(name, () => clock.presence(), { passive: true, capture: true });
  document.addEventListener("selectionchange", () => clock.presence());
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

// All media of a lesson are one length: what comes before lies before.
class Media {
  constructor(main) {
    this.all = [...main.querySelectorAll("audio, video")];
  }

  get playing() {
    return this.all.find((one) => !one.paused && !one.ended && one.readyState > 2);
  }

  stands(one) {
    const before = this.all.slice(0, this.all.indexOf(one)).map(({ duration }) => duration);
    return before.filter(Number.isFinite).reduce((sum, length) => sum + length, one.currentTime);
  }

  watch(clock) {
    const plays = (one) => clock.play({ position: this.stands(one), rate: one.playbackRate });
    const stops = (how) => {
      const other = this.playing;
      if (other) plays(other);
      else clock[how]();
    };
    for (const one of this.all) {
      for (const name of ["playing", "seeked", "ratechange"]) {
        one.addEventListener(name, () => !one.paused && one.readyState > 2 && plays(one));
      }
      one.addEventListener("pause", () => one.ended || stops("pause"));
      for (const name of ["ended", "waiting", "error"]) one.addEventListener(name, () => stops("ended"));
    }
  }
}

// The part that reads aloud says "on" at each sentence, "off" when somebody stopped it, "ended" at the end.
function watchReadingAloud(main, clock) {
  main.addEventListener("reading-aloud", ({ detail }) => {
    if (detail === "ended") clock.ended();
    else clock.aloud(detail === "on");
  });
}

function watchLeaving(clock) {
  document.addEventListener("visibilitychange", () => clock.hide(document.hidden));
  addEventListener("pagehide", () => clock.leave());
  addEventListener("pageshow", ({ persisted }) => persisted && clock.hide(document.hidden));
  addEventListener("online", () => clock.send());
}

// The end of the lesson came into view while somebody was there: tell it once, again when it could not be sent.
function watchEnd(main, token) {
  const end = main.querySelector("[data-lesson-end]");
  if (!end) return;
  const observer = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    const { status } = await post(JSON.stringify({ token }), main.dataset.reachedUrl).catch(() => ({ status: 0 }));
    if (status !== 200) return;
    observer.disconnect();
    main.querySelectorAll("[data-until-reached]").forEach((part) => part.setAttribute("hidden", ""));
    main.querySelectorAll("[data-when-reached]").forEach((part) => part.removeAttribute("hidden"));
  });
  observer.observe(end);
}

// The line of the bar. Minutes change in silence; what a screen reader announces is another state or reason.
function lineOf(bar) {
  const text = bar.querySelector("[data-clock-text]");
  const aloud = bar.querySelector("[data-clock-aloud]");
  const said = (name, minutes = 0) => (bar.dataset[name] ?? "").replace("{minutes}", minutes);
  const named = (start, name) => start + name.replace(/(^|_)(.)/g, (_all, _bar, letter) => letter.toUpperCase());
  let announced = "running ";
  return ({ state, seconds, why, awaiting }) => {
    const counting = state === "running" || state === "limit";
    const parts = [said(named("text", state), Math.floor(seconds / 60))];
    if (counting && why) parts.push(said(named("why", why)));
    if (counting && awaiting >= 60) parts.push(said("awaiting", Math.floor(awaiting / 60)));
    // A number stays with its unit, a dot with what it follows.
    const line = parts.filter(Boolean).join(" · ").replace(/(\d) /g, "$1\u00a0").replaceAll(" · ", "\u00a0· ");
    if (text.textContent !== line) text.textContent = line;
    bar.dataset.state = state;
    const now = `${state} ${counting ? why : ""}`;
    if (now !== announced) aloud.textContent = line;
    announced = now;
  };
}

// Seconds since the page's token was issued, at most: its answer began to arrive then.
function sinceIssued() {
  const began = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
  return began ? Math.max(0, performance.now() - began) / 1000 : 0;
}

function start(main) {
  const { token, media, factor, countedSeconds, beatsUrl } = main.dataset;
  const players = new Media(main);
  const bar = document.querySelector("[data-clock-bar]");
  const clock = new StudyClock({
    token,
    screens: [...main.querySelectorAll("[data-screen]")].map((screen) => Number(screen.dataset.seconds)),
    media: Number(media),
    factor: Number(factor),
    counted: Number(countedSeconds),
    elapsed: sinceIssued(),
    hidden: document.hidden,
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    post: (text) => post(text, beatsUrl),
    beacon: (text) => navigator.sendBeacon(beatsUrl, new Blob([text], { type: "application/json" })),
    store: outbox.shelf(`${token.slice(-22)}${Math.random().toString(36).slice(2, 8)}`),
    position: () => (players.playing ? players.stands(players.playing) : null),
    show: bar ? lineOf(bar) : undefined,
  });
  watchPresence(clock);
  watchScreens(main, clock);
  players.watch(clock);
  watchReadingAloud(main, clock);
  watchLeaving(clock);
  watchEnd(main, token);
  setInterval(() => clock.tick(), LOOK_EVERY);
  clock.tick();
}

document.querySelectorAll("[data-study-clock]").forEach(start);
if (location.hash.startsWith("#passage-")) import("./passage.js");
