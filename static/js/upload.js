/* Upload form: shows the chosen file, refuses one over the limit before it is sent, and tells how much has gone. */

import { focusInvalid } from "./invalid.js";

const UNITS = ["kB", "MB", "GB"];

function size(bytes) {
  let amount = bytes;
  let unit = "bytes";
  for (const next of UNITS) {
    if (amount < 1000) break;
    amount /= 1000;
    unit = next;
  }
  return `${amount >= 100 || unit === "bytes" ? Math.round(amount) : amount.toPrecision(3)} ${unit}`;
}

function show(input) {
  const line = input.closest("[data-drop]").querySelector("[data-drop-file]");
  const [file] = input.files;
  const limit = Number(input.dataset.maxBytes);
  line.hidden = !file;
  if (!file) return;
  const tooLarge = limit && file.size > limit;
  line.textContent = tooLarge
    ? `${file.name} is ${size(file.size)}, more than the limit of ${input.dataset.maxWords}.`
    : `${file.name} · ${size(file.size)}`;
  input.setCustomValidity(tooLarge ? `The file is larger than ${input.dataset.maxWords}.` : "");
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-drop] input[type=file]")) show(event.target);
});

for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(kind, (event) => {
    event.target.closest?.("[data-drop]")?.classList.toggle("is-over", over);
  });
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-upload]")) return;
  event.preventDefault();
  send(event.target);
});

/* Gone back to, the browser may show the page as it was left: ready for another file, not still sending. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("[data-upload]")) {
    form.querySelector("[data-upload-progress]").hidden = true;
    form.querySelector("[type=submit]").disabled = false;
  }
});

function send(form) {
  const box = form.querySelector("[data-upload-progress]");
  const bar = box.querySelector("progress");
  const words = box.querySelector(".progress__words span");
  const button = form.querySelector("[type=submit]");
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    words.textContent = loaded < total ? `Sent ${size(loaded)} of ${size(total)}` : "Sent; the file is being read";
    if (loaded === total) bar.removeAttribute("value");
  });
  request.addEventListener("load", () => arrive(request));
  request.addEventListener("error", () => {
    words.textContent = "The connection broke before the file arrived. Try again.";
    button.disabled = false;
  });
  request.open("POST", form.action);
  request.responseType = "document";
  request.send(new FormData(form));
  box.hidden = false;
  button.disabled = true;
}

/** A redirect means success, so go there; anything else is this page again, with what was wrong. */
function arrive(request) {
  const main = request.response?.getElementById("main");
  if (new URL(request.responseURL).pathname !== location.pathname) location.assign(request.responseURL);
  else if (main) {
    document.getElementById("main").replaceWith(main);
    focusInvalid(main);
  } else location.reload();
}
