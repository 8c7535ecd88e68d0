/* Copy buttons: `data-copy="text"`; empty means the code of the snippet around the button. */

const SHOWN_FOR_MS = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.dataset.copy || button.closest(".snippet").querySelector(".snippet__code").textContent;
  const word = button.querySelector("[data-copy-word]");
  button.dataset.word ??= word.textContent;
  word.textContent = (await written(text)) ? "Copied" : "Press Ctrl+C";
  clearTimeout(button.timer);
  button.timer = setTimeout(() => (word.textContent = button.dataset.word), SHOWN_FOR_MS);
});

/** Write to the clipboard; pages served over plain http have only the old way. */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
