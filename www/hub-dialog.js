// The dialog about the learner's own hub: how to connect it, and how things stand while it is connected. It is on the page
// only while it is open. A string is nowhere but in its field and, once it is given, in the worker's memory.
import { countdown, element, icon, linesOf, refusalText } from "./hub.js";

/** What an id of a device may begin with; the browser checks it. */
const PREFIX = "[\\-A-Za-z0-9._:]*";
const LONGEST_PREFIX = 40;
const LONGEST_GROUP = 50;

/** How many messages a unit of a tier has a day, how many kB count as one, and who counts so here. (IoT Hub documentation: quotas and throttling.) */
const QUOTAS = {
  F1: { quota: 8_000, block: 0.5, counted: "free" },
  S1: { quota: 400_000, block: 4, counted: "standard" },
};

/** The ways in which a step can go, each with its picture. */
const WAYS = { live: "hub", relayed: "wire", "by-hand": "eye" };

/** The columns of the table, in the order of `live.json`. */
const COLUMNS = ["live-with-relay", "live-without-relay", "live-as-device"];

/** The ways to trust an authority, each a message. */
const TRUST = ["chromium", "firefox", "windows", "macos", "linux", "relay"];

/** A beginning for ids that hardly anybody else has at the same hub. */
function newPrefix() {
  const letters = "abcdefghijkmnpqrstuvwxyz23456789";
  const numbers = crypto.getRandomValues(new Uint8Array(4));
  return `playground-${Array.from(numbers, (number) => letters[number % letters.length]).join("")}-`;
}

/** The beginning of an earlier visit, unless somebody else wrote it there. */
const earlierPrefix = (text) => (text !== null && text.length <= LONGEST_PREFIX && new RegExp(`^${PREFIX}$`).test(text) ? text : null);

/** A right of the service, `RegistryRead`, as it is told by `live.json` and the bench: `registry-read`. */
const rightId = (name) => name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** The columns of a table, `[place in live.json, message of the head]`; the rights that the string has, if that is known; and whether
    there is a string for events too. */
function columnsOf(diagnosis, events) {
  const { kind, rights = [] } = diagnosis ?? {};
  if (kind === "device") return { columns: [[2, "live-with-this"]], rights: null, events };
  return { columns: [[0, COLUMNS[0]], [1, COLUMNS[1]]], rights: rights.length ? rights.map(rightId) : null, events };
}

/** The same of a hub that is connected. */
function columnsOfHub({ policy, rights, relay, events }) {
  const column = policy == null ? 2 : relay ? 0 : 1;
  return { columns: [[column, COLUMNS[column]]], rights: policy == null ? null : rights ?? null, events };
}

/** How a step goes in a column with these rights, as `StepOutline::on_live` says. */
function wayOf(step, column, { rights, events }) {
  if (step.events && events) return "live";
  return rights && !step.rights.every((right) => rights.includes(right)) ? "by-hand" : step.ways[column];
}

function fold(summary, ...content) {
  return element("details", { class: "fold-down" }, element("summary", {}, summary), ...content);
}

/** A way as a picture with words. A phone has room for no more than the picture, and for how many steps go this way. */
function way(id, text, count) {
  const short = count === undefined ? null : element("span", { class: "way-count", "aria-hidden": "true" }, count);
  return element("span", { class: `way ${id}` }, icon(WAYS[id]), element("span", { class: "way-words" }, text), short);
}

/** What is live, relayed or by hand: lesson by lesson, and step by step for whoever asks. */
function reach({ say, lessons }, { columns, ...given }) {
  const table = (caption, first, rows) => element(
    "div", { class: "reach", role: "region", tabindex: "0", "aria-label": say(caption) },
    element(
      "table", {}, element("caption", { class: "unseen" }, say(caption)),
      element("thead", {}, element("tr", {}, [first, ...columns.map(([, head]) => head)].map((head) => element("th", { scope: "col" }, say(head))))),
      element("tbody", {}, rows),
    ),
  );
  const row = (title, cells) => element("tr", {}, element("th", { scope: "row" }, title), cells.map((cell) => element("td", {}, cell)));
  const counts = (steps, column) => Object.keys(WAYS).flatMap((id) => {
    const count = steps.filter((step) => wayOf(step, column, given) === id).length;
    return count ? [way(id, say(`live-count-${id}`, { count }), count)] : [];
  });
  const byLesson = lessons.map(({ title, steps }) => row(title, columns.map(([column]) => counts(steps, column))));
  const byStep = lessons.flatMap(({ title, steps }) => [
    element("tr", { class: "reach-lesson" }, element("th", { scope: "colgroup", colspan: columns.length + 1 }, title)),
    ...steps.map((step) => row(step.title, columns.map(([column]) => {
      const id = wayOf(step, column, given);
      return way(id, say(`way-${id}`));
    }))),
  ]);
  return element(
    "section", { "aria-labelledby": "hub-reach" },
    element("h3", { id: "hub-reach" }, say("live-reach")),
    element("ul", { class: "ways" }, Object.keys(WAYS).map((id) => element("li", {}, way(id, say(`way-${id}`)), element("span", {}, say(`live-means-${id}`))))),
    table("live-by-lesson", "live-lesson", byLesson), fold(say("live-by-step"), table("live-by-step", "live-step", byStep)),
  );
}

