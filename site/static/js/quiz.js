// The questions of an attempt, all in one page: turned without a network, each answer kept on this device at once and
// sent to the server as soon as there is a network. Without it each question is a page and its form saves.
import { choose, isTyped, read, write } from "./quiz-answers.js";
import { ordering } from "./quiz-ordering.js";
import { AnswerOutbox, deviceStorage, keepSending, request } from "./quiz-outbox.js";
import { timeLeft } from "./quiz-time.js";

const PAUSE = 800; // of who is typing, before it is sent
const quiz = document.querySelector("[data-quiz]");
const { quiz: attempt, token, result } = quiz.dataset;
const texts = quiz.dataset;
const all = "all" in quiz.dataset;
const sections = [...quiz.querySelectorAll("[data-question]")];
const list = quiz.querySelector("[data-list]");
const numberOf = (section) => Number(section.dataset.question);
const section = (number) => sections[number - 1];
const drawOrder = new Map();
let current = Number(texts.current);
let over = false;
let tries = 0; // to send, after the time was over

// ---- what is said

function say(text) {
  quiz.querySelector("[data-quiz-says]").textContent = text;
}

function notice(text, leave = false) {
  const box = quiz.querySelector("[data-quiz-notice]");
  box.hidden = false;
  box.children[0].textContent = text;
  box.children[1].hidden = !leave;
  box.scrollIntoView({ block: "nearest" });
}

function tell(section, text) {
  const state = section.querySelector("[data-quiz-state]");
  if (state.textContent !== text) state.textContent = text;
}

// ---- keeping and sending

const outbox = new AnswerOutbox({ storage: deviceStorage(), request, heard });
const latest = new Map(); // by number: what was given last in this page

// What the page was loaded with: it comes back when the server says that a later answer holds.
const loaded = new Map(sections.map((one) => [numberOf(one), [...one.querySelectorAll("[name=shown]")].map((f) => f.value).filter(Boolean)]));

function keep(section) {
  const given = read(section);
  const number = numberOf(section);
  const isKept = outbox.keep({ attempt, number, token, given });
  latest.set(number, given);
  // So that the form, should it be sent, saves too.
  for (const shown of section.querySelectorAll("[name=shown]")) shown.remove();
  tell(section, isKept ? texts.saving : texts.unsent);
  if (!isKept) notice(texts.direct);
  drawList();
}

async function send() {
  await outbox.flush();
  for (const { number } of outbox.waiting(attempt)) {
    const isInHand = outbox.onlyInHand();
    if (section(number)) tell(section(number), isInHand ? texts.unsent : texts.kept);
  }
}

function heard(entry, reply) {
  const asked = entry.attempt === attempt && section(entry.number);
  if (!asked) return;
  if (!reply.saved) return tell(asked, reply.message ?? texts.kept);
  const isLast = !outbox.waiting(attempt).some(({ number }) => number === entry.number);
  if (isLast) tell(asked, texts.saved);
  if (reply.late) return late(entry.number);
  if (reply.holds === false && isLast && !latest.has(entry.number)) {
    write(asked, loaded.get(entry.number));
    drawOrder.get(asked)?.();
    tell(asked, texts.elsewhere);
    drawList();
  }
}

function late(number) {
  if (section(number)?.querySelector("fieldset").disabled) return; // its key had been looked up
  notice(texts.late, true);
}

// ---- the list before the end

function drawList() {
  let gaps = 0;
  for (const row of quiz.querySelectorAll("[data-to]")) {
    const has = read(section(Number(row.dataset.to))).some(Boolean);
    row.querySelector("[data-has]").hidden = !has;
    row.querySelector("[data-lacks]").hidden = has;
    gaps += !has;
  }
  const words = quiz.querySelector("[data-gaps]");
  const text = gaps === 0 ? words.dataset.none : gaps === 1 ? words.dataset.one : words.dataset.many;
  words.textContent = text.replace("{unanswered}", () => gaps);
  const form = quiz.querySelector("[data-hand-in]");
  const card = quiz.querySelector("[data-quiz-list]").parentElement;
  if (gaps && card.nextElementSibling !== form) card.after(form);
  if (!gaps && card.previousElementSibling !== form) card.before(form);
}

// ---- turning pages

function show(number) {
  current = number;
  if (!all) {
    for (const group of quiz.querySelectorAll("[data-group]")) {
      const inside = [...group.querySelectorAll("[data-question]")];
      for (const one of inside) one.hidden = numberOf(one) !== number;
      group.hidden = inside.every(({ hidden }) => hidden);
    }
    list.hidden = number !== 0;
    const [title, site] = document.title.split(/ · (?=[^·]*$)/);
    const name = number ? texts.title.replace("{number}", () => number) : texts.titleList;
    document.title = site ? `${name} · ${site}` : title;
    document.querySelector("main").dispatchEvent(new CustomEvent("page-turned"));
  }
  const place = number ? section(number) : list;
  place.querySelector("h1, h2").focus({ preventScroll: true });
  (place.closest("[data-group]") ?? place).scrollIntoView({ block: "start" });
}

const addressOf = (number) => (number ? section(number).dataset.url : list.dataset.url);

function turn(number) {
  if (number === current && !all) return;
  if (!all) history.pushState({ number }, "", addressOf(number));
  show(number);
}

