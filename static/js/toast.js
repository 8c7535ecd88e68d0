/* Toasts: good news leaves by itself unless one is reading it; errors stay until dismissed.
   Also says when the server could not be reached or refused, which htmx would pass over in silence. */

const SHOWN_FOR_MS = 6000;

function settle(toast) {
  if (!toast.matches(".toast--success, .toast--info")) return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 1000) : toast.remove());
  setTimeout(leave, SHOWN_FOR_MS);
}

function show(text) {
  const list = document.getElementById("toasts");
  const known = [...list.querySelectorAll(".toast__text")].some((shown) => shown.textContent === text);
  if (known) return;
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.querySelector(".toast__text").textContent = text;
  list.append(toast);
}

document.querySelectorAll("[data-toast]").forEach(settle);

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

document.addEventListener("htmx:sendError", () => {
  show("The server cannot be reached. What you see may be out of date; it is tried again by itself.");
});

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 429) show("That was a bit fast. Wait a moment and try again.");
  else show(`The server answered with an error (${status}). Reload the page and try again.`);
});
