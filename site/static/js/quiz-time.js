// The time that is left, quietly: in minutes, told aloud at five and at one, and put away by who does not want it.
//
//   timeLeft(bar, { seconds, say(text), over() })   over: when the time is over by the page's own clock

const HIDDEN = "quiz time hidden";

export function timeLeft(bar, { seconds, say, over }) {
  const words = bar.querySelector("[data-time-words]");
  const [hide, show] = ["hide", "show"].map((name) => bar.querySelector(`[data-time-${name}]`));
  const begun = performance.now();
  const { minutes, minute, five, one } = bar.dataset;
  const left = () => seconds - (performance.now() - begun) / 1000;
  const told = new Set([300, 60].filter((mark) => seconds <= mark));

  function look() {
    const now = left();
    const text = now <= 60 ? minute : minutes.replace("{minutes}", () => Math.ceil(now / 60));
    if (words.textContent !== text) words.textContent = text;
    for (const [mark, spoken] of [[300, five], [60, one]]) {
      if (now > mark || told.has(mark)) continue;
      told.add(mark);
      say(spoken);
    }
    if (now > 0) return;
    clearInterval(timer);
    over();
  }

  function put(away) {
    words.hidden = hide.hidden = away;
    show.hidden = !away;
  }

  function remember(away) {
    put(away);
    (away ? show : hide).focus();
    try {
      localStorage.setItem(HIDDEN, away ? "yes" : "");
    } catch {
      // It holds for this page.
    }
  }

  hide.onclick = () => remember(true);
  show.onclick = () => remember(false);
  let away = false;
  try {
    away = Boolean(localStorage.getItem(HIDDEN));
  } catch {
    // A browser that keeps nothing.
  }
  put(away);
  const timer = setInterval(look, 1000);
  look();
}
