// A hub of the learner's own, as far as the page goes: the dialog, the mark, steps by hand, trouble, and the key that is nowhere.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { EXAMINED, assertAccessible } from "./axe.mjs";
import { AS_PHONE, tabTo, until, visit } from "./harness.mjs";
import { DEVICE, EVENTS, HOST, KEY, LIVE, OWNER, asked, hub, interceptHub, tell } from "./hub.mjs";
import { STEPS, bench } from "./lesson-one.mjs";
import { DIST } from "./site.mjs";

test("the dialog works by keyboard alone, from the header and back to it", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await tabTo(page, at.chip);
  await page.keyboard.press("Enter");
  await at.dialog.waitFor();
  assert.ok(await at.string.evaluate((field) => field === document.activeElement));
  await page.keyboard.type(OWNER);
  await at.dialog.getByText("A service connection string of an IoT hub").waitFor();
  await page.keyboard.press("Escape");
  await at.dialog.waitFor({ state: "detached" });
  assert.ok(await at.chip.evaluate((chip) => chip === document.activeElement));
  await page.keyboard.press("Enter");
  await at.dialog.waitFor();
  assert.equal(await at.string.inputValue(), "", "what was typed is gone with the dialog");
  await page.keyboard.type(OWNER);
  await at.dialog.getByText("A service connection string of an IoT hub").waitFor();
  await tabTo(page, at.connect);
  await page.keyboard.press("Enter");
  const [command] = await until("the command", async () => ((await asked(page)).length ? asked(page) : null));
  assert.equal(command["go-live"].connection_string, OWNER);
  assert.match(command["go-live"].prefix, /^playground-\w{4}-$/);
}));

test("a string is hidden until it is asked for, and no browser keeps or corrects it", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await page.goto(site.at());
  await at.open();
  const attribute = (name) => at.string.getAttribute(name);
  assert.equal(await attribute("type"), "password");
  assert.equal(await attribute("autocomplete"), "off");
  assert.equal(await attribute("spellcheck"), "false");
  await at.dialog.getByRole("button", { name: "Show the secret" }).click();
  assert.equal(await attribute("type"), "text");
}));

test("the dialog tells what a string can do: a policy's with a relay and without, and a device's", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await page.goto(site.at());
  await at.open();
  const heads = () => at.dialog.getByRole("table", { name: "By lesson" }).getByRole("columnheader").allInnerTexts();
  await at.string.fill(OWNER);
  await at.dialog.getByText("ServiceConnect").waitFor();
  assert.deepEqual(await heads(), ["Lesson", "With a relay", "Without a relay"]);
  await at.string.fill(DEVICE);
  await at.dialog.getByText("A device connection string").waitFor();
  assert.deepEqual(await heads(), ["Lesson", "With this string"]);
  await at.dialog.locator("summary", { hasText: "Step by step" }).click();
  await at.dialog.getByRole("table", { name: "Step by step" }).getByRole("row", { name: "Hand over the connection string live" }).waitFor();
  assert.doesNotMatch(await at.dialog.innerText(), /live-|hub-|doctor-/, "no message is missing");
}));

test("a string of another kind is not given, and is told apart", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.open();
  await at.string.fill(EVENTS);
  await at.dialog.getByText("This is something else").waitFor();
  await at.connect.click();
  assert.equal(await at.string.getAttribute("aria-invalid"), "true");
  assert.deepEqual(await asked(page), []);
}));

test("what the bench refuses is told in the dialog, and the field is empty", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.open();
  await at.string.fill(OWNER);
  await at.connect.click();
  assert.equal(await at.string.inputValue(), "");
  // What something else on the page is refused answers nothing here.
  await tell(page, { refused: { message: { id: "refused-no-step", arguments: [] }, of_hub: false } });
  assert.ok(await at.connect.isDisabled());
  await tell(page, { refused: { message: { id: "refused-no-door", arguments: [] }, of_hub: true } });
  await at.dialog.getByRole("alert").getByText("This page has no way to other hubs.").waitFor();
  assert.ok(await at.connect.isEnabled());
}));

