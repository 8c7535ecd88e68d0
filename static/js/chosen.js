/* A choice that was made before the scripts were there, or that the browser kept over a reload, is asked for now. */

document.addEventListener("DOMContentLoaded", () => {
  for (const select of document.querySelectorAll("select[data-again]")) {
    const shown = [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
    if (shown && shown.value !== select.value) select.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
