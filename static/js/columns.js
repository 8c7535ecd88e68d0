/* Column picker: counts what is ticked. */

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

document.addEventListener("htmx:afterSettle", updateAll);
updateAll();
