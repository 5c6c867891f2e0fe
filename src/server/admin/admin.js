// Asks the program every other second how its hub is, and shows it. What devices and clients sent becomes text, never
// markup. What a person reads stands in the page.

const EVERY = 2000;
const PATIENCE = 5000;
const SVG = "http://www.w3.org/2000/svg";
const CHART = { width: 120, height: 32 };

const words = new Map(
  [...document.getElementById("words").content.querySelectorAll("[data-word]")].map((it) => [it.dataset.word, it.textContent]),
);
const word = (name, values = {}) => (words.get(name) ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key]);

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dated = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

let paused = false;
let asking = false;

const bytes = (count) => {
  if (count < 1000) return word("bytes", { value: whole.format(count) });
  if (count < 1_000_000) return word("kilobytes", { value: tenths.format(count / 1000) });
  return word("megabytes", { value: tenths.format(count / 1_000_000) });
};
const units = {
  bytes,
  micros: (count) => word("millis", { value: tenths.format(count / 1000) }),
};

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** What somebody else wrote: its direction of writing stays its own. */
const foreign = (text) => element("bdi", "", text);

function time(iso) {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  const shown = element("time", "", (isToday ? clock : dated).format(at));
  shown.dateTime = iso;
  return shown;
}

/** A cell with a class of its column. The first of a row is its heading. */
function cell(className, ...children) {
  const made = element("td", className, ...children);
  made.role = "cell";
  return made;
}
function heading(className, ...children) {
  const made = element("th", className, ...children);
  made.scope = "row";
  made.role = "rowheader";
  return made;
}

/** On a phone a row is a list, so each cell says of which column it is; and a row has to say that it is one. */
function row(body, cells) {
  const columns = body.parentElement.tHead.rows[0].cells;
  cells.forEach((it, at) => { it.dataset.column = columns[at].textContent; });
  const made = element("tr", "", ...cells);
  made.role = "row";
  return made;
}

const rows = {
  refusals: (state) => state.refusals.map((it) => [
    heading("time", time(it.at)),
    cell("", word(it.what)),
    cell("name", foreign(it.subject)),
    cell("reason", foreign(it.reason)),
    cell("code", it.code),
    cell("", word(it.protocol)),
    cell("address", it.peer),
  ]),
  connections: (state) => state.connections.newest.map((it) => [
    heading("name", foreign(it.client ?? "–")),
    cell("", word(it.protocol)),
    cell("time", time(it.since)),
    cell("address", it.peer),
  ]),
  devices: (state) => state.devices.shown.map((it) => [
    heading("name", foreign(it.id)),
    cell(it.connected ? "good" : "", word(it.connected ? "connected" : "disconnected")),
    cell(it.enabled ? "" : "bad-word", word(it.enabled ? "enabled" : "disabled")),
    cell("number", whole.format(it.queued)),
    cell("time", it.lastActivity ? time(it.lastActivity) : word("never")),
  ]),
  events: (state) => state.events.map((it) => [
    heading("time", time(it.at)),
    cell("name", foreign(it.device)),
    cell("body", foreign(it.body)),
    cell("number", whole.format(it.bytes)),
    cell("number", String(it.partition)),
    cell("number", String(it.number)),
  ]),
  operations: (state) => state.usage.operations.map((it) => [
    heading("", it.class.replace(/(?<=[a-z])(?=[A-Z])/g, " ")),
    cell("number", allowed(it)),
    ...[it.passed, it.delayed, it.refused, it.waiting].map((count) => cell("number", whole.format(count))),
  ]),
  partitions: (state) => state.partitions.map((it) => [
    heading("", String(it.partition)),
    cell("number", whole.format(it.events)),
    cell("number", bytes(it.bytes)),
  ]),
};

/** The rate of direct methods is one of bytes. */
function allowed({ class: name, rate }) {
  const amount = name === "DirectMethod" ? bytes(rate.amount) : whole.format(rate.amount);
  return word("rate", { amount, seconds: rate.seconds });
}

const sum = (numbers) => numbers.reduce((all, it) => all + it, 0);

