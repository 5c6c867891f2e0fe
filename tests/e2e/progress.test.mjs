// Progress that goes along: to a reload, to another browser by a link, and between two tabs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

/** After this time, in milliseconds, a copy is one that the learner may have forgotten. */
const HALF_A_DAY = 12 * 60 * 60 * 1000;
const KEY = "iot-hub-playground";
const SHARE = "Share my progress";

/** Passes the first steps of lesson 1. */
async function pass(page, site, count) {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  for (const [index, step] of STEPS.slice(0, count).entries()) {
    if (index > 0) await at.next.click();
    await at.run(step).click();
    await at.sees("Passed");
  }
  return at;
}

/** The link that the page puts on the clipboard. */
async function sharedLink(page) {
  await page.getByRole("button", { name: SHARE }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

/** The address of a code. */
const at = (site, code) => `${site.at("/")}#p=${code}`;
const base64url = (text) => Buffer.from(text).toString("base64url");

test("a link carries progress and edits to another browser, once it is asked to", visit(CLIPBOARD, async ({ page, site, context }) => {
  await page.goto(site.at("/telemetry/register"));
  await page.getByRole("textbox", { name: "Device id" }).fill("gauge-7");
  await pass(page, site, 2);
  const link = await sharedLink(page);
  assert.match(link, /#p=[\w-]+$/);
  const text = Buffer.from(link.split("#p=")[1], "base64url").toString();
  assert.equal(text, "1\ntelemetry register hand-over\ntelemetry=device-id gauge-7");

  // Another visitor, with a step of their own.
  const other = await context.browser().newContext({ locale: "en-GB" });
  try {
    const theirs = await other.newPage();
    await theirs.addInitScript(([key]) => localStorage.getItem(key)
      ?? localStorage.setItem(key, "version 1\npassed telemetry send\n"), [KEY]);
    await theirs.goto(link);
    const main = theirs.getByRole("main");
    await main.getByText("2 of 6 steps passed").waitFor();
    await main.getByText("gauge-7").waitFor();
    const before = await theirs.evaluate((key) => localStorage.getItem(key), KEY);
    assert.doesNotMatch(before, /passed telemetry register|gauge-7/, "nothing is taken over unasked");

    await theirs.getByRole("button", { name: "Take it over" }).click();
    await theirs.getByRole("main").getByText("3 of 6 steps passed").waitFor();
    assert.doesNotMatch(theirs.url(), /#p=/);
    const after = await theirs.evaluate((key) => localStorage.getItem(key), KEY);
    assert.match(after, /passed telemetry send/);
    assert.match(after, /setting telemetry device-id gauge-7/);
  } finally {
    await other.close();
  }
}));

test("a shared link that is left changes nothing", visit({}, async ({ page, site }) => {
  await page.goto(at(site, base64url("1\ntelemetry register send")));
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.getByRole("main").getByText("0 of 6 steps passed").first().waitFor();
  assert.equal(await page.getByText(/[1-9] of \d steps passed/).count(), 0);
}));

const REFUSED = "This link cannot be read.";
const EMPTY = "This link holds nothing that this page knows.";
for (const [what, code, answer] of [
  ["is empty", "", REFUSED],
  ["is not base64url", "%3Cscript%3Ealert(1)%3C/script%3E", REFUSED],
  ["is of another version", base64url("2\ntelemetry register"), REFUSED],
  ["is much too long", base64url(`1\n${"telemetry register\n".repeat(2_000)}`), REFUSED],
  ["names nothing that there is", base64url("1\ncooking salt\ntelemetry=device-id <img src=x onerror=alert(1)>"), EMPTY],
]) {
  test(`a shared code that ${what} is refused calmly`, visit({}, async ({ page, site }) => {
    await page.goto(at(site, code));
    await page.getByRole("main").getByText(answer).waitFor();
    assert.equal(await page.getByRole("button", { name: "Take it over" }).count(), 0);
  }));
}

test("a copy from half a day ago says from when it is, and can begin anew", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await page.getByRole("textbox", { name: "Device id" }).fill("gauge-7");
  let seat = await pass(page, site, 2);
  const note = page.getByText("You are working on your own copy from");
  assert.equal(await note.count(), 0, "not in the visit in which it began");
  await page.reload();
  await seat.sees("Passed");
  assert.equal(await note.count(), 0, "nor after a reload in between");

  await page.clock.setFixedTime(Date.now() + HALF_A_DAY);
  await page.reload();
  await seat.sees("Passed");
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date());
  await page.getByText(`You are working on your own copy from ${day}.`).waitFor();

  await page.getByRole("button", { name: "Start anew" }).click();
  await seat.sees("Not started");
  assert.match(page.url(), /\/en\/telemetry\/#register$/);
  await page.getByRole("main").getByText("0 of 6 steps passed").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Device id" }).inputValue(), "MyFirstPythonDevice");
  assert.equal(await note.count(), 0);
  seat = bench(page);
  await seat.check.click();
  await seat.sees("Not yet", "The registry is empty.");
  await page.reload();
  await page.getByRole("main").getByText("0 of 6 steps passed").waitFor();
}));

test("without a storage the lesson says that nothing is kept, and a link still works", visit(CLIPBOARD, async ({ page, site }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("off", "SecurityError"); } });
  });
  await pass(page, site, 1);
  await page.getByText("This browser keeps nothing for this page.").waitFor();
  const link = await sharedLink(page);
  await page.goto(link);
  await page.getByRole("button", { name: "Take it over" }).click();
  await page.getByRole("main").getByText("1 of 6 steps passed").waitFor();
}));

test("two tabs do not lose each other's progress", visit({}, async ({ page, site, context }) => {
  const other = await context.newPage();
  await other.goto(site.at("/telemetry/register"));
  const progress = (tab, count) => tab.getByRole("main").getByText(`${count} of 6 steps passed`).waitFor();
  await progress(other, 0);
  await pass(page, site, 1);
  await progress(other, 1);
  await other.goto(site.at("/telemetry/send"));
  const seat = bench(other);
  await seat.run(STEPS[2]).click();
  await seat.sees("Passed");
  await progress(page, 3);
  // A change in the first tab keeps what came from the second.
  await page.getByRole("textbox", { name: "Device id" }).fill("gauge-7");
  const kept = () => page.evaluate((key) => localStorage.getItem(key), KEY);
  await until("steps and edit", async () => /telemetry send\n[^]*gauge-7/.test(await kept()));

  // Beginning anew in one tab is not undone by the other.
  await context.clock.setFixedTime(Date.now() + HALF_A_DAY);
  await other.reload();
  await other.getByRole("button", { name: "Start anew" }).click();
  await progress(other, 0);
  await page.getByRole("textbox", { name: "Device id" }).fill("gauge-8");
  await until("the edit alone", async () => /gauge-8/.test(await kept()));
  assert.doesNotMatch(await kept(), /^passed/m);
}));
