// Visits in simulated time: the study clock as the page has it, its device's clocks, and a network that answers.
import { Outbox } from "/study-outbox.js";
import { StudyClock } from "/study-clock.js";

class Device {
  constructor(network) {
    Object.assign(this, { network, passed: 0, stopped: 0, leapt: 0, sent: [] });
  }

  monotonic = () => (this.passed - this.stopped) * 1000;
  wall = () => 1_773_108_000_000 + (this.passed + this.leapt) * 1000;
  take = (body, status, how) => this.sent.push({ at: this.passed, status, how, body });

  post = async (body) => {
    const [, , status] = this.network.find(([from, to]) => this.passed >= from && this.passed < to) ?? [0, 0, 200];
    this.take(body, status, "post");
    if (status === 0) throw new TypeError("Failed to fetch");
    const answer = { counted: 30, sitting: 30, awaiting: 0, refused: {}, at: Math.floor(this.passed * 10) };
    return { status, answer: status === 200 ? answer : {} };
  };

  beacon = (body) => this.take(body, 200, "beacon");
}

// acts: [second, what, ...values]; a method of the clock, or sleep (seconds, whether the monotonic clock stops),
// leap (the calendar clock, by seconds), drowsy (timers once a minute), crash, flush (another page opens), stands. What
// is left at the end is sent.
export async function live({ token, screens, media, factor, acts, network, seconds, elapsed }) {
  const device = new Device(network);
  const states = [];
  const shown = [];
  let position = null;
  let look = 5;
  const other = () => new Outbox({ storage: localStorage, post: device.post, wall: device.wall });
  const clock = new StudyClock({
    token, screens, media, factor, elapsed,
    monotonic: device.monotonic, wall: device.wall, post: device.post, beacon: device.beacon,
    store: other().shelf("this page"),
    position: () => position,
    show({ state, seconds: told }) {
      if (states.at(-1)?.[1] !== state) states.push([device.passed, state]);
      shown.push(told);
    },
  });
  const world = {
    sleep(length, stops) { device.passed += length; if (stops) device.stopped += length; },
    leap(by) { device.leapt += by; },
    drowsy() { look = 60; },
    stands(at) { position = at; },
    flush: () => other().flush(),
  };
  let alive = true;
  while (device.passed < seconds) {
    const begun = device.passed;
    for (const [at, what, ...values] of acts) {
      if (at < begun || at >= begun + 1) continue;
      if (what === "crash" || what === "leave") alive = false;
      if (what !== "crash") await (world[what] ?? clock[what].bind(clock))(...values);
    }
    device.passed += 1;
    if (alive && device.passed % look === 0) await clock.tick();
  }
  if (alive) await clock.send();
  const kept = Array.from({ length: localStorage.length }, (_, n) => localStorage.getItem(localStorage.key(n)));
  return { sent: device.sent, states, shown, kept };
}

// What lies in the outbox is sent by `tabs` pages at once; `meanwhile` adds to what was read.
export async function flush({ entries, answers, tabs = 1, meanwhile = {} }) {
  Object.entries(entries).forEach(([key, entry]) => localStorage.setItem(`study ${key}`, JSON.stringify(entry)));
  const sent = [];
  const post = async (body) => {
    sent.push(body);
    await null;
    Object.entries(meanwhile).forEach(([key, text]) => localStorage.setItem(`study ${key}`, text));
    const known = JSON.parse(body).pages.map(([token]) => answers[token] ?? 200);
    return { status: Math.max(...known), answer: {} };
  };
  const open = () => new Outbox({ storage: localStorage, post, wall: () => 0 }).flush();
  await Promise.all(Array.from({ length: tabs }, open));
  return { sent, left: Object.keys(localStorage).sort() };
}
