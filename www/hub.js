// The learner's own hub: what is known of it, the bar that marks it, and the way to its dialog. Fetched when it is first
// asked for. It stands beside the page's module, in no part of which it draws.
//
// It speaks to the bench as the page does, in the form of src/lessons/src/message.rs: commands there, reports back.
import { newWords } from "./words.js";
import { openDialog } from "./hub-dialog.js";

/** Says, for a reload of this tab, that its hub is a live one: what the ids of the lessons' devices begin with, and no more. */
const KEY = "iot-hub-playground-live";

/** The refusal that tells, once the hub is left, which devices are still there. */
const NOT_DELETED = "refused-live-not-deleted";

/** What is known. */
const hub = {
  /** Says a message of the page, with its arguments. */
  say: (id) => id,
  /** How things stand with the live hub, as `LiveHub` tells it; null while the hub in the page is on the bench. */
  live: null,
  /** What the bench was asked for and has not answered: "connect", "leave", or nothing. */
  asked: null,
  /** Why it did not do it. */
  refused: null,
  /** The doctor's last answer, with its question's id. */
  diagnosed: null,
  /** What ids began with before the page was loaded anew. */
  earlier: null,
  /** What can be done, lesson by lesson. */
  lessons: [],
};

const send = (command) => globalThis.benchHeard.then((bench) => bench.postMessage(command));

const storage = () => {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
};
const remember = (prefix) => {
  try {
    if (prefix === null) storage()?.removeItem(KEY);
    else storage()?.setItem(KEY, prefix);
  } catch {
    // The storage is full: a reload says nothing.
  }
};

/** An element with attributes, listeners and children; what is text stays text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A picture of the page's sprite. */
export function icon(name) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  picture.append(use);
  return picture;
}

/** The lines of what is said of a trouble: what it is, and then what to do. */
export const linesOf = (trouble) =>
  hub.say(`trouble-${trouble.kind}`, { host: hub.live?.host_name ?? "" }).split("\n").map((line) => line.trim()).filter(Boolean);

/** Text that says when it is tried again, told anew each second while it is on the page. */
export function countdown(until) {
  const text = element("span", { class: "countdown" });
  const tell = () => {
    text.textContent = hub.say("hub-retry", { seconds: Math.max(0, Math.ceil((until - Date.now()) / 1000)) });
  };
  tell();
  const ticking = setInterval(() => (text.isConnected ? tell() : clearInterval(ticking)), 1000);
  return text;
}

/** What the bar shows of the hub, made once: what changes is only text, so that the focus stays where it is. */
function makeBar() {
  const parts = {
    host: element("strong", { class: "live-host" }),
    metered: element("span", { class: "live-note live-metered", }),
    created: element("span", { class: "live-note" }),
    relay: element("span", { class: "live-note" }),
    trouble: element("span", { class: "live-trouble", role: "status" }),
    retry: element("span", { class: "live-retry" }),
  };
  const button = (id, ...more) => element("button", { type: "button", class: "button small", onclick: () => open() }, ...more, element("span", {}, hub.say(id)));
  const bar = element(
    "section", { class: "live-bar", "aria-label": hub.say("hub-bar") },
    element("span", { class: "live-mark" }, icon("hub"), hub.say("hub-live")),
    parts.host, parts.metered, parts.created, parts.relay, element("span", { class: "header-gap" }), parts.trouble, parts.retry,
    button("hub-details"), button("hub-leave", icon("close")),
  );
  document.body.prepend(bar);
  return { bar, ...parts };
}

let marked = null;

/** Speaks, for screen readers, what the eye sees by the bar. A dialog that is open would keep them from hearing it. */
let speaker = null;
const announce = (text) => setTimeout(() => { speaker.textContent = text; }, 150);

/** A word about a hub that is no longer there, until it is closed. */
let note = null;

function closeNote() {
  note?.remove();
  note = null;
}

