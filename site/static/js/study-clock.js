// The study clock of a lesson page, without the page: signs of presence in, beats for the server out.
// docs/study-clock.md is the specification. No DOM, no globals: it runs in a browser (lesson-clock.js gives it the page)
// and in Node (with simulated clocks).
//
//   new StudyClock({
//     token, screens: [seconds, …], media: seconds, factor,   what the server says of the lesson and the reader
//     counted: 0, elapsed: 0, hidden: false,                   seconds so far, since the token was issued, in front?
//     monotonic(), wall(),                                     milliseconds: the two clocks of the device
//     post(text)    → promise of { status, answer }            status 0 or rejected: no network
//     beacon(text)  → whether it was taken; no answer comes    (optional)
//     store: { keep({ token, beats, clock, wall }), clear() }  what is not answered yet (optional; study-outbox.js)
//     position()    → the second the media stands at           (optional; tells a sleep from a screen that is off)
//     show({ state, seconds, why, awaiting })                  after each change (optional)
//   })
//
// It begins with a sign: somebody opened the page (or, `hidden`, nobody sees it). Then call
//   presence()                 a key, the pointer, scrolling, an answer, the focus moved
//   look(first, last)          these screens are shown now; a change is a sign of presence
//   hide(true | false)         the page went to the back (sends), came to the front
//   play({ position, rate })   media plays from there; again after a seek or another rate
//   pause()  ended()           the media was paused; they, or the reading aloud, ended by itself
//   aloud(true | false)        reading aloud: again at each sentence; somebody stopped it
//   tick()                     every 5 s: looks at the clocks, keeps, sends each half minute
//   send()                     now, for instance when the network is back
//   leave()                    the page is closed or left: one beacon; hide(false) if it comes back
// hide, tick and send return a promise that is settled when what they sent is answered.
// Read: state ("running", "paused", "offline", "limit", "reload"), paused, seconds (counted, as far as is known),
// time (tenths since the token was issued), waiting (beats not answered yet, as they are sent), why, awaiting.

import { LONGEST_BEAT, reckon, total, until, wire } from "./study-reckoning.js";

const BEAT = 300;
const NEWS = 50; // signs closer than that tell nothing new
const LONG_LOOK = 15_000; // between two looks: the device slept
const LEAP = 5_000; // of the calendar clock: the device slept, or its clock was changed
const ALOUD_LOOK = 65_000; // a page in the back is woken once a minute
const MONTH = 30 * 86_400_000;
const DAY = 864_000;
const ASIDE = 20; // beside the server's time by more: set right
const AGAIN = 28_000; // between two tries
const MOST_BEATS = 300; // in one request; the server takes 500
const SITTING = 6_000; // so much silence ends a sitting
const LIMITS = ["lesson_limit", "day_limit"];
const WORTH_SAYING = [...LIMITS, "elsewhere", "future", "outside", "claimed"];
const MOST_SIGNS = 60; // in one beat; the server takes 80

export class StudyClock {
  constructor({ token, screens, media = 0, factor = 1, counted = 0, elapsed = 0, hidden = false, ...outside }) {
    const { monotonic, wall, post, beacon = () => false, store = null, position = null, show = () => {} } = outside;
    Object.assign(this, { token, counted, hidden, monotonic, wall, post, beacon, store, position, show });
    this.pace = { screens, media, factor };
    this.shown = [0, 0];
    this.playing = this.reading = false; // media; aloud
    this.head = null; // the last sign of all
    this.open = null; // the beat that goes on: { start, signs, before: the sign that ruled when it began }
    this.beats = []; // closed and not answered
    this.toldTo = null; // the end of the last beat
    this.leapt = false; // the calendar clock leapt, and the server has not been asked the time since
    this.finished = this.lost = false;
    this.why = "";
    this.awaiting = 0;
    this.sending = null;
    this.most = MOST_BEATS;
    this.leaps = 0;
    this.seen = { ran: monotonic(), wall: wall() };
    this.offset = elapsed * 1000 - this.seen.ran; // what makes the monotonic clock the page's
    // A page kept on the device is opened more than once with one token: its beats go on from a later number.
    this.counter = Math.abs(this.time) % 2 ** 30;
    this.unsure = this.counter; // the first beat whose time no answer has confirmed
    this.tried = this.seen.ran;
    this.#sign(hidden ? "h" : "p");
    this.#keep();
  }

