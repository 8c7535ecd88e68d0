/* Groups of tick boxes: `data-ticks-set="all"` and `"none"` inside a `data-ticks` tick them at once. */

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-ticks-set]")?.dataset.ticksSet;
  if (!choice) return;
  for (const box of event.target.closest("[data-ticks]").querySelectorAll("[type=checkbox]")) {
    box.checked = choice === "all";
  }
});
