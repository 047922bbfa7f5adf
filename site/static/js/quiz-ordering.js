// Rows to put in order: by buttons, by the arrow keys on a button, and by dragging.
//
//   ordering(list, { changed(), moved(row, place, total) })

export function ordering(list, { changed, moved }) {
  const rows = () => [...list.children];
  const locked = () => list.matches(":disabled *");

  function draw() {
    rows().forEach((row, at, all) => {
      row.querySelector("[data-up]").setAttribute("aria-disabled", String(at === 0));
      row.querySelector("[data-down]").setAttribute("aria-disabled", String(at === all.length - 1));
    });
    const keep = list.nextElementSibling;
    keep.hidden = Boolean(list.dataset.given) || locked();
  }

  function settle(row) {
    list.dataset.given = "yes";
    draw();
    moved(row, rows().indexOf(row) + 1, rows().length);
    changed();
  }

  function step(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other || locked()) return;
    if (by < 0) other.before(row);
    else other.after(row);
    settle(row);
  }

  list.dataset.live = "";
  for (const row of rows()) {
    row.querySelector(".order__place").remove();
    row.querySelector(".order__keys").hidden = false;
  }
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-up], [data-down]");
    if (!button) return;
    step(button.closest("li"), "up" in button.dataset ? -1 : 1);
    button.focus(); // it moved with its row
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const button = event.target.closest("[data-up], [data-down]");
    if (!by || !button) return;
    event.preventDefault();
    step(button.closest("li"), by);
    button.focus();
  });
  list.nextElementSibling.addEventListener("click", ({ target }) => target.closest("button") && settle(rows()[0]));
  dragging(list, { locked, dropped: settle });
  draw();
  return draw;
}

// By the mouse at once; by a finger after it has rested a moment, so that the page can still be pushed.
const REST = 350;

function dragging(list, { locked, dropped }) {
  let held = null;
  let waiting = null;
  let from = null;

  function take(row, pointer) {
    held = row;
    from = [...list.children].indexOf(row);
    row.dataset.held = "";
    row.setPointerCapture(pointer);
  }

  function leave(keep) {
    clearTimeout(waiting?.timer);
    waiting = null;
    if (!held) return;
    const row = held;
    held = null;
    delete row.dataset.held;
    if (!keep) list.children[from]?.[from > [...list.children].indexOf(row) ? "after" : "before"](row);
    else if ([...list.children].indexOf(row) !== from) dropped(row);
  }

  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("li");
    if (!row || event.button || locked() || event.target.closest("button")) return;
    if (event.pointerType === "mouse") return take(row, event.pointerId);
    const { clientX: x, clientY: y, pointerId } = event;
    waiting = { x, y, timer: setTimeout(() => take(row, pointerId), REST) };
  });
  list.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (waiting && !held && Math.hypot(clientX - waiting.x, clientY - waiting.y) > 10) return leave(false);
    if (!held) return;
    for (const row of list.children) {
      const { top, bottom } = row.getBoundingClientRect();
      if (row === held || clientY < top || clientY > bottom) continue;
      const isBelow = Boolean(held.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
      const middle = (top + bottom) / 2;
      if (isBelow && clientY > middle) row.after(held);
      if (!isBelow && clientY < middle) row.before(held);
      break;
    }
  });
  // Once a row is held by a finger, the page stays.
  list.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false });
  list.addEventListener("pointerup", () => leave(true));
  list.addEventListener("pointercancel", () => leave(false));
}
