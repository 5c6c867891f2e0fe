// There is something to read before any WebAssembly has arrived, and without scripts too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AS_PHONE, firstPaint, visit } from "./harness.mjs";
import { bench } from "./lesson-one.mjs";

const TITLE = "Connect a device and send telemetry";
const NO_SCRIPTS = "The text can be read without.";

async function place(locator) {
  const { x, y } = await locator.boundingBox();
  return { x: Math.round(x), y: Math.round(y) };
}

for (const [screen, options] of Object.entries({ "a desktop": {}, "a phone": AS_PHONE })) {
  test(`the lesson can be read before WebAssembly has arrived, on ${screen}`, visit(options, async ({ page, site }) => {
    site.hold(/\.wasm$/);
    const at = bench(page);
    await page.goto(site.at("/telemetry/register"), { waitUntil: "commit" });
    await firstPaint(page);
    const title = page.getByRole("heading", { name: TITLE, level: 1 });
    const intro = page.getByText("In this lesson you register a device, connect it");
    const step = page.getByRole("link", { name: "Register the device" });
    for (const text of [title, intro, step]) await text.waitFor();
    assert.equal(await page.getByRole("heading", { name: "Learn Azure IoT Hub" }).count(), 0);
    assert.equal(await at.panel.count(), 0, "the page's module has not arrived");
    const before = [await place(title), await place(intro), await place(step)];

    site.release();
    await at.sees("Not started");
    await step.and(page.locator("[aria-current=step]")).waitFor();
    assert.deepEqual([await place(title), await place(intro), await place(step)], before, "nothing jumps");
    assert.equal(await title.count(), 1, "the first text makes room for the page's");
  }));
}

test("the first page can be read before WebAssembly has arrived", visit({}, async ({ page, site }) => {
  site.hold(/\.wasm$/);
  await page.goto(site.at(), { waitUntil: "commit" });
  await firstPaint(page);
  const title = page.getByRole("heading", { name: "Learn Azure IoT Hub by doing it" });
  const lead = page.getByText("A device, a hub and a cloud program run side by side in this page.");
  await title.waitFor();
  await lead.waitFor();
  assert.equal(await page.getByRole("heading", { name: TITLE }).count(), 0);
  const before = [await place(title), await place(lead)];
  site.release();
  await page.getByRole("link", { name: "Start lesson 1" }).waitFor();
  assert.deepEqual([await place(title), await place(lead)], before, "nothing jumps");
}));

test("without scripts there is the text, and a note", visit(
  // The browser complains that it may not load the modules.
  { javaScriptEnabled: false, problemsExpected: true }, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await page.getByRole("heading", { name: TITLE }).waitFor();
  await page.getByText("In this lesson you register a device, connect it").waitFor();
  // Playwright looks for no text in <noscript>.
  await page.locator(".noscript").filter({ hasText: NO_SCRIPTS }).waitFor();
}));

test("with scripts there is no note", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await bench(page).sees("Not started");
  assert.equal(await page.locator(".noscript").filter({ visible: true }).count(), 0);
}));
