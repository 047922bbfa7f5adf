// The bar that reads a page aloud; speaking.js, with the rest, is fetched when somebody reaches for it.
const bar = document.querySelector("[data-read-aloud]");
const engine = window.SpeechSynthesisUtterance && window.speechSynthesis;
let loading, reader;

function say(why) {
  bar.querySelector("[data-aloud-says]").textContent = bar.getAttribute(`data-say-${why}`) ?? "";
}

// On the device: an online voice would send each sentence to its maker.
const voices = () =>
  engine.getVoices().filter(({ lang, localService }) => {
    const own = document.documentElement.lang === "en" ? /^en/i : /^(zh|cmn)/i;
    return localService !== false && own.test(lang);
  });

// An empty list tells nothing: some devices speak without, others fill it later.
function look() {
  const lacks = !engine || (engine.getVoices().length && !voices().length);
  if (!lacks && bar.dataset.state !== "none") return;
  bar.dataset.state = lacks ? "none" : "idle";
  say(lacks ? "none" : "");
}

async function load() {
  try {
    loading ??= import("./speaking.js");
    const { ReadingAloud } = await loading;
    reader ??= new ReadingAloud({ bar, engine, voices, say });
  } catch {
    loading = null;
    say("away");
  }
}

async function act(name) {
  // Telephones want to hear something, if only nothing, while they are touched.
  if (!reader) engine.speak(new SpeechSynthesisUtterance(""));
  await load();
  reader?.[name]();
}

function arrive() {
  if (location.hash !== "#listen") return;
  bar.scrollIntoView({ block: "nearest" });
  bar.querySelector("[data-act=press]").focus();
  if (bar.dataset.state === "idle") act("arrive");
}

bar.hidden = false;
look();
if (engine) {
  engine.onvoiceschanged = look;
  for (const name of ["pointerenter", "pointerdown", "focusin"]) bar.addEventListener(name, load);
  bar.onclick = ({ target }) => {
    const button = target.closest("[data-act]");
    if (button) act(button.dataset.act);
  };
}
addEventListener("hashchange", arrive);
arrive();