for (const [screen, options] of Object.entries({ "a desktop": {}, "a phone": AS_PHONE })) {
  test(`the mark is on every page and in every view, on ${screen}`, visit(options, async ({ page, site }) => {
    const at = hub(page);
    await interceptHub(page);
    await page.goto(site.at("/telemetry/register"));
    await bench(page).sees("Not started");
    await page.evaluate(() => globalThis.openHub());
    await at.dialog.waitFor();
    await tell(page, { hub: { live: LIVE } });
    await at.dialog.waitFor({ state: "detached" });
    const isMarked = async (where) => {
      assert.ok(await at.bar.getByText(HOST).isVisible(), where);
      assert.ok(await at.bar.getByText("12 messages used").isVisible(), where);
      const box = await at.bar.boundingBox();
      assert.ok(box.y >= 0 && box.y < 120, `${where}: ${box.y}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where}: nothing scrolls sideways`);
      if (await page.locator(".workspace").count()) assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), `${where}: the whole page does not scroll`);
    };
    await isMarked("lesson");
    assert.match(await page.title(), new RegExp(`^● ${HOST} · `));
    if (options.isMobile) {
      for (const view of ["Bench", "Wire"]) {
        await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: view }).click();
        await isMarked(view);
      }
    }
    for (const path of ["doctor/", "glossary/", "live/", ""]) {
      await page.evaluate((address) => {
        history.pushState(null, "", address);
        dispatchEvent(new PopStateEvent("popstate"));
      }, `${site.root}en/${path}`);
      await page.waitForURL(`${site.root}en/${path}`);
      await page.locator("main").waitFor();
      await isMarked(path);
    }
    await page.evaluate(() => document.documentElement.toggleAttribute("data-projector"));
    await isMarked("projector");
  }));
}

for (const [screen, options] of Object.entries({ "a desktop": {}, "a phone": AS_PHONE })) {
  test(`the dialog, the mark and a step by hand are accessible, on ${screen}`, visit({ ...options, ...EXAMINED }, async ({ page, site }) => {
    const at = { ...hub(page), ...bench(page) };
    await interceptHub(page);
    for (const locale of ["en", "ko", "ru"]) {
      await page.goto(site.at("/telemetry/register", locale));
      await page.locator('.step-panel[data-state="not-started"]').waitFor();
      await page.evaluate(() => globalThis.openHub());
      await page.locator("#hub-string").fill(OWNER);
      await at.dialog.locator(".diagnosis").waitFor();
      await assertAccessible(page, `the dialog in ${locale}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${locale}: the dialog is not wider than the screen`);
      const trouble = [{ kind: "no-socket", detail: "closed" }, Date.now() + 600_000];
      const said = { id: "close-refused", arguments: [] };
      const state = { "to-confirm": { looked_for: said, why: said } };
      await tell(page, { hub: { live: { ...LIVE, trouble } } }, { step: { lesson: "telemetry", step: "register", state } });
      await page.locator("#confirm").waitFor();
      await assertAccessible(page, `a step by hand in ${locale}`);
      const [width, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(width <= inner, `${locale}: ${width} is not wider than ${inner}`);
      await page.evaluate(() => globalThis.openHub());
      await at.dialog.locator(".trouble").waitFor();
      await assertAccessible(page, `the hub's state in ${locale}`);
      await tell(page, { hub: "emulated" });
      await at.dialog.waitFor({ state: "detached" });
    }
  }));
}

test("leaving asks what becomes of the devices, and deletes them unless told otherwise", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.goLive();
  const leave = at.dialog.getByRole("button", { name: "Leave the hub" });
  await at.bar.getByRole("button", { name: "Leave" }).click();
  await at.dialog.getByText(LIVE.created[0]).waitFor();
  assert.ok(await at.dialog.getByLabel("Delete these 2 devices first").isChecked());
  await leave.click();
  assert.deepEqual((await asked(page)).at(-1), { leave: { delete_devices: true } });
  await tell(page, { hub: "emulated" });
  await at.bar.waitFor({ state: "detached" });
  await at.dialog.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
}));

