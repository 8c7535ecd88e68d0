/* A list of jobs (`data-live-jobs`): the socket says when one of the person's own is new or has changed, and those of others
   that are shown are followed by name; then the list is asked for again. Without a socket htmx asks every few seconds. */

import { follow, showConnection } from "./socket.js";

const LOOK_AFTER_MS = 1000;
const LOOK_ANYWAY_MS = 15000; // for jobs that others begin

const seen = new Map();
let connection = "connecting";
let lookedAt = Date.now();
let wanted = false;
let due;

function list() {
  return document.querySelector("[data-live-jobs]");
}

function going() {
  return [...(list()?.querySelectorAll("[data-job]") ?? [])];
}

function look() {
  due ??= setTimeout(
    () => {
      due = undefined;
      wanted = true;
      if (list()) htmx.trigger(list(), "look");
    },
    Math.max(0, lookedAt + LOOK_AFTER_MS - Date.now()),
  );
}

function subscriptions() {
  for (const row of going()) {
    const shown = Number(row.dataset.seq);
    seen.set(row.dataset.job, Math.max(shown, seen.get(row.dataset.job) ?? 0));
  }
  const byName = going().filter((row) => row.dataset.mine !== "true");
  const others = byName.map((row) => ({
    action: "subscribe_job",
    job_id: row.dataset.job,
    after: seen.get(row.dataset.job),
  }));
  const mine = going().filter((row) => row.dataset.mine === "true");
  const after = Object.fromEntries(mine.map((row) => [row.dataset.job, seen.get(row.dataset.job)]));
  return [{ action: "subscribe_user_jobs", after }, ...others];
}

if (list()) {
  follow({
    subscriptions,
    update: ({ job_id, seq, kind }) => {
      if (seq <= (seen.get(job_id) ?? -1)) return;
      seen.set(job_id, seq);
      if (kind === "state" || kind === "progress") look();
    },
    state: (word) => {
      connection = word;
      showConnection(word);
    },
  });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== list()) return;
  if (connection === "live" && !wanted && Date.now() - lookedAt < LOOK_ANYWAY_MS) {
    event.preventDefault();
    return;
  }
  lookedAt = Date.now();
  wanted = false;
});
