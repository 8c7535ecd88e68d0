/* Prediction page: brings the answer, or the first value that cannot be used, into view on a small screen. */

document.addEventListener("htmx:afterSettle", () => {
  const wrong = document.querySelector("#row [aria-invalid=true]");
  const found = wrong ?? document.querySelector("#answer .answer:not(.answer--none)");
  wrong?.focus({ preventScroll: true });
  found?.scrollIntoView({ block: wrong ? "center" : "nearest" });
});
