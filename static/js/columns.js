/* Column picker: counts what is ticked; "all", "none" and back to what was suggested. */

function update(box) {
  const here = box.querySelectorAll("[name=features]:checked").length;
  const chosen = here + Number(box.dataset.columns);
  box.querySelector("[data-columns-count]").textContent = `${chosen} of ${box.dataset.columnsOf} columns`;
}

function updateAll() {
  document.querySelectorAll("[data-columns]").forEach(update);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[name=features]")) updateAll();
});

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-columns-set]")?.dataset.columnsSet;
  if (!choice) return;
  for (const tick of event.target.closest("[data-columns]").querySelectorAll("[name=features]")) {
    tick.checked = choice === "suggested" ? "suggested" in tick.dataset : choice === "all";
  }
  updateAll();
});

document.addEventListener("htmx:afterSettle", updateAll);
updateAll();