/** Draws it anew; what was unfolded stays so. */
function drawReach(place, hub, wanted) {
  const isOpen = place.querySelector("details")?.open ?? false;
  place.replaceChildren(reach(hub, wanted));
  place.querySelector("details").open = isOpen;
}

/** What the doctor says, as src/app/src/panels/doctor.rs draws it. */
function diagnosisOf(say, { kind, findings, parts, rights }) {
  const name = kind ?? "unknown";
  const noted = (picture, text, tag, more) => element(tag, more, icon(picture), element("span", {}, text));
  const says = findings.length
    ? element("ul", { class: "diagnosis-findings" }, findings.map(([id, argument]) => noted("warning", say(id, { argument }), "li")))
    : noted("passed", say("doctor-nothing-wrong"), "p", { class: "diagnosis-good" });
  const part = ([head, value]) =>
    element("tr", {}, element("th", { scope: "row" }, element("code", {}, head)), element("td", {}, element("code", {}, value)));
  return element(
    "section", { class: "diagnosis", "aria-label": say("doctor-diagnosis") },
    element("p", { class: "diagnosis-kind" }, say(`doctor-kind-${name}`)), says,
    parts.length ? element(
      "div", { class: "diagnosis-parts", role: "region", tabindex: "0", "aria-label": say("doctor-parts") },
      element("table", {}, element("caption", {}, say("doctor-parts")), element("tbody", {}, parts.map(part))),
    ) : null,
    rights.length ? element(
      "div", { class: "diagnosis-rights" }, element("span", {}, say("doctor-rights")),
      element("ul", {}, rights.map((right) => element("li", {}, element("code", {}, right)))),
    ) : null,
  );
}

/** Why the bench did not do what was asked. */
const refusalOf = ({ refused }) =>
  (refused ? [element("p", { class: "refused" }, icon("warning"), element("span", {}, refusalText(refused)))] : []);

