/* A button marked `data-when-changed` waits out of sight until its form's choice is another than the one that is kept. */

function update(form) {
  const button = form.querySelector("[data-when-changed]");
  const changed = [...form.querySelectorAll("option")].some((option) => option.selected !== option.defaultSelected);
  button.toggleAttribute("data-unchanged", !changed);
}

const forms = [...document.querySelectorAll("form:has([data-when-changed])")];
for (const form of forms) {
  form.addEventListener("change", () => update(form));
  update(form);
}
