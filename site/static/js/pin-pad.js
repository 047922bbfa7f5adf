/*
 * A pad of large keys for a PIN. Without this file the field is typed into, which works as well: a keyboard and
 * pasting go on as they are.
 */
const field = document.querySelector("[data-digits]");
const pad = document.querySelector("[data-pad]");
const shown = document.querySelector("[data-show]");

if (pad) {
  pad.hidden = false;
  field.inputMode = "none"; // the pad is the keyboard: none of the device's slides over it
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("button");
    if (!key) return;
    if (key.dataset.key === "clear") field.value = "";
    else if (key.dataset.key === "back") field.value = field.value.slice(0, -1);
    else if (field.value.length < Number(field.dataset.digits)) field.value += key.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

if (shown) {
  const fields = document.querySelectorAll("[data-digits]");
  const choice = shown.querySelector("input");
  const follow = () => fields.forEach((one) => { one.type = choice.checked ? "text" : "password"; });
  shown.hidden = false;
  choice.addEventListener("change", follow);
  follow(); // a page that comes back remembers what was ticked
}
