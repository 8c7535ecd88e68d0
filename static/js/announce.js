/* Speaks what changed: a part that htmx swaps each second carries `data-announce`, and only new words of it are put
   where a screen reader listens. */

const announcer = document.querySelector("[data-announcer]");

document.addEventListener("htmx:afterSettle", () => {
  const words = document.querySelector("[data-announce]")?.textContent.trim();
  if (words && announcer.textContent !== words) announcer.textContent = words;
});