const texts = {
  hostName: (state) => state.hostName,
  version: (state) => state.version,
  tier: ({ usage }) => word("units", { name: usage.tier, units: usage.units }),
  enforced: ({ usage }) => word(usage.enforced ? "enforced" : "counted"),
  messages: ({ usage }) => word("of", { used: whole.format(usage.messagesToday), all: whole.format(usage.dailyQuota) }),
  deviceCount: ({ usage }) => word("of", { used: whole.format(usage.devices), all: whole.format(usage.mostDevices) }),
  connected: ({ usage }) => whole.format(usage.connected),
  store: ({ health }) => word(health.store),
  lastKept: ({ health }) => (health.lastKept ? time(health.lastKept) : word("never")),
  commits: ({ rates }) => whole.format(sum(rates.commits)),
  batch: ({ rates }) => {
    const inputs = sum(rates.batch.map((mean, at) => mean * rates.commits[at]));
    return tenths.format(inputs / Math.max(1, sum(rates.commits)));
  },
  waiting: (state) => whole.format(state.waiting),
  queued: (state) => whole.format(state.queued),
  feedback: (state) => whole.format(state.feedback),
  started: (state) => time(state.started),
};

/** Draws anew only what has changed, so that what is selected stays selected. */
const shown = new Map();
function hasChanged(name, value) {
  const text = JSON.stringify(value);
  const before = shown.get(name);
  shown.set(name, text);
  return before !== text;
}

function showRows(body, state) {
  const name = body.dataset.rows;
  const made = rows[name](state);
  const text = made.map((cells) => cells.map((it) => it.textContent + it.className));
  if (!hasChanged(name, text)) return;
  if (made.length > 0) {
    body.replaceChildren(...made.map((cells) => row(body, cells)));
    return;
  }
  const none = cell("none", word(body.dataset.none));
  none.colSpan = body.parentElement.tHead.rows[0].cells.length;
  const only = element("tr", "", none);
  only.role = "row";
  body.replaceChildren(only);
}

function showMore(place, state) {
  const { total, newest, shown: some } = state[place.dataset.more];
  const left = total - (newest ?? some).length;
  place.textContent = left > 0 ? word("more", { count: whole.format(left) }) : "";
}

function showProtocols(state) {
  if (!hasChanged("protocols", state.connections.byProtocol)) return;
  const items = state.connections.byProtocol.map(([protocol, count]) => {
    const figure = element("b", "", whole.format(count));
    return element("li", "", `${word(protocol)} `, figure);
  });
  document.getElementById("protocols").replaceChildren(...items);
}

function showChart(figure, state) {
  const values = state.rates[figure.dataset.series];
  const format = units[figure.dataset.unit] ?? ((count) => whole.format(count));
  const most = Math.max(0, ...values);
  figure.querySelector(".now").textContent = format(values.at(-1) ?? 0);
  figure.querySelector(".peak").textContent = word("peak", { value: format(most) });
  // The newest is at the right edge; before the program began there is nothing.
  const x = (at) => CHART.width - (values.length - 1 - at);
  const y = (value) => CHART.height - (most > 0 ? (value / most) * (CHART.height - 2) : 0);
  const line = values.map((value, at) => `${x(at)},${y(value).toFixed(2)}`).join(" ");
  const area = `${x(0)},${CHART.height} ${line} ${CHART.width},${CHART.height}`;
  const svg = figure.querySelector("svg");
  const drawn = [["polygon", "area", area], ["polyline", "line", line]].map(([name, className, points]) => {
    const made = document.createElementNS(SVG, name);
    made.setAttribute("class", className);
    made.setAttribute("points", values.length > 0 ? points : "");
    return made;
  });
  svg.replaceChildren(...drawn);
}

function showHealth(status) {
  const health = document.getElementById("health");
  if (health.dataset.status === status) return;
  health.dataset.status = status;
  document.getElementById("health-word").textContent = word(status);
}

function show(state) {
  for (const place of document.querySelectorAll("[data-text]")) {
    const content = texts[place.dataset.text](state);
    const text = typeof content === "string" ? content : content.textContent;
    if (place.textContent !== text) place.replaceChildren(content);
  }
  document.querySelectorAll("[data-rows]").forEach((body) => showRows(body, state));
  document.querySelectorAll("[data-more]").forEach((place) => showMore(place, state));
  document.querySelectorAll("[data-series]").forEach((figure) => showChart(figure, state));
  showProtocols(state);
  showHealth(state.health.status);
}

async function ask() {
  if (asking || paused || document.hidden) return;
  asking = true;
  try {
    const response = await fetch("state.json", { signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(response.statusText);
    const state = await response.json();
    if (!paused) show(state);
  } catch {
    if (!paused) showHealth("lost");
  } finally {
    asking = false;
  }
}

const pause = document.getElementById("pause");
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = word(paused ? "go-on" : "pause");
  if (paused) showHealth("paused");
  else ask();
});
document.addEventListener("visibilitychange", ask);
setInterval(ask, EVERY);
ask();