  get time() {
    return Math.floor((this.seen.ran + this.offset) / 100);
  }

  get paused() {
    return this.time > until(this.head, this.pace);
  }

  get state() {
    if (this.finished) return "reload";
    if (this.lost) return "offline";
    if (this.paused) return "paused";
    return LIMITS.includes(this.why) ? "limit" : "running";
  }

  // Without a network our own arithmetic stands in for the answer.
  get seconds() {
    if (!this.lost) return this.counted;
    return this.counted + Math.floor(total(reckon(this.#untold(), this.pace).counted) / 10);
  }

  get waiting() {
    return this.beats.map(wire);
  }

  presence() {
    this.#lookAtClocks();
    this.#present();
  }

  look(first, last) {
    this.#lookAtClocks();
    if (first === this.shown[0] && last === this.shown[1]) return;
    this.shown = [first, last];
    this.#present(true);
  }

  async hide(on) {
    this.#lookAtClocks();
    this.hidden = on;
    if (this.playing) return this.#draw();
    if (this.reading) this.#sign("a");
    else if (!on) this.#present();
    else if (this.head.kind !== "h") {
      this.#sign("h");
      return this.send();
    }
    return this.#draw();
  }

  play({ position = 0, rate = 1 } = {}) {
    this.#lookAtClocks();
    const speed = Math.round(Math.min(Math.max(rate, 0.25), 4) * 100) / 100;
    const { kind, rate: before } = this.head;
    if (this.playing && kind === "m" && speed === before && Math.abs(position - this.#stands()) < 2) return;
    this.playing = true;
    this.#sign("m", { position: Math.max(0, Math.floor(position)), rate: speed });
  }

  pause() {
    this.#lookAtClocks();
    if (!this.playing) return;
    this.playing = false;
    this.#sign(this.reading ? "a" : this.hidden ? "h" : "s");
  }

  ended() {
    this.#lookAtClocks();
    if (!this.playing && !this.reading) return;
    if (this.playing) this.playing = false;
    else this.reading = false;
    this.#sign(this.reading ? "a" : this.hidden ? "h" : "s");
  }

  aloud(on) {
    this.#lookAtClocks();
    if (!on && !this.reading) return;
    this.reading = on;
    if (this.playing) return;
    if (!on) this.#sign(this.hidden ? "h" : "p");
    else if (this.head.kind !== "a" || this.#isNews()) this.#sign("a");
  }

  async tick() {
    this.#lookAtClocks();
    const { counter } = this;
    this.#cut(this.time, false);
    this.#keep();
    const fresh = this.counter > counter && !this.lost;
    if (fresh || (this.beats.length && this.seen.ran - this.tried >= AGAIN)) await this.#deliver();
    this.#draw();
  }

  async send() {
    this.#lookAtClocks();
    this.#cut(this.time, true);
    this.#keep();
    await this.#deliver();
    this.#draw();
  }

  // What is on its way is told again: twice told, it counts once. All of it is kept until an answer came.
  leave() {
    this.#lookAtClocks();
    this.playing = this.reading = false;
    this.hidden = true;
    if (this.head.kind !== "h") this.#sign("h");
    this.#cut(this.time, true);
    this.#keep();
    if (this.beats.length && !this.finished) this.beacon(this.#request(this.beats.slice(-MOST_BEATS)));
  }

  // Somebody is there. What plays rules as long as it can last; which screens are shown is told beside it.
  #present(moved = false) {
    if (this.hidden && !this.reading) return;
    if (this.playing && this.time <= until(this.head, this.pace)) {
      const told = this.open?.signs.some(({ at, kind }) => kind === "p" && at > this.time - NEWS);
      if (!moved || told) return;
      const stands = { position: Math.floor(this.#stands()), rate: this.head.rate };
      this.#sign("p");
      this.#sign("m", stands);
      return;
    }
    const last = this.open?.signs.at(-1);
    if (this.head.kind === "p" && !this.#isNews()) return;
    if (last?.kind === "p" && this.time - last.at < NEWS) {
      [last.first, last.last] = this.shown;
      this.#keep();
    } else this.#sign(this.reading ? "a" : "p");
  }

  #isNews() {
    return this.time - this.head.at >= NEWS || !this.#shows(this.head);
  }

  #shows(sign) {
    return sign?.first === this.shown[0] && sign.last === this.shown[1];
  }

  // The second the media stands at, if it plays on evenly.
  #stands() {
    return this.head.position + ((this.time - this.head.at) * this.head.rate) / 10;
  }

  #sign(kind, { position = 0, rate = 1 } = {}) {
    if (this.finished) return;
    const [first, last] = this.shown;
    const sign = { at: this.time, kind, first, last, position, rate };
    this.#cut(this.time, false);
    if (this.open?.signs.length >= MOST_SIGNS) this.#cut(this.time, true);
    this.open ??= this.#sinceToldTo();
    if (this.open.signs.length >= MOST_SIGNS) this.open.signs.pop();
    this.#forgetWhatTellsNothing(sign);
    this.open.signs.push(sign);
    this.head = sign;
    this.#keep();
  }

  // Between two signs of which the first alone says all that the second does, the second need not be sent.
  #forgetWhatTellsNothing(next) {
    const { signs, before } = this.open;
    const [last, one = before] = signs.slice(-2).reverse();
    if (!last || !one || last.kind !== one.kind || !"pa".includes(last.kind)) return;
    const same = last.first === one.first && last.last === one.last;
    if (same && next.at <= until(one, this.pace)) signs.pop();
  }

  #beat(end) {
    const { start, signs, before } = this.open;
    const own = signs.filter(({ at }) => at < end);
    if (before && !(own[0]?.at === start)) own.unshift(before);
    return { counter: this.counter, start, length: end - start, signs: own.map((sign) => ({ ...sign })) };
  }

  #tells() {
    const { start, signs, before } = this.open;
    return signs.length > 0 || (before !== null && until(before, this.pace) > start);
  }

  // Closes beats of half a minute up to `now`, with `all` the rest too. What tells nothing is no beat.
  #cut(now, all) {
    while (this.open) {
      const { start, signs } = this.open;
      const end = Math.min(now, start + BEAT);
      if (end <= start || (end < start + BEAT && !all)) return;
      if (this.#tells()) this.#close(this.#beat(end));
      const later = signs.filter(({ at }) => at > end);
      const before = signs.filter(({ at }) => at <= end).at(-1) ?? this.open.before;
      this.open = { start: end, signs: later, before };
      if (!this.#tells()) this.open = null;
    }
  }

  #close(beat) {
    this.beats.push(beat);
    this.counter += 1;
    this.toldTo = beat.start + beat.length;
  }

  // Somebody is there again within the same sitting: nobody was in between, or the page was hidden. That is told too.
  #sinceToldTo() {
    const since = this.time - this.toldTo;
    let start = this.toldTo === null || since >= SITTING ? this.time : this.toldTo;
    while (this.time - start > BEAT) {
      const length = Math.min(LONGEST_BEAT, this.time - start);
      this.#close({ counter: this.counter, start, length, signs: [{ ...this.head }] });
      start += length;
    }
    return { start, signs: [], before: this.head };
  }

  #untold() {
    const goesOn = this.open && this.time > this.open.start && this.#tells();
    return goesOn ? [...this.beats, this.#beat(Math.min(this.time, this.open.start + LONGEST_BEAT))] : this.beats;
  }

  #keep() {
    if (!this.store || this.finished) return;
    const beats = this.#untold().map(wire);
    if (beats.length) this.store.keep({ token: this.token, beats, clock: this.time, wall: this.seen.wall });
    else this.store.clear();
  }

