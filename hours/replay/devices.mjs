// Devices of learners, simulated: clocks, storage, network and sleep of each, and the pages open on it. The pages run
// the very modules that are served (site/static/js). Time is milliseconds since the trace began; nobody waits.

import { StudyClock } from "../../site/static/js/study-clock.js";
import { Outbox } from "../../site/static/js/study-outbox.js";
import { cunningForgery, plainForgery } from "./forgery.mjs";

const TICK = 5_000;
const TICK_IN_THE_BACK = 60_000; // browsers wake a hidden page once a minute
const WAY = 100; // of a request
const AFTERMATH = 900_000; // pages left open at the end go on for so long, unless nothing is to be told before
const HOMECOMING = 60_000;

// Lets promises come to rest: what pages do with an answer happens at once.
const rest = () => new Promise((resolve) => setImmediate(resolve));

class Storage {
  #kept = new Map();

  get length() {
    return this.#kept.size;
  }

  key(n) {
    return [...this.#kept.keys()][n] ?? null;
  }

  getItem(name) {
    return this.#kept.get(name) ?? null;
  }

  setItem(name, text) {
    this.#kept.set(name, String(text));
  }

  removeItem(name) {
    this.#kept.delete(name);
  }
}

// What plays in a page: it goes on as long as the device is awake, to its end.
class Media {
  constructor(length, device) {
    Object.assign(this, { length, device, playing: false, rate: 1, from: 0, since: 0 });
  }

  get position() {
    const played = this.playing ? ((this.device.awakeFor() - this.since) / 1000) * this.rate : 0;
    return Math.min(this.length, this.from + played);
  }

  set(position, playing = this.playing, rate = this.rate) {
    Object.assign(this, { from: Math.min(position, this.length), since: this.device.awakeFor(), playing, rate });
  }
}

class Page {
  constructor(device, lesson, { token, screens, media, factor }, elapsed) {
    this.device = device;
    this.lesson = lesson;
    this.token = token;
    this.media = new Media(media, device);
    const post = (text) => device.post(text);
    const wall = () => device.wall();
    device.pages += 1;
    this.outbox = new Outbox({ storage: device.storage, post, wall });
    this.clock = new StudyClock({
      token,
      screens,
      media,
      factor,
      elapsed,
      monotonic: () => device.monotonic(),
      wall,
      post,
      beacon: (text) => device.beacon(text),
      store: this.outbox.shelf(`${token.slice(-8)}-${device.pages}`),
      position: () => this.media.position,
    });
    this.nextTick = device.world.now + TICK;
    this.hidden = false;
    this.outbox.flush();
  }

  tick() {
    this.nextTick = this.device.world.now + (this.hidden ? TICK_IN_THE_BACK : TICK);
    if (this.media.playing && this.media.position >= this.media.length) this.ended();
    return this.clock.tick();
  }

  // When the media will have played to its end, unless something happens before.
  get endsAt() {
    if (!this.media.playing) return Infinity;
    return this.device.world.now + ((this.media.length - this.media.position) / this.media.rate) * 1000;
  }

  ended() {
    this.media.set(this.media.position, false);
    this.clock.ended();
  }

  get settled() {
    return this.clock.paused && !this.clock.waiting.length;
  }

  does(event) {
    const { clock, media } = this;
    switch (event.kind) {
      case "visible":
      case "hidden":
        this.hidden = event.kind === "hidden";
        if (!this.hidden) this.nextTick = this.device.world.now + TICK;
        return clock.hide(this.hidden);
      case "key":
      case "pointer":
      case "answer":
        return clock.presence();
      case "scroll":
        clock.look(event.screen, event.screen);
        return clock.presence();
      case "play":
        clock.presence();
        if (!media.length) return undefined;
        media.set(media.position >= media.length ? 0 : media.position, true, event.rate);
        return clock.play({ position: media.position, rate: event.rate });
      case "pause":
        if (!media.playing) return clock.presence();
        media.set(media.position, false);
        return clock.pause();
      case "seek":
        clock.presence();
        media.set(event.to);
        return media.playing ? clock.play({ position: media.position, rate: media.rate }) : undefined;
      case "ended":
        return media.playing ? this.ended() : undefined;
      default:
        throw new Error(`what is ${event.kind}?`);
    }
  }
}

class Device {
  constructor(world) {
    Object.assign(this, { world, storage: new Storage(), tabs: new Map(), lost: new Map(), pages: 0 });
    this.slept = 0; // milliseconds
    this.asleepSince = null;
    this.skew = 0; // of the calendar clock
    this.offline = null; // since when: { at, wall }
    this.sent = [];
  }

  awakeFor() {
    return (this.asleepSince ?? this.world.now) - this.slept;
  }

  monotonic() {
    return this.world.monotonicSleeps ? this.awakeFor() : this.world.now;
  }

  wall() {
    return this.world.starts + this.world.now + this.skew;
  }