test("trouble is told with what to do, and when it is tried again is counted down", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  const again = Date.now() + 30_000;
  await at.goLive({ ...LIVE, trouble: [{ kind: "no-socket", detail: "the socket closed with 1006" }, again] });
  await at.bar.getByText(`The browser could not open a WebSocket to ${HOST}.`).waitFor();
  const seconds = async () => Number(/Next try in (\d+) s/.exec(await at.bar.innerText())[1]);
  const first = await seconds();
  await until("the countdown to go on", async () => (await seconds()) < first);
  await at.bar.getByRole("button", { name: "Details" }).click();
  await at.dialog.getByText("A proxy or firewall bars WebSockets").waitFor();
  await at.dialog.getByText("the socket closed with 1006").waitFor();
  assert.equal(await at.dialog.getByRole("link", { name: `Open https://${HOST}/` }).getAttribute("rel"), "noopener noreferrer");
  await at.dialog.getByText("How to trust the certificate of an emulator").click();
  await at.dialog.getByText("ca.pem in the data folder").waitFor();
}));

test("every kind of trouble has its words, in every language", async () => {
  const source = await readFile(new URL("../../src/lab/src/outside.rs", import.meta.url), "utf8");
  const kinds = [...source.matchAll(/Self::\w+ => "([\w-]+)"/g)].map(([, id]) => id);
  assert.ok(kinds.length >= 15);
  for (const locale of ["en", "ko", "ru"]) {
    const words = await readFile(new URL(`../../www/texts/${locale}/live.ftl`, import.meta.url), "utf8");
    const missing = kinds.filter((kind) => !new RegExp(`^trouble-${kind} =\\n    \\S.*\\n    \\S`, "m").test(words));
    assert.deepEqual(missing, [], `${locale}: what it is, and what to do`);
  }
});

test("the dialog leaves to the learner what a policy has no right to", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await page.goto(site.at());
  await at.open();
  await at.string.fill(OWNER.replace("iothubowner", "service"));
  await at.dialog.locator("summary", { hasText: "Step by step" }).click();
  const row = (title) => at.dialog.getByRole("table", { name: "Step by step" }).getByRole("row", { name: title }).getByRole("cell");
  await until("the rights of the policy", async () => (await row("Register the device").first().innerText()) === "by hand");
  assert.deepEqual(await row("Register the device").first().allInnerTexts(), ["by hand"]);
  assert.deepEqual(await row("Call the method").allInnerTexts(), ["relayed", "by hand"]);
}));

test("the dialog lets events be read with a string for them, whatever the other string may do", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await page.goto(site.at());
  await at.open();
  await at.string.fill(DEVICE);
  await at.dialog.locator("summary", { hasText: "Step by step" }).click();
  const row = (title) => at.dialog.getByRole("table", { name: "Step by step" }).getByRole("row", { name: title }).getByRole("cell");
  const reading = async () => (await row("Read what arrived").first().innerText()).trim();
  await until("what a device may do", async () => (await reading()) === "by hand");
  await at.unfoldEvents();
  await at.events.fill(EVENTS);
  await until("what a string for events may do", async () => (await reading()) === "live");
  await at.events.fill("");
  await until("what a device may do", async () => (await reading()) === "by hand");
}));

test("how events are to be read is asked of the bench", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.open();
  await at.string.fill(OWNER);
  await at.unfoldEvents();
  await at.events.fill(EVENTS);
  await at.group.fill(" my-page ");
  await at.prefix.fill("ada-");
  await at.connect.click();
  const wanted = { connection_string: OWNER, events: EVENTS, group: "my-page", prefix: "ada-" };
  assert.deepEqual(await asked(page), [{ "go-live": wanted }]);
}));

test("a dialog that cannot be loaded is told, and can be tried again", visit({ problemsExpected: true }, async ({ page, site }) => {
  const at = hub(page);
  await page.route("**/texts/en/live.ftl", (route) => route.abort());
  await page.goto(site.at());
  await at.chip.click();
  await page.getByRole("alert").getByText("could not be loaded. Check the network").waitFor();
  await page.unroute("**/texts/en/live.ftl");
  await at.open();
  assert.equal(await page.getByRole("alert").getByText("could not be loaded").count(), 0);
}));

