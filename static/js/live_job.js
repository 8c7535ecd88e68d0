/* A job's page while it runs: the socket says what is new. Counts and log lines are shown as they come; for the rest the
   page asks the server for its changing part, not more often than it can be read. Without a socket, that part is asked
   for every second by htmx, as its `data-poll` says. */

import { addFrom, addLine } from "./log.js";
import { changed, merge } from "./parts.js";
import { follow, showConnection } from "./socket.js";

const LOOK_AFTER_MS = 700;
const LOOK_ANYWAY_MS = 5000; // for the heartbeat, and in case that something was missed
const FINAL = ["succeeded", "failed", "cancelled"];

const live = document.getElementById("live");
const job = live.dataset.job;
let seen = Number(live.dataset.seq);
let connection = "connecting";
let lookedAt = Date.now();
let wanted = false;
let due;

function poll() {
  return live.querySelector("[data-poll]");
}

function look(delay = LOOK_AFTER_MS) {
  if (due && delay) return;
  clearTimeout(due);
  due = setTimeout(() => {
    due = undefined;
    wanted = true;
    if (poll()) htmx.trigger(poll(), "look");
  }, Math.max(0, lookedAt + delay - Date.now()));
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function showProgress({ stage, done, total, unit }) {
  const part = live.querySelector("[data-part=progress]");
  const bar = part?.querySelector("progress");
  if (!bar || part.dataset.stage !== stage) return look(0);
  if (!total) return;
  const text = `${capitalised(unit)} ${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`;
  part.querySelector(".progress__words span").textContent = text;
  bar.setAttribute("aria-label", text);
  bar.max = total;
  bar.value = done;
  changed("progress");
}

function update({ job_id, seq, kind, payload, created_at }) {
  if (job_id !== job || seq <= seen) return;
  if (seq !== seen + 1) look(0);
  seen = seq;
  if (kind === "progress") showProgress(payload);
  else if (kind === "log") addLine(seq, created_at, payload.message ?? "");
  else look(kind === "state" ? 0 : LOOK_AFTER_MS);
  if (kind === "state" && FINAL.includes(payload.state)) end();
}

function say(state) {
  connection = state;
  showConnection(state);
}

const end = poll()
  ? follow({
      subscriptions: () => [{ action: "subscribe_job", job_id: job, after: seen }],
      update,
      state: say,
    })
  : () => {};
if (!poll()) showConnection("ended");

/* While the socket tells, the server is asked when there is a reason to. */
live.addEventListener("htmx:beforeRequest", (event) => {
  if (connection === "live" && !wanted && Date.now() - lookedAt < LOOK_ANYWAY_MS) {
    event.preventDefault();
    return;
  }
  lookedAt = Date.now();
  wanted = false;
});

live.addEventListener("htmx:beforeSwap", (event) => {
  const html = event.detail.serverResponse;
  if (!event.detail.shouldSwap || !merge(live, html)) return;
  addFrom(html);
  event.detail.shouldSwap = false;
  document.dispatchEvent(new CustomEvent("htmx:afterSettle"));
});

document.addEventListener("htmx:afterSettle", () => {
  if (poll()) return;
  end();
  showConnection("ended");
});