function showNote(text, ...buttons) {
  closeNote();
  const close = element("button", { type: "button", class: "button bare square small", "aria-label": hub.say("close"), onclick: closeNote }, icon("close"));
  note = element(
    "section", { class: "live-bar was-live", "aria-label": hub.say("hub-bar") },
    icon("hint"), element("span", { class: "was-live-text" }, text), ...buttons, close,
  );
  document.body.prepend(note);
  announce(text);
}

/** What a refusal says, with the values of its message. */
export const refusalText = ({ id, arguments: values }) =>
  hub.say(id, Object.fromEntries(values.map(([name, value]) => [name, value.text ?? value.number])));

function drawBar() {
  if (!hub.live) {
    marked?.bar.remove();
    marked = null;
    return;
  }
  marked ??= makeBar();
  const { host_name: host, metered, created, relay, trouble } = hub.live;
  const tell = (part, text) => {
    if (part.textContent !== text) part.textContent = text;
  };
  tell(marked.host, host);
  marked.host.title = host;
  tell(marked.metered, hub.say("hub-metered", { count: metered.standard }));
  marked.metered.title = hub.say("hub-metered-title", { free: metered.free });
  tell(marked.created, hub.say("hub-created", { count: created.length }));
  tell(marked.relay, hub.say(relay ? "hub-relay" : "hub-no-relay"));
  const [what, again] = trouble ?? [];
  const said = what ? linesOf(what)[0] : "";
  if (marked.trouble.textContent !== said) {
    marked.trouble.replaceChildren(...(said ? [icon("warning"), element("span", { title: said }, said)] : []));
  }
  marked.bar.toggleAttribute("data-trouble", Boolean(what));
  // The countdown is no news for a screen reader every second.
  if (marked.again !== again) {
    marked.again = again;
    marked.retry.replaceChildren(...(again ? [countdown(again)] : []));
  }
}

/** Marks the document's title too, which browsers show in tabs. The page writes it anew on every way. */
function markTitle() {
  const { title } = document;
  const own = title.replace(/^● \S+ · /, "");
  const wanted = hub.live ? `● ${hub.live.host_name} · ${own}` : own;
  if (title !== wanted) document.title = wanted;
}

/** The dialog, while it is open. */
let dialog = null;

function draw() {
  drawBar();
  markTitle();
  dialog?.draw();
}

/** What came of going to another hub, for eyes and ears. */
function tellOfAnother(before) {
  if (hub.live) {
    closeNote();
    announce(hub.say("hub-said-live", { host: hub.live.host_name }));
    return;
  }
  announce(hub.say("hub-said-left", { host: before.host_name }));
}

/** What the dialog was opened with may be gone, with the bar for instance: the focus stays near. */
function keepFocus() {
  if (document.activeElement !== document.body) return;
  const ways = [...document.querySelectorAll(".live-bar .button, [data-hub], #main")];
  ways.find((way) => way.offsetParent !== null)?.focus();
}

function hear(reports) {
  if (!Array.isArray(reports)) return;
  let isNew = false;
  const before = hub.live;
  let notDeleted = null;
  for (const report of reports) {
    if (report.hub) {
      const live = report.hub.live ?? null;
      // A live hub tells again and again how it stands; the wish is fulfilled when another hub has come.
      if (!live !== !hub.live) Object.assign(hub, { asked: null, refused: null });
      if (hub.live?.trouble && live && !live.trouble) announce(hub.say("hub-said-back", { host: live.host_name }));
      hub.live = live;
      remember(live && live.prefix);
    } else if (report.diagnosed) {
      hub.diagnosed = report.diagnosed;
    } else if (report.refused?.message.id === NOT_DELETED) {
      notDeleted = report.refused.message;
    } else if (report.refused?.of_hub && hub.asked) {
      Object.assign(hub, { asked: null, refused: report.refused.message });
    } else {
      continue;
    }
    isNew = true;
  }
  if (isNew) draw();
  if (!before !== !hub.live) tellOfAnother(before);
  if (notDeleted) showNote(refusalText(notDeleted));
}

