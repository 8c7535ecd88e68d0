/* The socket of live pages: connects, says what to follow, comes back after a break and resumes.

   `follow({ subscriptions, update, state })`: `subscriptions()` returns the messages to send at each (re)connection, so that
   their `after` is always the newest number seen; `update(message)` is called for each `job_update`; `state(word)` says
   "connecting", "live", "reconnecting" or, when sockets do not seem to work here, "polling". Returns a function that ends it. */

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15000;
const FAILURES_UNTIL_POLLING = 3;
const PING_EVERY_MS = 20000;
const SILENT_AFTER_MS = 45000;
const REFUSED = [4401, 4403];

export function follow({ subscriptions, update, state }) {
  let socket, timer, pings, heardAt;
  let failures = 0;
  let ended = false;

  function connect() {
    clearTimeout(timer);
    const { protocol, host } = location;
    socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}/ws/training`);
    socket.addEventListener("open", opened);
    socket.addEventListener("message", heard);
    socket.addEventListener("close", closed);
  }

  function opened() {
    if (ended) return socket.close();
    heardAt = Date.now();
    for (const message of subscriptions()) socket.send(JSON.stringify(message));
    pings = setInterval(ping, PING_EVERY_MS);
    socket.send('{"action":"ping"}');
  }

  function ping() {
    if (Date.now() - heardAt > SILENT_AFTER_MS) leave();
    else socket.send('{"action":"ping"}');
  }

  function heard(event) {
    heardAt = Date.now();
    const message = JSON.parse(event.data);
    if (message.type === "pong" || message.type === "job_update") {
      failures = 0;
      state("live");
    }
    if (message.type === "job_update") update(message);
  }

  function closed(event) {
    clearInterval(pings);
    if (ended) return;
    failures += 1;
    const refused = REFUSED.includes(event.code);
    state(refused || failures >= FAILURES_UNTIL_POLLING ? "polling" : "reconnecting");
    if (refused) return;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
    timer = setTimeout(connect, delay * (0.5 + Math.random() / 2));
  }

  /* A connection that is dead without knowing takes its time to close: do not wait for it. */
  function leave() {
    socket.removeEventListener("close", closed);
    socket.close();
    closed({ code: 1006 });
  }

  function backAtOnce() {
    if (!ended && socket.readyState > WebSocket.OPEN) connect();
  }

  addEventListener("online", backAtOnce);
  addEventListener("pageshow", (event) => event.persisted && backAtOnce());
  state("connecting");
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    if (socket.readyState !== WebSocket.CONNECTING) socket.close(); // browsers complain of one closed before it is open
  };
}

/* The dot that says whether the page is live, if the page has one. */
export function showConnection(state) {
  const shown = document.querySelector("[data-connection]");
  if (!shown || shown.dataset.connection === state) return;
  const words = shown.querySelector("[data-connection-words]");
  shown.dataset.connection = state;
  words.textContent = words.dataset[state] ?? "";
  shown.hidden = state === "ended";
}
