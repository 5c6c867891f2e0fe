// axe-core finds nothing to complain about in what a learner meets on the way: open packets, outcomes, wrong fields, light
// and dark, on a desktop and on a phone. The pages as they are come in accessibility-routes.test.mjs, what axe cannot
// see in accessibility-keys.test.mjs.

import { test } from "node:test";
import { EXAMINED, assertAccessible } from "./axe.mjs";
import { AS_PHONE, firstPaint, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

for (const [screen, options] of Object.entries({ "a desktop": {}, "a phone": AS_PHONE })) {
  const isPhone = "isMobile" in options;
  const visitor = { ...options, ...EXAMINED };

  test(`every step, on ${screen}`, visit(visitor, async ({ page, site }) => {
    const at = bench(page);
    for (const step of STEPS) {
      await page.goto(site.at(`/telemetry/${step.id}`));
      await at.sees("Not started");
      await assertAccessible(page, step.id);
    }
  }));

  test(`outcomes, an open packet, the events and the sheet of keys, on ${screen}`, visit(visitor, async ({ page, site }) => {
    const at = bench(page);
    const view = async (name) => {
      if (isPhone) await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name }).click();
    };
    await page.goto(site.at("/telemetry/read"));
    await at.sees("Not started");
    await page.getByText("Hint", { exact: true }).click();
    await at.check.click();
    await at.sees("Not yet");
    await assertAccessible(page, "not yet");
    await at.solve.click();
    await at.sees("Passed");
    await view("Bench");
    await assertAccessible(page, "passed, the bench");
    await view("Wire");
    // The step opens the tab that its text speaks of.
    await at.tab("Wire").click();
    await at.packets("CONNECT").click();
    await at.detail("CONNECT").waitFor();
    await assertAccessible(page, "an open packet");
    await at.tab("Events").click();
    await page.getByRole("button", { name: "details" }).first().click();
    await page.getByRole("img", { name: /^windSpeed over time/ }).locator("canvas").waitFor();
    await assertAccessible(page, "events");
    await page.getByRole("button", { name: "As a table" }).click();
    await assertAccessible(page, "the chart as a table");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await assertAccessible(page, "the sheet of keys");
  }));
}

test("what is wrong with a field, and the page that has stopped", visit({ ...EXAMINED, problemsExpected: true }, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await page.getByRole("textbox", { name: "Device id" }).fill("two words");
  await page.getByText("cannot be a device id").waitFor();
  await page.getByRole("textbox", { name: "Connection string" }).fill("nonsense");
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  await page.locator("#device-string-state").getByText("Piece 1 has no equals sign.").waitFor();
  await assertAccessible(page, "wrong fields");
  await page.workers()[0].evaluate(() => { setTimeout(() => { throw new Error("the bench fell over"); }); });
  await page.getByRole("heading", { name: "The page has stopped" }).waitFor();
  await assertAccessible(page, "stopped");
}));

test("before WebAssembly has arrived", visit({ ...EXAMINED, problemsExpected: true }, async ({ page, site }) => {
  site.hold(/\.wasm$/);
  for (const route of ["", "/telemetry/register"]) {
    await page.goto("about:blank");
    await page.goto(site.at(route), { waitUntil: "commit" });
    await firstPaint(page);
    await assertAccessible(page, `the first paint of ${route || "home"}`);
  }
}));
