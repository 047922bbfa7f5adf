// Whether everything stays within the window and nothing is cut off or lies on something else.
() => {
  const found = [];
  const root = document.documentElement;
  const name = (element) => `<${element.tagName.toLowerCase()} ${element.className}> ${element.innerText.slice(0, 40).replace(/\s+/g, " ")}`;
  if (root.scrollWidth > window.innerWidth) {
    const out = [...document.querySelectorAll("body *")].filter((element) =>
      element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest(".scroll, .only-read") && element.checkVisibility());
    found.push(`${root.scrollWidth} px wide: ${out.slice(-2).map(name).join(" | ")}`);
  }
  const cut = [...document.querySelectorAll("body *:not(.only-read, .dots, progress, svg *, video, .ring)")].filter((element) =>
    /hidden|clip/.test(getComputedStyle(element).overflow) && element.innerText?.trim() && element.checkVisibility()
    && !element.closest(".only-read, thead")
    && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1));
  found.push(...cut.map((element) => `cut off: ${name(element)}`));
  const controls = [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".skip, .only-read, .clock, .big-text, thead")
      && getComputedStyle(element).display !== "inline")
    .map((element) => [element, element.getBoundingClientRect()]);
  for (const [element] of controls) {
    if (element.clientWidth && element.scrollWidth > element.clientWidth + 2 && !element.matches("input, select, textarea")) found.push(`words beyond their button: ${name(element)}`);
  }
  for (let i = 0; i < controls.length; i += 1) {
    const [first, a] = controls[i];
    for (const [second, b] of controls.slice(i + 1, i + 6)) {
      const over = Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
      if (over > 2 && !first.contains(second)) found.push(`one upon the other: ${name(first)} | ${name(second)}`);
    }
  }
  return found;
}
