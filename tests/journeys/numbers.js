// Measures a page by the numbers of elder mode; returns sentences, none when all hold.
(wanted) => {
  const found = [];
  const name = (element) => {
    const words = (element.innerText || element.value || element.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim();
    return `<${element.tagName.toLowerCase()} ${element.className?.baseVal ?? element.className}> ${words.slice(0, 40)}`;
  };
  const say = (what, element) => found.push(`${what}: ${name(element)}`);
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".only-read, .skip, noscript, svg");
  const style = (element) => getComputedStyle(element);
  const CONTROL = "a, button, summary, label, input, select, textarea, option";
  const HEADING = "h1, h2, h3, h4, legend, strong, th, .brand, .tile dd, .figure, .card-number";

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const parents = new Set();
  while (walker.nextNode()) {
    if (walker.currentNode.data.trim() && walker.currentNode.parentElement) parents.add(walker.currentNode.parentElement);
  }
  for (const parent of parents) {
    if (!shown(parent) || parent.closest(".mark, .big-text")) continue;
    const size = parseFloat(style(parent).fontSize), leading = parseFloat(style(parent).lineHeight) / size;
    const smallest = parent.closest(".clock, .brand") ? 24 : wanted.size; // the bar over the page leaves room for the page
    if (size < smallest - .01) say(`type of ${size} px`, parent);
    const block = parent.closest("p, li, dd, td, figcaption, blockquote");
    const least = parent.closest(CONTROL) || parent.closest(HEADING) || !block ? 1.3 : wanted.leading;
    if (leading < least - .005) say(`line height of ${leading.toFixed(2)}`, parent);
  }

  for (const second of document.querySelectorAll("p:not([class]) + p:not([class])")) {
    const first = second.previousElementSibling;
    if (!shown(first) || !shown(second) || second.closest(".foot, .ledger")) continue;
    const gap = second.getBoundingClientRect().top - first.getBoundingClientRect().bottom;
    if (gap < 1.3 * parseFloat(style(first).lineHeight) - 1) say(`${gap.toFixed(0)} px between paragraphs`, second);
  }

  // A link inside a sentence is as high as its line; everything else can be hit with a thumb.
  const inSentence = (link) => link.tagName === "A" && style(link).display === "inline"
    && tidy(link.parentElement.textContent) !== tidy(link.textContent);
  const tidy = (text) => text.replace(/\s+/g, "");
  for (const control of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button]")) {
    if (!shown(control) || inSentence(control)) continue;
    const boxes = [control.getBoundingClientRect()];
    if (/^(checkbox|radio|file)$/.test(control.type)) {
      for (const label of control.labels) boxes.push(label.getBoundingClientRect());
    }
    const wide = Math.max(...boxes.map((box) => box.width)), high = Math.max(...boxes.map((box) => box.height));
    if (wide < wanted.target - .5 || high < wanted.target - .5) say(`target of ${wide.toFixed(0)} × ${high.toFixed(0)} px`, control);
  }

  const main = [...document.querySelectorAll("main .btn:not(.quiet), main .door.first")].filter(shown);
  if (main.length > 1) found.push(`${main.length} main actions: ${main.map(name).join(" | ")}`);
  if (wanted.contact && ![...document.querySelectorAll("a[href^='tel:']")].some(shown)) found.push("no number to ring");
  if (document.querySelector("dialog[open], [popover]:popover-open, meta[http-equiv=refresh]")) found.push("something pops up");
  return found;
}
