/* Where a row of tabs is wider than the screen, the current one is brought into view; without this, it is swiped to. */

for (const tabs of document.querySelectorAll(".tabs")) {
  const current = tabs.querySelector("[aria-current]");
  if (!current) continue;
  const [outer, inner] = [tabs.getBoundingClientRect(), current.getBoundingClientRect()];
  tabs.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}
