// While somebody types, titles and key terms that hold it are offered. Without this the page works as well.
const form = document.querySelector("form[data-suggestions]");
const input = form.querySelector("[name=q]");
const list = document.getElementById("suggestions");
const WAIT = 250;
let timer;
let last = "";
let asking;

async function offer() {
  const typed = input.value.trim();
  if (typed === last || typed.length > input.maxLength) return;
  last = typed;
  asking?.abort();
  if (!typed) return list.replaceChildren();
  asking = new AbortController();
  try {
    const answer = await fetch(`${form.dataset.suggestions}&q=${encodeURIComponent(typed)}`, { signal: asking.signal });
    if (!answer.ok) return;
    const { suggestions } = await answer.json();
    list.replaceChildren(...suggestions.map((words) => {
      const option = document.createElement("option");
      // A browser shows only what holds the letters typed: pinyin stands before what it finds.
      option.value = words;
      if (!words.toLowerCase().includes(typed.toLowerCase())) option.label = `${typed} ${words}`;
      return option;
    }));
  } catch (fault) {
    if (fault.name !== "AbortError") last = "";
  }
}

input.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(offer, WAIT);
});
input.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(offer, WAIT);
});
