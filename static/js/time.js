/* Moments: `<time data-time>` keeps its relative words current and shows the visitor's own zone on hover;
   `<time data-elapsed>` counts up from its moment. */

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7], ["week", 4.35], ["month", 12], ["year", Infinity]];

function relative(seconds) {
  let amount = Math.abs(seconds);
  if (amount < 10) return "just now";
  for (const [unit, step] of STEPS) {
    if (amount < step) {
      const whole = Math.floor(amount);
      const words = `${whole} ${unit}${whole === 1 ? "" : "s"}`;
      return seconds > 0 ? `${words} ago` : `in ${words}`;
    }
    amount /= step;
  }
}

function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

function write(time, text) {
  if (time.textContent !== text) time.textContent = text;
}

function refresh() {
  for (const time of document.querySelectorAll("time[data-time]")) {
    const moment = new Date(time.dateTime);
    write(time, relative((Date.now() - moment) / 1000));
    time.title = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  }
  tick();
}

function tick() {
  for (const time of document.querySelectorAll("time[data-elapsed]")) {
    write(time, elapsed((Date.now() - new Date(time.dateTime)) / 1000));
  }
}

refresh();
setInterval(refresh, 15000);
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", refresh);