test("the texts say where the lessons run, and checks have their words, in every language", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  for (const locale of ["en", "ko", "ru"]) {
    await page.goto(site.at("/telemetry/send", locale));
    await page.locator(".cards").waitFor();
    await page.evaluate(() => globalThis.openHub());
    const say = (id) => ({ id, arguments: [["device", { text: "dev1" }], ["count", { number: 2 }], ["wind", { text: "9" }]] });
    const state = { passed: { looked_for: say("check-live-sent-looked-for"), saw: say("check-live-sent-saw") } };
    // The bench may begin the lesson meanwhile, which puts its steps back.
    const findings = page.locator(".step-panel .findings");
    await until("the words of the check", async () => {
      await tell(page, { hub: { live: LIVE } }, { step: { lesson: "telemetry", step: "send", state } });
      return /dev1.*windSpeed/s.test((await findings.allInnerTexts()).join());
    });
    await page.locator(".lesson-text .live-lesson-note").getByText(HOST).first().waitFor();
    await tell(page, { hub: "emulated" });
    await page.locator(".live-lesson-note").waitFor({ state: "detached" });
    await page.goto(site.at("/", locale));
    await page.locator("main.home").waitFor();
    await page.evaluate(() => globalThis.openHub());
    await tell(page, { hub: { live: LIVE } });
    await page.locator(".home .live-lesson-note").getByText(HOST).first().waitFor();
    await tell(page, { hub: "emulated" });
    await at.bar.waitFor({ state: "detached" });
  }
}));

test("a refusal that is about live hubs has its words beside the step", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  await tell(page, { refused: { message: { id: "refused-nothing-to-confirm", arguments: [] }, of_hub: false } });
  await at.panel.getByRole("alert").getByText("This step has nothing to confirm now.").waitFor();
}));

test("going live, an end of trouble and leaving are spoken, and the focus stays on the page", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.goLive();
  const hears = (text) => page.getByRole("status").filter({ hasText: text }).waitFor({ state: "attached" });
  await hears(`The page is on ${HOST} now.`);
  await tell(page, { hub: { live: { ...LIVE, trouble: [{ kind: "timeout", detail: "slow" }, null] } } });
  await hears(`${HOST} did not answer in time.`);
  await tell(page, { hub: { live: LIVE } });
  await hears(`${HOST} answers again.`);
  await at.bar.getByRole("button", { name: "Leave" }).focus();
  await page.keyboard.press("Enter");
  await at.dialog.waitFor();
  await tell(page, { hub: "emulated" });
  await at.dialog.waitFor({ state: "detached" });
  await hears(`The page has left ${HOST}`);
  await until("the focus to be near", () => at.chip.evaluate((chip) => chip === document.activeElement));
}));

test("devices that could not be deleted are named once the hub is left", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.goLive();
  const values = [["devices", { text: LIVE.created[0] }], ["why", { text: "429 ThrottlingException" }]];
  await tell(page, { hub: "emulated" }, { refused: { message: { id: "refused-live-not-deleted", arguments: values }, of_hub: true } });
  const note = page.locator(".was-live");
  await note.getByText(`still on the hub: ${LIVE.created[0]}. 429 ThrottlingException`).waitFor();
  await note.getByRole("button", { name: "Close" }).click();
  await note.waitFor({ state: "detached" });
}));

test("while devices are deleted, what is refused elsewhere on the page is not taken for the end of it", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.goLive();
  const leave = at.dialog.getByRole("button", { name: "Leave the hub" });
  await at.bar.getByRole("button", { name: "Leave" }).click();
  await leave.click();
  await tell(page, { refused: { message: { id: "refused-live-leaving", arguments: [] }, of_hub: false } });
  await tell(page, { hub: { live: { ...LIVE, created: LIVE.created.slice(1) } } });
  await at.dialog.getByText("Delete this device first").waitFor();
  assert.ok(await leave.isDisabled());
}));

