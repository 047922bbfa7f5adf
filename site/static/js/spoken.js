// What of a page is read aloud, in pieces and in the order in which it stands there; and where a text may be cut, in
// Chinese and in English: sentences and pieces put together are the text again, to the last blank.

const MOST = 48; // Chinese characters in one piece: engines fall silent in the middle of long ones

// What ends a sentence, what closes behind it, and the blanks that follow.
const END = /(?:[。！？；…｡]+|[.!?]+(?=["'”’)\]]*(?:\s|$)))[!?！？。…]*["'”’」』）)】》〉\]]*\s*/gu;
// A full stop after these ends nothing, nor does a Western mark before a small letter.
const SHORT = /(?:^|[\s("'“‘[])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Nos?|[Vv]ols?|pp?|cf|vs|e\.g|i\.e|ch|art|sec|fig|ed)\.\s*$/u;
// Where a long sentence may be cut: after these, or else at a blank.
const PAUSE = /[，、,：:；;—）)》”’」\]]\s*$/u;

const weight = (letter) => (letter.codePointAt(0) < 0x2e80 ? 0.4 : 1);

function weigh(text) {
  let sum = 0;
  for (const letter of text) sum += weight(letter);
  return sum;
}

// Whether anything in it can be spoken.
const isSpoken = (text) => /[\p{L}\p{N}]/u.test(text);

export function sentences(text) {
  const found = [];
  let from = 0;
  for (const { 0: end, index } of text.matchAll(END)) {
    const to = index + end.length;
    const said = text.slice(from, to);
    const goesOn = /^[.!?]/.test(end) && (SHORT.test(said) || /^\p{Ll}/u.test(text.slice(to, to + 2)));
    // Marks alone belong to what stands before them.
    if (found.length && !isSpoken(said)) found[found.length - 1] += said;
    else if (goesOn || !isSpoken(said)) continue;
    else found.push(said);
    from = to;
  }
  const rest = text.slice(from);
  if (found.length && !isSpoken(rest)) found[found.length - 1] += rest;
  else if (rest) found.push(rest);
  return found;
}

// A sentence in pieces that every engine can say in one breath.
export function pieces(sentence, most = MOST) {
  const found = [];
  let piece = "";
  let sum = 0;
  let cut = 0; // how much of the piece could stand by itself
  let blank = 0;
  for (const letter of sentence) {
    if (sum + weight(letter) > most && piece) {
      const at = cut || blank || piece.length;
      found.push(piece.slice(0, at));
      piece = piece.slice(at);
      sum = weigh(piece);
      blank = Math.max(0, blank - at);
      cut = 0;
    }
    piece += letter;
    sum += weight(letter);
    if (PAUSE.test(letter)) cut = piece.length;
    else if (/\s/u.test(letter)) blank = piece.length;
  }
  if (found.length && !isSpoken(piece)) found[found.length - 1] += piece;
  else if (piece) found.push(piece);
  return found;
}

const SKIP =
  "script, style, noscript, template, button, input, select, textarea, audio, video, iframe, rt, rp, [hidden], " +
  "[aria-hidden=true], [role=status], [data-read-aloud], .no-print, .only-read, a.link, a.btn, " +
  "details:not([open]) > :not(summary)";
const PICTURE = "img, svg, [role=img]";
const INLINE = /^(inline|contents|ruby)/;

// Runs of text nodes that stand in one paragraph, heading, cell or label; and pictures, as the element itself. A run
// may have `before`: what is said before its words, such as the heading of a cell.
function* runs(root) {
  let run = [];
  let before = "";
  function* flush() {
    if (before && run.some(({ data }) => isSpoken(data))) {
      run.before = before;
      before = "";
    }
    if (run.length) yield run;
    run = [];
  }
  function* walk(node) {
    if (node.nodeType === Node.TEXT_NODE) return void run.push(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIP)) return;
    const { display } = getComputedStyle(node);
    if (display === "none") return;
    const apart = node.matches(PICTURE) || node.tagName === "BR" || !INLINE.test(display);
    if (apart) yield* flush();
    const { said } = node.dataset;
    if (said) before = said;
    if (node.matches(PICTURE)) yield node;
    else for (const child of node.childNodes) yield* walk(child);
    if (apart) yield* flush();
    if (said) before = "";
  }
  yield* walk(root);
  yield* flush();
}

function rangeIn(run, from, to) {
  const range = document.createRange();
  let before = 0;
  for (const node of run) {
    const after = before + node.data.length;
    if (from >= before && from < after) range.setStart(node, from - before);
    if (to > before && to <= after) range.setEnd(node, to - before);
    before = after;
  }
  return range;
}

function* saidInRun(run) {
  let { before = "" } = run;
  const text = run.map(({ data }) => data).join("");
  let at = 0;
  for (const sentence of sentences(text)) {
    let first = true;
    for (const piece of pieces(sentence)) {
      const from = at + piece.length - piece.trimStart().length;
      const words = piece.replace(/\s+/gu, " ").trim();
      at += piece.length;
      if (!isSpoken(words)) continue;
      const said = before + words;
      before = "";
      yield { said, first, weight: weigh(said), range: rangeIn(run, from, from + piece.trim().length) };
      first = false;
    }
  }
}

// Pieces { said, first of its sentence?, weight, range, picture? }; `picture` is "Picture: {words}" in the page's language.
export function* spokenIn(roots, picture) {
  for (const root of roots) {
    for (const run of runs(root)) {
      if (Array.isArray(run)) {
        yield* saidInRun(run);
        continue;
      }
      const words = (run.alt ?? run.getAttribute("aria-label") ?? "").trim();
      if (!isSpoken(words)) continue;
      const range = document.createRange();
      range.selectNode(run);
      let first = true;
      for (const said of pieces(picture.replace("{words}", () => words))) {
        yield { said, first, weight: weigh(said), range, picture: true };
        first = false;
      }
    }
  }
}
