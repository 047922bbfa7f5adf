// A voice for browsers that have none, put into the page before its own scripts: `window.voice` is what it did.
// `window.VOICE`, if set before, says how it behaves: `voices` (languages it has), `begins`, `ends` (whether it tells),
// `fails` (an error instead), `silentAfter` (pieces after which it says nothing more), `loud` (milliseconds a character).
(() => {
  const how = {
    voices: ["en-US", "zh-HK", "zh_CN", "zh-TW"], begins: true, ends: true, fails: "", silentAfter: Infinity, loud: 200,
    ...window.VOICE,
  };
  const voice = { said: [], told: [], cancelled: 0, how };
  let now = null;
  let waiting = [];

  class Utterance {
    constructor(text) {
      Object.assign(this, { text, lang: "", rate: 1, voice: null });
    }
  }

  function tell(one, name, error) {
    one[`on${name}`]?.({ error });
  }

  function turn() {
    if (now || !waiting.length) return;
    const one = waiting.shift();
    if (!one.text) return void turn();
    now = one;
    const { text, lang, rate } = one;
    if (how.fails) {
      now = null;
      return void setTimeout(() => tell(one, "error", how.fails), 1);
    }
    voice.said.push({ text, lang, rate, by: one.voice?.lang ?? "" });
    if (voice.said.length > how.silentAfter) return;
    setTimeout(() => now === one && how.begins && tell(one, "start"), 50);
    setTimeout(() => {
      if (now !== one) return;
      now = null;
      if (how.ends) tell(one, "end");
      turn();
    }, 50 + (text.length * how.loud) / rate);
  }

  const engine = {
    paused: false,
    get speaking() {
      return now !== null;
    },
    get pending() {
      return waiting.length > 0;
    },
    getVoices: () => how.voices.map((lang) => ({ lang, localService: !lang.startsWith("online "), name: lang })),
    speak(one) {
      if (!how.dead) waiting.push(one);
      turn();
    },
    cancel() {
      const old = now;
      now = null;
      waiting = [];
      voice.cancelled += 1;
      if (old) setTimeout(() => tell(old, "error", "canceled"), 1);
    },
    pause() {},
    resume() {},
    addEventListener() {},
    // As a telephone does when its screen goes off, until it is on.
    dies(dead = true) {
      now = null;
      waiting = [];
      how.dead = dead;
    },
  };
  window.voice = Object.assign(voice, { engine });
  Object.defineProperty(window, "speechSynthesis", { value: engine, configurable: true });
  window.SpeechSynthesisUtterance = Utterance;
  addEventListener("reading-aloud", ({ detail }) => voice.told.push(detail), true);
})();