test("what the check cannot ask is confirmed by the learner", visit({}, async ({ page, site }) => {
  const at = { ...hub(page), ...bench(page) };
  await interceptHub(page);
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  await at.goLive({ ...LIVE, relay: false });
  const say = (id) => ({ id, arguments: [["device", { text: "dev1" }]] });
  const state = { "to-confirm": { looked_for: say("check-telemetry-register-looked-for"), why: say("trouble-offline") } };
  await tell(page, { step: { lesson: "telemetry", step: "register", state } });
  await at.panel.getByText("To confirm", { exact: true }).waitFor();
  await page.getByRole("status").filter({ hasText: "Look yourself, then confirm." }).waitFor();
  await at.panel.getByRole("button", { name: "I have checked it" }).click();
  assert.equal((await asked(page)).at(-1), "confirm");
  // Each step says which way it goes here.
  await at.step("Register the device").getByText("by hand").waitFor();
  await at.step("Send the first message").getByText("live", { exact: true }).waitFor();
}));

test("the wire names who asks when no program does, in every language", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  const names = { en: ["you", "this page"], ko: ["직접", "이 페이지"], ru: ["вы", "эта страница"] };
  for (const [locale, expected] of Object.entries(names)) {
    await page.goto(site.at("/telemetry/register", locale));
    await page.locator('.step-panel[data-state="not-started"]').waitFor();
    await page.evaluate(() => globalThis.openHub());
    await tell(page, { hub: { live: LIVE } });
    await page.locator(".live-bar").waitFor();
    const entry = (id, party) => ({
      id, at: Date.now(), direction: "to-hub", side: "cloud", party, protocol: "http", kind: "GET",
      summary: "/devices/dev1", device_id: "dev1", size: 10,
    });
    await tell(page, ...["operator", "refresh", "read_events"].map((party, at) => ({ trace: entry(900 + at, party) })));
    const parties = page.locator(".wire-row .wire-party");
    const ofCloud = { en: "Cloud ", ko: "클라우드 ", ru: "Облако " }[locale];
    const told = [...expected, "read_events"].map((name) => ofCloud + name);
    await until("the names", async () => JSON.stringify((await parties.allTextContents()).slice(-3)) === JSON.stringify(told));
    await tell(page, { hub: "emulated" });
  }
}));

test("the page about one's own hub shows a hub that is connected", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at("/live/"));
  await page.getByRole("button", { name: "Connect your hub" }).last().click();
  await at.dialog.waitFor();
  await tell(page, { hub: { live: LIVE } });
  await at.dialog.waitFor({ state: "detached" });
  const button = page.locator(".open-hub button");
  assert.equal((await button.innerText()).trim(), "Show your hub");
  await button.click();
  await at.dialog.getByRole("heading", { name: "Your hub" }).waitFor();
  await tell(page, { hub: "emulated" });
  await at.dialog.waitFor({ state: "detached" });
  assert.equal((await button.innerText()).trim(), "Connect your hub");
}));

test("a phone's first page has the way to a hub, which its header has no room for", visit(AS_PHONE, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await page.getByRole("button", { name: "Connect your hub" }).click();
  await at.dialog.waitFor();
  await tell(page, { hub: { live: LIVE } });
  await at.dialog.waitFor({ state: "detached" });
  await page.locator("main").getByRole("button", { name: "Your hub" }).click();
  await at.dialog.getByText(LIVE.created[0]).waitFor();
}));

test("what only the hub in the page can do is barred on a live one, and says why", visit({}, async ({ page, site }) => {
  const at = { ...hub(page), ...bench(page) };
  await interceptHub(page);
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  await at.goLive();
  assert.ok(await at.speed(60).isDisabled());
  assert.ok(await page.locator("#skip").isDisabled());
  assert.match(await page.locator("#skip").getAttribute("title"), /keeps real time/);
  await at.tab("Query").click();
  assert.ok(await page.getByRole("button", { name: "Set lag" }).isDisabled());
  await page.getByText("A live hub has a lag of its own").waitFor();
  await at.tab("Registry").click();
  assert.ok(await page.getByRole("button", { name: "Start fleet" }).isDisabled());
  await tell(page, { hub: "emulated" });
  await at.bar.waitFor({ state: "detached" });
  assert.ok(await page.getByRole("button", { name: "Start fleet" }).isEnabled());
}));

test("a reload is back on the hub in the page, says so calmly, and keeps the beginning of ids", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.goLive();
  await page.reload();
  await page.locator(".was-live").getByText("This tab was connected to a hub of yours.").waitFor();
  await page.getByRole("button", { name: "Connect again" }).click();
  assert.equal(await at.prefix.inputValue(), LIVE.prefix);
  await page.reload();
  await at.chip.waitFor();
  assert.equal(await page.getByText("This tab was connected to a hub of yours.").count(), 0, "it is said once");
}));

