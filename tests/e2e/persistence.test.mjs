// What a reload keeps, and what it survives.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const KEY = "iot-hub-playground";

test("edits, progress and the look of the page survive a reload", visit({}, async ({ page, site }) => {
  const at = bench(page);
  const field = (name) => page.getByRole("textbox", { name });
  await page.goto(site.at("/telemetry/register"));
  await field("Device id").fill("gauge-7");
  await page.getByRole("radio", { name: "Dark" }).click();
  await at.speed(10).click();
  await at.run(STEPS[0]).click();
  await at.sees("Passed", "The registry has gauge-7, enabled, with two keys.");
  await at.next.click();
  await at.run(STEPS[1]).click();
  await at.sees("Passed");
  await at.next.click();
  await field("Seconds between messages").fill("5");
  await field("Average wind speed (m/s)").fill("40");
  await at.run(STEPS[2]).click();
  await at.sees("Passed");

  await page.reload();
  // The hub is as it was left, so the step's check finds the message in it.
  await at.sees("Passed", "message of gauge-7. The newest says windSpeed");
  assert.match(page.url(), /\/telemetry\/#send$/);
  await page.getByRole("main").getByText("3 of 6 steps passed").waitFor();
  assert.equal(await field("Seconds between messages").inputValue(), "5");
  assert.equal(await field("Average wind speed (m/s)").inputValue(), "40");
  assert.ok(await at.speed(10).isChecked());
  assert.ok(await page.getByRole("radio", { name: "Dark" }).isChecked());
  await page.locator("html[data-theme=dark]").waitFor();

  // The edits are not only shown: the programs run with them.
  await at.run(STEPS[2]).click();
  await at.sees("Passed", "of gauge-7. The newest says windSpeed 4");
  await at.next.click();
  await at.run(STEPS[3]).click();
  // Two more messages, 5 s apart at 10×.
  await at.sees("Passed", "events of gauge-7.");

  // An edit is forgotten when it is taken back.
  await at.step("Send the first message").click();
  await page.getByRole("button", { name: "Back to 30" }).click();
  await page.reload();
  assert.equal(await field("Seconds between messages").inputValue(), "30");
}));

test("the first page goes on where the learner was", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  await page.goto(site.at("/"));
  await page.reload();
  await page.getByRole("link", { name: "Continue lesson 1" }).click();
  await at.sees("Not started");
  assert.match(page.url(), /\/telemetry\/#hand-over$/);
}));

/** What may have become of the page's own text in the storage. */
const DAMAGE = {
  "cut in the middle": (text) => text.slice(0, text.length / 2),
  "written by another version": (text) => text.replaceAll(/\d+/g, "99"),
  "shuffled": (text) => [...text].reverse().join(""),
  "full of markup": (text) => text.replaceAll(/gauge-7|register|MyFirstPythonDevice/g, "<img src=x onerror=alert(1)>"),
  "much too long": (text) => text.repeat(3_000),
  "replaced by nonsense": () => "{[\u0000".repeat(20_000),
};

for (const [how, damage] of Object.entries(DAMAGE)) {
  test(`the lesson works with a storage that was ${how}`, visit({}, async ({ page, site }) => {
    const at = bench(page);
    await page.goto(site.at("/telemetry/register"));
    await page.getByRole("textbox", { name: "Device id" }).fill("gauge-7");
    await at.run(STEPS[0]).click();
    await at.sees("Passed", "gauge-7");
    const text = await page.evaluate((key) => localStorage.getItem(key), KEY);
    assert.match(text, /gauge-7/);
    await page.evaluate(([key, damaged]) => localStorage.setItem(key, damaged), [KEY, damage(text)]);

    await page.reload();
    await at.run(STEPS[0]).click();
    await at.sees("Passed", "enabled, with two keys.");
    await page.reload();
    await at.sees("Passed", "enabled, with two keys.");
  }));
}

/** The key of what is kept of the hub. */
const HUB_KEY = "iot-hub-playground-hub";

test("a device goes on after a reload, and nothing that is kept is a secret", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  for (const step of STEPS.slice(0, 3)) {
    await at.run(step).click();
    await at.sees("Passed", step.after);
    await at.next.click();
  }
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(kept, /MyFirstPythonDevice/);
  assert.doesNotMatch(kept, /SharedAccess|sig=|primaryKey\\*":\\*"/);

  await page.reload();
  // The device has its connection string again, with the key that the hub drew anew, and reading needs no other step.
  await at.speed(60).click();
  await at.run(STEPS[3]).click();
  await at.sees("Passed", STEPS[3].after);
}));

for (const [how, damage] of Object.entries(DAMAGE)) {
  test(`the lesson begins anew if what is kept of the hub was ${how}`, visit({}, async ({ page, site }) => {
    const at = bench(page);
    await page.goto(site.at("/telemetry/register"));
    await at.run(STEPS[0]).click();
    await at.sees("Passed");
    const text = await page.evaluate((key) => localStorage.getItem(key), HUB_KEY);
    await page.evaluate(([key, damaged]) => {
      try { localStorage.setItem(key, damaged); } catch { localStorage.removeItem(key); }
    }, [HUB_KEY, damage(text)]);

    await page.reload();
    await at.sees("Passed earlier");
    await at.run(STEPS[0]).click();
    await at.sees("Passed", STEPS[0].after);
  }));
}

/** Ways in which a browser refuses to keep anything. */
const REFUSALS = {
  "is switched off": () => {
    const refuse = () => { throw new DOMException("switched off", "SecurityError"); };
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get: refuse });
  },
  "is not there": () => Object.defineProperty(window, "localStorage", { value: null }),
  "refuses reading and writing": () => {
    const refuse = () => { throw new DOMException("full", "QuotaExceededError"); };
    Storage.prototype.setItem = refuse;
    Storage.prototype.getItem = refuse;
  },
};

for (const [how, refuse] of Object.entries(REFUSALS)) {
  test(`the lesson works with a storage that ${how}`, visit({}, async ({ page, site }) => {
    const at = bench(page);
    await page.addInitScript(refuse);
    await page.goto(site.at("/telemetry/register"));
    await page.getByRole("radio", { name: "Light" }).click();
    for (const step of STEPS.slice(0, 3)) {
      await at.run(step).click();
      await at.sees("Passed", step.after);
      await at.next.click();
    }
    await page.getByRole("main").getByText("3 of 6 steps passed").waitFor();
  }));
}