/** The form that connects a hub: its node, and how to draw what has changed. */
function connectForm(hub, bench, close) {
  const { say } = hub;
  const secret = (id, placeholder, more) => element("input", {
    id, type: "password", placeholder, autocomplete: "off", spellcheck: "false", autocapitalize: "off", "aria-describedby": `${id}-note`, ...more,
  });
  const field = (input, label, note, ...beside) => element(
    "div", { class: "field" }, element("label", { for: input.id }, say(label)), element("div", { class: "field-row" }, input, ...beside),
    element("p", { id: `${input.id}-note`, class: "field-note" }, say(note)),
  );
  const string = secret("hub-string", say("live-string-placeholder"), { required: true });
  const events = secret("hub-events", "Endpoint=sb://…;EntityPath=…");
  const group = element("input", {
    id: "hub-group", placeholder: "$Default", maxlength: LONGEST_GROUP, autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    "aria-describedby": "hub-group-note",
  });
  const prefix = element("input", {
    id: "hub-prefix", value: earlierPrefix(hub.earlier) ?? newPrefix(), maxlength: LONGEST_PREFIX, pattern: PREFIX, title: say("live-prefix-rule"),
    autocomplete: "off", spellcheck: "false", autocapitalize: "off", "aria-describedby": "hub-prefix-note",
  });
  const reveal = element("button", { type: "button", class: "button bare square", "aria-label": say("secret-reveal"), title: say("secret-reveal"), "aria-pressed": "false" }, icon("eye"));
  reveal.addEventListener("click", () => {
    const isShown = string.type === "text";
    string.type = events.type = isShown ? "password" : "text";
    reveal.setAttribute("aria-pressed", String(!isShown));
    reveal.replaceChildren(icon(isShown ? "eye" : "eye-off"));
  });
  let question = null;
  string.addEventListener("input", () => {
    question = string.value.trim() ? bench.diagnose(string.value) : null;
    draw();
  });
  events.addEventListener("input", () => draw());
  const doctor = element("div", { class: "hub-doctor", role: "status" });
  const table = element("div", {});
  const refusal = element("div", { class: "hub-refusal", role: "alert" });
  const go = element("button", { type: "submit", class: "button primary hub-go" }, icon("hub"), say("live-connect"));
  let answer = null;
  let drawnReach = null;
  const isWrong = () => answer !== null && !["service", "device"].includes(answer.kind);
  const submit = (event) => {
    event.preventDefault();
    if (isWrong()) {
      string.focus();
      return;
    }
    bench.connect(string.value.trim(), events.value.trim(), group.value.trim(), prefix.value.trim());
    string.value = events.value = "";
  };
  const before = ["cost", "key", "devices", "tests"].map((id) => element("li", {}, say(`live-before-${id}`)));
  const node = element(
    "form", { class: "hub-form", onsubmit: submit },
    element("p", {}, say("live-intro")),
    field(string, "live-string", "live-string-note", reveal), doctor,
    fold(say("live-events"), field(events, "live-events-string", "live-events-note"), field(group, "live-group", "live-group-note")),
    field(prefix, "live-prefix", "live-prefix-note"),
    element("section", { class: "hub-before", "aria-labelledby": "hub-before" }, element("h3", { id: "hub-before" }, icon("warning"), say("live-before")), element("ul", {}, before)),
    table,
    element("div", { class: "hub-buttons" }, refusal, element("button", { type: "button", class: "button", onclick: close }, say("live-cancel")), go),
  );
  function draw() {
    // What was said of a string that is given stays, and so does what was said before the doctor has answered again.
    const { id, diagnosis } = hub.diagnosed ?? {};
    const now = question === null ? null : id === question ? diagnosis : answer;
    if (now !== answer) {
      answer = now;
      const wrong = isWrong() ? element("p", { class: "field-error" }, icon("warning"), element("span", {}, say("live-string-wrong"))) : null;
      doctor.replaceChildren(...[wrong, answer && diagnosisOf(say, answer)].filter(Boolean));
      if (isWrong()) string.setAttribute("aria-invalid", "true");
      else string.removeAttribute("aria-invalid");
    }
    const wanted = columnsOf(answer, events.value.trim() !== "");
    if (JSON.stringify(wanted) !== drawnReach) {
      drawnReach = JSON.stringify(wanted);
      drawReach(table, hub, wanted);
    }
    refusal.replaceChildren(...refusalOf(hub));
    go.disabled = hub.asked !== null;
  }
  return { node, draw, focus: string };
}

/** What is wrong with a hub that is connected, and what to do. */
function troubleOf({ say, live }) {
  if (!live.trouble) return [];
  const [trouble, again] = live.trouble;
  const [what, ...todo] = linesOf(trouble);
  const address = `https://${live.host_name}/`;
  // A page is not told whether it was the certificate, so the way out is told for all that may be it.
  const isTrust = ["no-socket", "certificate"].includes(trouble.kind);
  return [element(
    "section", { class: "trouble", "aria-label": say("live-trouble") },
    element("p", { class: "trouble-what" }, icon("warning"), element("span", {}, what)),
    element("ul", {}, todo.map((line) => element("li", {}, line))),
    isTrust ? element("p", {}, element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, say("live-open-host", { address }))) : null,
    isTrust ? fold(
      say("trust-title"), element("p", {}, say("trust-where")),
      element("ul", {}, TRUST.map((id) => element("li", {}, say(`trust-${id}`)))),
    ) : null,
    trouble.detail ? element("p", { class: "quiet" }, say("live-trouble-detail"), " ", element("code", {}, trouble.detail)) : null,
    again ? element("p", {}, countdown(again)) : null,
  )];
}

/** A right, as the service writes it. */
const rightName = (id) => id.replace(/(^|-)(\w)/g, (_, dash, letter) => letter.toUpperCase());

