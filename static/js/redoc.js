// Starts ReDoc. Its styles are made by script, so it is handed the page's nonce; its own search runs in a worker.
const place = document.getElementById("redoc");
window.Redoc.init(place.dataset.schema, { nonce: place.dataset.nonce, hideDownloadButton: false }, place);