  #lookAtClocks() {
    const before = this.time;
    const { ran, wall } = this.seen;
    this.seen = { ran: this.monotonic(), wall: this.wall() };
    const passed = this.seen.ran - ran;
    const leap = this.seen.wall - wall - passed;
    const leapt = leap > LEAP && leap < MONTH;
    if (leapt) this.offset += leap;
    if ((!leapt && passed <= LONG_LOOK) || this.#wentOn(before, leapt)) return;
    const slept = this.time - before;
    this.#cut(before, true);
    if (this.head) this.head = { ...this.head, at: this.head.at + slept };
    this.open = { start: this.time, signs: [], before: this.head };
    if (!this.#tells()) this.open = null;
    this.toldTo = null;
    if (!leapt) return;
    if (!this.leapt) this.unsure = this.counter;
    this.leapt = true;
    this.leaps += 1;
  }

  // What plays or reads aloud with the screen off wakes the page more rarely.
  #wentOn(before, leapt) {
    const passed = this.time - before;
    if (!this.playing) return this.reading && !leapt && passed * 100 <= ALOUD_LOOK;
    if (!this.position || this.head.kind !== "m") return false;
    const stood = this.head.position + ((before - this.head.at) * this.head.rate) / 10;
    return (this.position() - stood) * 10 >= 0.8 * passed * this.head.rate;
  }