  async post(text) {
    if (this.offline || this.asleepSince !== null) return { status: 0 };
    this.sent.push(text);
    return this.world.ask({ body: text, at: (this.world.now + WAY) / 1000 });
  }

  beacon(text) {
    this.post(text);
    return true;
  }

  open(tab, lesson) {
    this.close(tab);
    const { at, wall } = this.offline ?? { at: this.world.now, wall: this.wall() };
    const page = new Page(this, lesson, this.world.page(lesson, at), (this.wall() - wall) / 1000);
    this.tabs.set(tab, page);
    this.lost.delete(tab);
    return page;
  }

  close(tab) {
    this.tabs.get(tab)?.clock.leave();
    this.tabs.delete(tab);
  }

  // The storage survives; a browser that starts again shows the page again when somebody comes back to it.
  crash(tab) {
    for (const name of this.tabs.has(tab) ? [tab] : [...this.tabs.keys()]) {
      this.lost.set(name, this.tabs.get(name).lesson);
      this.tabs.delete(name);
    }
  }

  wake() {
    if (this.asleepSince === null) return;
    this.slept += this.world.now - this.asleepSince;
    this.asleepSince = null;
    for (const page of this.tabs.values()) page.nextTick = this.world.now;
  }

  async comesOnline() {
    this.offline = null;
    for (const page of this.tabs.values()) {
      await page.clock.send();
      await page.outbox.flush();
    }
  }

  async does(event) {
    if (event.kind !== "wake" && event.kind !== "clock" && this.asleepSince !== null) {
      this.wake();
      await this.world.ticks();
    }
    switch (event.kind) {
      case "open":
        return void this.open(event.tab, event.lesson);
      case "close":
        return this.close(event.tab);
      case "crash":
        return this.crash(event.tab);
      case "sleep":
        return void (this.asleepSince = this.world.now);
      case "wake":
        return this.wake();
      case "offline":
        return void (this.offline ??= { at: this.world.now, wall: this.wall() });
      case "online":
        return this.comesOnline();
      case "clock":
        return void (this.skew += event.by * 1000);
      case "replay":
        for (const text of [...this.sent]) await this.post(text);
        return undefined;
      case "forge":
        return this.forge(event);
      default:
        return this.page(event.tab)?.does(event);
    }
  }

  page(tab) {
    if (!this.tabs.has(tab) && this.lost.has(tab)) this.open(tab, this.lost.get(tab));
    return this.tabs.get(tab);
  }

  async forge({ tab, seconds, cunning }) {
    const page = this.tabs.get(tab) ?? this.tabs.values().next().value;
    const first = this.world.lessons[0];
    const token = page?.token ?? this.world.page(first, this.world.now).token;
    const { answer } = await this.post(JSON.stringify({ pages: [[token, []]] }));
    const forgery = cunning ? cunningForgery : plainForgery;
    for (const body of forgery(token, seconds, answer?.at ?? 0)) await this.post(body);
  }
}

export class World {
  constructor({ starts, lessons, events, monotonic_sleeps: monotonicSleeps }, ask) {
    Object.assign(this, { starts: starts * 1000, lessons, events, monotonicSleeps, ask, now: 0 });
    this.devices = new Map();
  }

  page(lesson, at) {
    return this.ask({ open: lesson, at: at / 1000 });
  }

  device(name) {
    if (!this.devices.has(name)) this.devices.set(name, new Device(this));
    return this.devices.get(name);
  }

  // Pages of devices that are awake.
  *awake() {
    for (const device of this.devices.values()) if (device.asleepSince === null) yield* device.tabs.values();
  }

  // What is due by now.
  async ticks() {
    for (const page of this.awake()) {
      if (page.nextTick <= this.now || page.endsAt <= this.now) await page.tick();
    }
  }

  async goesOn(to, enough = () => false) {
    while (!enough()) {
      const next = Math.min(to, ...[...this.awake()].map((page) => Math.min(page.nextTick, page.endsAt)));
      this.now = Math.max(this.now, next);
      await this.ticks();
      await rest();
      if (this.now >= to) return;
    }
  }

  async play() {
    // A device that begins without a network was last online when the trace began.
    for (const { device } of this.events) this.device(device);
    for (const event of this.events) {
      await this.goesOn(event.at * 1000);
      await this.device(event.device).does(event);
      await rest();
    }
    await this.goesOn(this.now + AFTERMATH, () => [...this.awake()].every((page) => page.settled));
    this.now += HOMECOMING;
    for (const device of this.devices.values()) await this.comesHome(device);
  }

  // Sooner or later a page of ours is opened with a network: what waited goes out.
  async comesHome(device) {
    device.wake();
    await device.comesOnline();
    const post = (text) => device.post(text);
    await new Outbox({ storage: device.storage, post, wall: () => device.wall() }).flush();
    await rest();
  }
}
