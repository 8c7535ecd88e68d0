/* A job's log: new lines are added at its end, each number once, and it follows the newest unless one has scrolled up. */

const LINES = 200;
const NEAR_THE_END = 24;

function box() {
  return document.querySelector("[data-log]");
}

function lastSeq(log) {
  return Number(log.querySelector("[data-seq]:last-of-type")?.dataset.seq ?? 0);
}

function follows(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
}

function add(log, lines) {
  const following = follows(log);
  const seen = lastSeq(log);
  const news = lines.filter((line) => Number(line.dataset.seq) > seen);
  if (news.length) log.querySelector("[data-log-none]")?.remove();
  log.append(...news);
  const shown = log.querySelectorAll("[data-seq]");
  [...shown].slice(0, Math.max(0, shown.length - LINES)).forEach((line) => line.remove());
  if (following) log.scrollTop = log.scrollHeight;
}

/* The lines of the server's markup that are not shown yet. */
export function addFrom(html) {
  const incoming = document.createElement("template");
  incoming.innerHTML = html;
  if (box()) add(box(), [...incoming.content.querySelectorAll("[data-log] [data-seq]")]);
}

/* One line as the server would render it, from the page's own template of a line. */
export function addLine(seq, at, text) {
  const log = box();
  const line = document.getElementById("log-line")?.content.querySelector("[data-seq]").cloneNode(true);
  if (!log || !line) return;
  const [time, words] = line.children;
  line.dataset.seq = seq;
  time.dateTime = at;
  time.textContent = at.slice(11, 19);
  words.textContent = text;
  add(log, [line]);
}

/* A log that has just been put there shows its end. */
let placed;
function place() {
  if (box() && box() !== placed) box().scrollTop = box().scrollHeight;
  placed = box();
}

document.addEventListener("htmx:afterSettle", place);
place();