const QUESTIONS = (function* count() {
  // The page's own questions count from 1.
  for (let id = 1_000_000; ; id += 1) yield id;
})();

/** What can be asked of the bench. */
const bench = {
  diagnose(text) {
    const id = QUESTIONS.next().value;
    send({ diagnose: { id, text } });
    return id;
  },
  connect(connectionString, events, group, prefix) {
    Object.assign(hub, { asked: "connect", refused: null });
    send({ "go-live": { connection_string: connectionString, events: events || undefined, group: group || undefined, prefix } });
    draw();
  },
  leave(deleteDevices) {
    Object.assign(hub, { asked: "leave", refused: null });
    send({ leave: { delete_devices: deleteDevices } });
    draw();
  },
  /** Who closes the dialog while a hub is being reached does not want it any more. */
  changeMind() {
    if (hub.asked !== "connect") return;
    hub.asked = null;
    send({ leave: { delete_devices: false } });
  },
};

async function file(name) {
  const address = new URL(`texts/${document.documentElement.lang}/${name}`, import.meta.url);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: status ${answer.status}`);
  return answer;
}

/** Fetches the words of the page's language, those of every page with them. */
async function speak() {
  const language = document.documentElement.lang;
  const [page, live, lessons] = await Promise.all([
    file("ui.ftl").then((answer) => answer.text()), file("live.ftl").then((answer) => answer.text()), file("live.json").then((answer) => answer.json()),
  ]);
  if (language !== document.documentElement.lang) return;
  const words = newWords(language);
  words.add(page);
  words.add(live);
  hub.say = (id, values = {}) => words.format(id, values) ?? id;
  hub.lessons = lessons;
  marked?.bar.remove();
  marked = null;
  draw();
}

async function begin() {
  const styles = element("link", { rel: "stylesheet", href: new URL("hub.css", import.meta.url).href });
  const styled = new Promise((done) => { styles.onload = styles.onerror = done; });
  document.head.append(styles);
  await Promise.all([styled, speak()]);
  speaker = element("p", { class: "unseen", role: "status" });
  // At its top: at its end it would make the page a little longer than the screen.
  document.body.prepend(speaker);
  new MutationObserver(markTitle).observe(document.querySelector("title"), { childList: true });
  new MutationObserver(() => { speak(); }).observe(document.documentElement, { attributeFilter: ["lang"] });
  globalThis.benchHeard.then((worker) => worker.addEventListener("message", ({ data }) => hear(data)));
}

let begun = null;

/** Waits until there are words; what failed is tried anew the next time. */
function ready() {
  begun ??= begin().catch((error) => {
    begun = null;
    throw error;
  });
  return begun;
}

/** Has what speaks to live hubs on its way while a learner still reads. It is the bench that loads it. */
let isOnItsWay = false;
function fetchAhead() {
  if (hub.live || isOnItsWay) return;
  isOnItsWay = true;
  for (const name of ["live-bench.js", "live-bench_bg.wasm"]) {
    // What fails now is told when it is needed.
    fetch(new URL(name, import.meta.url), { priority: "low" }).then((answer) => answer.arrayBuffer()).catch(() => {});
  }
}

/** Opens the dialog. */
export async function open() {
  await ready();
  fetchAhead();
  dialog ??= openDialog(hub, bench, () => {
    dialog = null;
    keepFocus();
  });
}

/** Says calmly that the page was on a live hub before it was loaded anew. */
export async function tellOfEarlier() {
  hub.earlier = storage()?.getItem(KEY) ?? null;
  remember(null);
  if (hub.earlier === null) return;
  await ready();
  const again = () => {
    closeNote();
    open();
  };
  showNote(hub.say("hub-was-live"), element("button", { type: "button", class: "button small", onclick: again }, hub.say("hub-again")));
}