  #request(beats, waited = true) {
    const page = [this.token, beats.map(wire)];
    if (waited) page.push(this.time);
    return JSON.stringify({ pages: [page] });
  }

  #deliver() {
    this.sending ??= this.#deliverAll().finally(() => (this.sending = null));
    return this.sending;
  }

  async #deliverAll() {
    let more = true;
    while (more && this.beats.length && !this.finished) {
      this.tried = this.seen.ran;
      // After a leap of the calendar clock the server is asked the time before anything is told in it.
      const asks = this.leapt;
      const sent = asks ? [] : this.beats.slice(0, this.most);
      const waited = this.lost || sent.length > 1;
      const at = this.monotonic();
      const { leaps } = this;
      const { status, answer } = await this.post(this.#request(sent, waited && !asks)).catch(() => ({ status: 0 }));
      this.#lookAtClocks();
      more = this.#answered(status, answer ?? {}, sent);
      if (status === 200 && leaps === this.leaps) this.#setRight(answer.at, at);
      this.#keep();
    }
  }

  // Returns whether to go on with what is left.
  #answered(status, answer, sent) {
    this.lost = status !== 200 && status !== 409 && status !== 422;
    if (status === 413 && this.most > 1) this.most = Math.ceil(this.most / 2);
    if (this.lost) return false;
    this.beats = this.beats.filter((beat) => !sent.includes(beat));
    if (status === 409) {
      this.store?.clear();
      this.finished = true;
    }
    if (status !== 200) return sent.length > 0;
    this.counted += answer.counted;
    this.awaiting += answer.awaiting ?? 0;
    if (sent.length) this.why = WORTH_SAYING.find((why) => answer.refused?.[why] >= 5) ?? (this.time > DAY ? "old" : "");
    return true;
  }

  // The answer was written between the sending and now.
  #setRight(told, sentAt) {
    const way = (this.seen.ran - sentAt) / 100;
    const aside = Math.round(told + way / 2 - this.time);
    this.leapt = false;
    if (Math.abs(aside) > ASIDE + way / 2) {
      this.offset += aside * 100;
      const signs = new Set([this.head, this.open?.before, ...(this.open?.signs ?? [])]);
      if (this.open) this.open.start += aside;
      if (this.toldTo !== null) this.toldTo += aside;
      for (const beat of this.beats.filter(({ counter }) => counter >= this.unsure)) {
        beat.start += aside;
        beat.signs.forEach((sign) => signs.add(sign));
      }
      for (const sign of signs) if (sign) sign.at += aside;
    }
    this.unsure = this.counter;
  }

  #draw() {
    const { state, seconds, why, awaiting } = this;
    this.show({ state, seconds, why, awaiting });
  }
}