function onward(from, wish) {
  const next = wish === "previous" ? from - 1 : from + 1;
  turn(wish === "check" || next < 1 || next > sections.length ? 0 : next);
}

addEventListener("popstate", ({ state }) => state && show(state.number));

// ---- "check this answer"

async function look(section) {
  const button = section.querySelector("button[data-check]");
  button.setAttribute("aria-disabled", "true");
  await send();
  if (outbox.waiting(attempt).some(({ number }) => number === numberOf(section))) {
    button.removeAttribute("aria-disabled");
    return tell(section, texts.noCheck); // the key is shown for what the server has
  }
  const url = `/api/v1/attempts/${attempt}/checks/${numberOf(section)}`;
  const { status, answer } = await request("POST", url, JSON.stringify({ token })).catch(() => ({}));
  button.removeAttribute("aria-disabled");
  if (status !== 200) return tell(section, answer?.message ?? texts.noCheck);
  section.querySelector("[data-checked]").innerHTML = answer.explanation_html;
  for (const gone of section.querySelectorAll("[data-check]")) gone.remove();
  section.querySelector("fieldset").disabled = true;
}

// ---- handing in

async function handIn(form) {
  say(texts.hurry);
  await send();
  if (outbox.waiting(attempt).length) return notice(texts.noNetwork);
  form.submit();
}

async function timeIsOver() {
  over = true;
  for (const form of quiz.querySelectorAll("[data-question] form")) form.inert = true;
  notice(texts.timeOver);
  await send();
  // What was given in time still counts for a moment; the server ends the attempt by itself.
  if (outbox.waiting(attempt).length && ++tries < 20) {
    notice(texts.timeOverKept);
    return setTimeout(timeIsOver, 3000);
  }
  const url = `/api/v1/attempts/${attempt}/hand-in`;
  const { status } = await request("POST", url, JSON.stringify({ token })).catch(() => ({}));
  if (status === 200) location.assign(result);
  else {
    notice(texts.timeOverKept);
    addEventListener("online", timeIsOver, { once: true });
  }
}

// ---- what is pressed and typed

let typing = null;

quiz.addEventListener("input", ({ target }) => {
  const asked = target.closest("[data-question]");
  if (!asked || over) return;
  keep(asked);
  if (target.matches("textarea")) drawLeft(target);
  clearTimeout(typing);
  typing = setTimeout(send, isTyped(asked) ? PAUSE : 0);
});
quiz.addEventListener("change", ({ target }) => target.closest("[data-question]") && send());
quiz.addEventListener("submit", (event) => {
  const form = event.target;
  const asked = form.closest("[data-question]");
  const wish = event.submitter?.value;
  event.preventDefault();
  if (!asked) return handIn(form);
  if (wish === "look") return event.submitter.ariaDisabled === "true" || look(asked);
  send();
  return onward(numberOf(asked), wish);
});
quiz.addEventListener("click", (event) => {
  const row = event.target.closest("[data-to] a");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  turn(Number(row.closest("[data-to]").dataset.to));
});

// 1 to 9 choose, Enter goes on: wherever nobody is writing several lines.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode === 229 || over) return;
  const { target, key } = event;
  if (target.closest("textarea, select, [data-read-aloud]")) return;
  const asked = target.closest("[data-question]") ?? (all ? null : section(current));
  if (!asked) return;
  const isWriting = target.matches("input:not([type=radio], [type=checkbox])");
  if (!isWriting && /^[1-9]$/.test(key) && choose(asked, Number(key))) event.preventDefault();
  if (key !== "Enter" || target.closest("a, button, summary")) return;
  event.preventDefault();
  send();
  onward(numberOf(asked), "next");
});

function drawLeft(area) {
  const words = area.parentElement.querySelector("[data-left]");
  words.textContent = words.dataset.left.replace("{left}", () => area.maxLength - area.value.length);
}

addEventListener("pagehide", send);
addEventListener("beforeunload", (event) => outbox.onlyInHand() && event.preventDefault());

// ---- setting up

for (const asked of sections) {
  const order = asked.querySelector("[data-order]");
  if (order) {
    order.dataset.given = loaded.get(numberOf(asked)).length ? "yes" : "";
    const changed = () => {
      keep(asked);
      send();
    };
    const moved = (row, place, total) => {
      const words = { text: row.querySelector(".order__text").textContent, place, total };
      say(texts.moved.replace(/\{(\w+)\}/g, (_, name) => words[name]));
    };
    drawOrder.set(asked, ordering(order, { changed, moved }));
  }
  for (const area of asked.querySelectorAll("textarea")) drawLeft(area);
}

// Answers of this device that the server does not have yet stand here again.
outbox.renew(attempt, token);
for (const { number, given } of outbox.waiting(attempt)) {
  const asked = section(number);
  if (!asked || asked.querySelector("fieldset").disabled) continue;
  write(asked, given);
  drawOrder.get(asked)?.();
  tell(asked, texts.kept);
}
drawList();
history.replaceState({ number: current }, "");
const bar = quiz.querySelector("[data-time-left]");
if (bar && texts.secondsLeft) timeLeft(bar, { seconds: Number(texts.secondsLeft), say, over: timeIsOver });
keepSending(outbox);
send();
