// Keeps a choice at once: on this device, then on the server. Without it the form's own button saves.
const PREFIX = "answer ";
const form = document.querySelector("[data-quiz-answer]");
const texts = form ? form.dataset : {};
const here = PREFIX + texts.saveUrl;

function keep() {
  const given = new FormData(form).getAll("given");
  localStorage.setItem(here, JSON.stringify({ token: form.elements.token.value, given }));
  // So that the form saves too.
  for (const shown of form.querySelectorAll("[name=shown]")) shown.remove();
}

async function send(name) {
  const body = localStorage.getItem(name);
  if (!body) return false;
  const state = name === here && document.querySelector("[data-quiz-state]");
  const say = (text) => state && (state.textContent = text);
  say(texts.saving);
  try {
    const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
    const reply = await fetch(name.slice(PREFIX.length), { method: "PUT", headers, body, keepalive: true });
    const { code, message } = await reply.json();
    // Too old a page: kept until it is opened again.
    const settled = reply.ok || (code && code !== "old");
    if (settled && localStorage.getItem(name) === body) localStorage.removeItem(name);
    say(reply.ok ? texts.saved : message || texts.kept);
    return reply.ok;
  } catch {
    say(texts.kept);
  }
}

// One after the other: an earlier choice never arrives last.
let line = Promise.resolve();
const queue = (name) => (line = line.then(() => send(name)));
const sendAll = () => Promise.all(Object.keys(localStorage).filter((n) => n.startsWith(PREFIX)).map(queue));

if (form) {
  const kept = localStorage.getItem(here);
  if (kept) {
    const { given } = JSON.parse(kept);
    for (const box of form.elements.given) box.checked = given.includes(box.value);
    keep();
  }
  form.onchange = () => {
    keep();
    queue(here);
  };
}
addEventListener("online", sendAll);
const sent = await sendAll();
if (sent.includes(true) && document.querySelector("[data-quiz-list]")) location.reload();
