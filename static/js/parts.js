/* Puts new markup from the server into a page part by part: each `data-part` that differs from what the server sent before
   is replaced, the others stay as they are, with their focus, their scrolling and what is folded out. */

const sent = new Map();

/* Whether `html` could be put into `box`; it cannot when its parts are others, for then it is another page. */
export function merge(box, html) {
  const incoming = document.createElement("template");
  incoming.innerHTML = html;
  const fresh = [...incoming.content.querySelectorAll("[data-part]")];
  const shown = new Map([...box.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  if (!fresh.length || fresh.length !== shown.size || !fresh.every((part) => shown.has(part.dataset.part))) return false;
  for (const part of fresh) replace(shown.get(part.dataset.part), part);
  return true;
}

/* Says that a part was changed by a script, so that the server's next word replaces it whatever it was before. */
export function changed(name) {
  sent.delete(name);
}

function replace(old, part) {
  const name = part.dataset.part;
  const html = part.outerHTML;
  if (sent.get(name) === html || (!sent.has(name) && old.outerHTML === html)) {
    sent.set(name, html);
    return;
  }
  sent.set(name, html);
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = [...old.querySelectorAll("[tabindex]")].map((box) => [box.scrollTop, box.scrollLeft]);
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  old.replaceWith(part);
  part.querySelectorAll("details").forEach((details, place) => details.toggleAttribute("open", open[place] ?? details.open));
  part.querySelectorAll("[tabindex]").forEach((box, place) => box.scrollTo(scrolled[place]?.[1] ?? 0, scrolled[place]?.[0] ?? 0));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