test("the word on an earlier hub goes when another one is connected", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await interceptHub(page);
  await page.goto(site.at());
  await at.goLive();
  await page.reload();
  await page.locator(".was-live").waitFor();
  await tell(page, { hub: { live: LIVE } });
  await page.locator(".was-live").waitFor({ state: "detached" });
}));

test("the page about one's own hub is read without scripts, step by step", visit({ javaScriptEnabled: false, problemsExpected: true }, async ({ page, site }) => {
  for (const locale of ["en", "ko", "ru"]) {
    await page.goto(site.at("/live", locale));
    const lessons = JSON.parse(await readFile(join(DIST, `texts/${locale}/live.json`), "utf8"));
    const steps = lessons.flatMap((lesson) => lesson.steps.map((step) => step.title));
    assert.ok(steps.length > 25);
    const shown = await page.locator(".reach tbody tr:not(.reach-lesson) th").allTextContents();
    assert.deepEqual(shown, steps);
    assert.match(await page.locator("main").innerText(), /--relay-to localhost --relay-ca DIR\/ca\.pem/);
  }
}));

/** Everywhere a key could have got to. */
async function everywhere(page) {
  return page.evaluate(async () => {
    const databases = indexedDB.databases ? await indexedDB.databases() : [];
    const cached = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) cached.push(request.url, await (await cache.match(request)).text());
    }
    const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
    return JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, databases, cached, document.cookie, location.href, history.state, document.title, name,
      document.documentElement.outerHTML, fields, performance.getEntriesByType("resource").map((entry) => entry.name),
    ]);
  });
}

test("the key is nowhere once it is given: no storage, address, document, export, share code, console or error page", visit(
  { problemsExpected: true, permissions: ["clipboard-read", "clipboard-write"] },
  async ({ page, context, site, problems }) => {
    const at = { ...hub(page), ...bench(page) };
    const heard = [];
    context.on("console", (message) => heard.push(message.text()));
    context.on("request", (request) => heard.push(request.url(), request.postData() ?? "", JSON.stringify(request.headers())));
    const has = (said) => [KEY, encodeURIComponent(KEY), KEY.slice(0, 20), Buffer.from(KEY, "base64").toString()].some((secret) => said.includes(secret));
    const assertNowhere = async (where) => {
      assert.ok(!has(await everywhere(page)), where);
      assert.ok(!has(heard.join("\n")), `${where}: consoles and requests`);
      assert.ok(!has(problems.join("\n")), `${where}: errors`);
    };
    await page.goto(site.at("/telemetry/register"));
    await at.run(STEPS[0]).click();
    await at.sees("Passed");
    // To the real bench: whether it goes live or refuses, the key is with the worker now.
    await at.open();
    await at.string.fill(OWNER);
    await at.dialog.getByText("A service connection string of an IoT hub").waitFor();
    await at.connect.click();
    await until("the bench's word", async () => (await at.bar.count()) > 0 || (await at.dialog.getByRole("alert").innerText({ timeout: 500 }).catch(() => "")) !== "");
    await assertNowhere("connected, or refused");
    if (await at.dialog.count()) await page.keyboard.press("Escape");

    const downloaded = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the list as a JSON file" }).click();
    assert.ok(!has(await readFile(await (await downloaded).path(), "utf8")), "the export of the wire");
    await page.getByRole("button", { name: "Share my progress" }).click();
    assert.ok(!has(await page.evaluate(() => navigator.clipboard.readText())), "the share code");
    await assertNowhere("exported and shared");

    await page.workers()[0].evaluate(() => { setTimeout(() => { throw new Error("the bench fell over"); }); });
    await page.getByRole("heading", { name: "The page has stopped" }).waitFor();
    await assertNowhere("the error page");
    await page.getByRole("button", { name: "Reload" }).click();
    await at.panel.waitFor();
    await assertNowhere("after a reload");
    assert.equal(await at.bar.filter({ hasText: HOST }).count(), 0, "a reload is back on the hub in the page");
  },
));
