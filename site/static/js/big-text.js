// The strip of large text 大字屏幕: repeats what is touched, pointed at or focused. It only listens and takes no tap.
const strip = document.querySelector("[data-big-text]");
const words = strip?.querySelector("[data-big-text-words]");
const CONTROL = "a, button, summary, label, select, input, textarea, [role=button]";
const BLOCK = "p, li, dt, dd, th, td, h1, h2, h3, h4, legend, caption, figcaption, blockquote, div, section";
const ENDS = /[。！？；!?;\n]|\.(?=\s)/;
const PAUSES = /[，、：,:]/;
const MOST = 48;

const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();

function ofControl(control) {
  const label = control.labels?.[0] ?? control.closest("label");
  return tidy(control.getAttribute("aria-label") || (label ?? control).innerText || control.value);
}

function piece(text, at, marks) {
  let from = at, to = at;
  while (from > 0 && !marks.test(text.slice(from - 1, from + 1))) from -= 1;
  while (to < text.length && !marks.test(text.slice(to, to + 2))) to += 1;
  return tidy(text.slice(from, to + 1));
}

function caretAt(x, y) {
  if (document.caretPositionFromPoint) {
    const found = document.caretPositionFromPoint(x, y);
    return found && [found.offsetNode, found.offset];
  }
  const range = document.caretRangeFromPoint?.(x, y);
  return range && [range.startContainer, range.startOffset];
}

// The sentence at this point; of a long one, the part between two commas.
function sentenceAt(target, x, y) {
  const caret = caretAt(x, y);
  if (caret?.[0].nodeType !== Node.TEXT_NODE) return "";
  const block = caret[0].parentElement.closest(BLOCK);
  if (!block?.contains(target) && !target.contains(block)) return "";
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(...caret);
  const text = block.textContent, at = Math.min(before.toString().length, text.length - 1);
  const sentence = piece(text, at, new RegExp(`^(?:${ENDS.source})`));
  return sentence.length > MOST ? piece(text, at, new RegExp(`^(?:${ENDS.source}|${PAUSES.source})`)) : sentence;
}

function show(text, from) {
  if (!text || text === words.textContent) return;
  words.textContent = text;
  words.lang = from.closest("[lang]")?.lang ?? "";
}

function touched(event) {
  const target = event.target;
  if (!(target instanceof Element) || strip.contains(target)) return;
  const named = target.closest(`${CONTROL}, img[alt], [role=img][aria-label], progress[aria-label]`);
  if (named) show(tidy(named.getAttribute("alt")) || ofControl(named), named);
  else show(sentenceAt(target, event.clientX, event.clientY), target);
}

// What has the focus stays in sight above the strip, which may just have grown.
function uncover(element) {
  const covered = element.getBoundingClientRect().bottom + 12 - strip.getBoundingClientRect().top;
  if (covered > 0 && !strip.contains(element)) window.scrollBy(0, covered);
}

if (strip) {
  strip.hidden = false;
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--strip", `${strip.offsetHeight}px`);
  }).observe(strip);
  let waiting = 0;
  document.addEventListener("pointerdown", touched, { passive: true });
  document.addEventListener("pointermove", (event) => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => touched(event));
  }, { passive: true });
  document.addEventListener("focusin", ({ target }) => {
    if (strip.contains(target) || target.tabIndex < 0 && !target.matches(CONTROL)) return;
    show(ofControl(target), target);
    if (target.matches(":focus-visible")) requestAnimationFrame(() => uncover(target));
  });
  strip.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const body = new FormData(event.target, event.submitter);
    fetch(event.target.action, { method: "POST", body, redirect: "manual", keepalive: true });
    strip.hidden = true;
    document.documentElement.classList.remove("with-strip");
    document.querySelector("main")?.focus({ preventScroll: true });
  });
}
