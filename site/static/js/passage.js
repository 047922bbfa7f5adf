// A result leads to where a lesson quotes a passage: #passage-<key>. It is brought into view and under the focus.
const key = location.hash.match(/^#passage-([\da-f-]{36})$/)?.[1];
const quoted = key && document.querySelector(`[data-passage="${key}"]`);
if (quoted) {
  quoted.tabIndex = -1;
  quoted.focus({ preventScroll: true });
  quoted.scrollIntoView({ block: "center" });
}