function factsOf({ say, live }) {
  const fact = (head, ...says) => element("div", {}, element("dt", {}, say(head)), element("dd", {}, ...says));
  const key = live.policy == null ? say("live-device-string") : say("live-policy", { policy: live.policy });
  const rights = (live.rights ?? []).flatMap((right) => [" ", element("code", {}, rightName(right))]);
  // What was used is never nothing.
  const percent = (share) => (share > 0 && share < 0.1 ? `< ${(0.1).toLocaleString(document.documentElement.lang)}` : Math.ceil(share * 10) / 10);
  const shares = (metered) => Object.entries(QUOTAS).map(([tier, { quota, block, counted }]) => {
    const count = metered[counted];
    return element("span", { class: "share" }, say("live-share", { tier, count, quota, block, percent: percent((count * 100) / quota) }));
  });
  return [
    fact("live-host", element("code", {}, live.host_name)), fact("live-key", key, ...rights),
    fact("live-relay", say(live.relay ? "live-relay-yes" : "live-relay-no", { host: live.host_name })), fact("live-prefix-is", element("code", {}, live.prefix)),
    fact("live-used-lesson", ...shares(live.metered_in_lesson)), fact("live-used", ...shares(live.metered)),
  ];
}

/** How things stand, and the form that leaves the hub. */
function facts(hub, bench) {
  const { say } = hub;
  const trouble = element("div", {});
  const list = element("dl", { class: "hub-facts" });
  const created = element("div", {});
  const remove = element("input", { type: "checkbox", checked: true });
  const removeText = element("span", {});
  const removeLabel = element("label", { class: "hub-delete" }, remove, removeText);
  const refusal = element("div", { class: "hub-refusal", role: "alert" });
  const go = element("button", { type: "submit", class: "button primary" }, icon("close"), say("live-leave"));
  const submit = (event) => {
    event.preventDefault();
    bench.leave(hub.live.created.length > 0 && remove.checked);
  };
  const table = element("div", {});
  let drawnReach = null;
  const node = element(
    "div", { class: "hub-form" }, trouble, list,
    element("form", { class: "hub-leave", onsubmit: submit }, created, removeLabel, element("p", { class: "quiet" }, say("live-leave-note")), refusal, go),
    table,
  );
  let drawn = {};
  function draw() {
    if (!hub.live) return;
    const { live } = hub;
    // What is read or has the focus stays while it is the same.
    const once = (name, value, act) => {
      const now = JSON.stringify(value);
      if (drawn[name] !== now) {
        drawn[name] = now;
        act();
      }
    };
    once("trouble", live.trouble ?? null, () => trouble.replaceChildren(...troubleOf(hub)));
    once("facts", { ...live, trouble: 0, created: 0 }, () => list.replaceChildren(...factsOf(hub)));
    once("created", live.created, () => {
      const count = live.created.length;
      created.replaceChildren(...(count
        ? [element("p", { id: "hub-created" }, say("live-created")),
          element("ul", { class: "hub-created", "aria-labelledby": "hub-created" }, live.created.map((id) => element("li", {}, element("code", {}, id))))]
        : [element("p", {}, say("live-created-none"))]));
      removeLabel.hidden = count === 0;
      removeText.textContent = say("live-delete", { count });
    });
    const wanted = columnsOfHub(live);
    if (JSON.stringify(wanted) !== drawnReach) {
      drawnReach = JSON.stringify(wanted);
      drawReach(table, hub, wanted);
    }
    refusal.replaceChildren(...refusalOf(hub));
    go.disabled = hub.asked !== null;
  }
  return { node, draw };
}

/** Opens the dialog. `closed` is called when it is no longer on the page. */
export function openDialog(hub, bench, closed) {
  const { say } = hub;
  const wasLive = hub.live !== null;
  const close = () => node.close();
  const content = wasLive ? facts(hub, bench) : connectForm(hub, bench, close);
  const node = element(
    "dialog", { class: "sheet hub-dialog", "aria-labelledby": "hub-dialog-title" },
    element(
      "div", { class: "sheet-head" }, element("h2", { id: "hub-dialog-title" }, say(wasLive ? "hub-facts" : "hub-connect")),
      element("button", { type: "button", class: "button bare square", "aria-label": say("close"), onclick: close }, icon("close")),
    ),
    content.node,
  );
  node.addEventListener("close", () => {
    bench.changeMind();
    node.remove();
    closed();
  });
  document.body.append(node);
  content.draw();
  node.showModal();
  content.focus?.focus();
  return {
    draw() {
      // It has done what it was opened for once another hub is there.
      if (wasLive !== (hub.live !== null)) close();
      else content.draw();
    },
  };
}
