// When something breaks that nobody thought of, the page says so and loses nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const broken = { problemsExpected: true };

/** What the page says when it has stopped. */
async function seesPanic(page, report) {
  const title = page.getByRole("heading", { name: "The page has stopped" });
  await title.waitFor();
  assert.ok(await title.evaluate((element) => element === document.activeElement), "a screen reader speaks it");
  await page.getByText("Your progress and your edits are kept in this browser").waitFor();
  assert.match(await page.locator("pre").innerText(), report);
}

/** Breaks the file with this name, on its way. */
const breakFile = (context, pattern) =>
  context.route(pattern, (route) => route.fulfill({ contentType: "application/wasm", body: "this is not wasm" }));

for (const [what, pattern] of Object.entries({ "the bench": "**/bench_bg.wasm", "the page": "**/app-*_bg.wasm" })) {
  test(`a module of ${what} that cannot be read is said`, visit(broken, async ({ page, context, site }) => {
    await breakFile(context, pattern);
    await page.goto(site.at("/telemetry/register"));
    await seesPanic(page, /WebAssembly|magic/);
  }));
}

for (const name of ["bench_bg.wasm", "worker.js", "texts/en/ui.ftl", "texts/en/telemetry.json"]) {
  test(`${name} that is missing is said`, visit(broken, async ({ page, context, site }) => {
    await context.route(`**/${name}`, (route) => route.fulfill({ status: 404, body: "no such file" }));
    await page.goto(site.at("/telemetry/register"));
    await seesPanic(page, /./);
  }));
}

test("a bench that dies in the middle of a lesson keeps progress and edits", visit(broken, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await page.getByRole("textbox", { name: "Device id" }).fill("gauge-7");
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  await at.next.click();
  await at.run(STEPS[1]).click();
  await at.sees("Passed");

  // An error that nothing in the worker catches, as a trap in its WebAssembly is one.
  await page.workers()[0].evaluate(() => { setTimeout(() => { throw new Error("the bench fell over"); }); });
  await seesPanic(page, /the bench fell over/);
  assert.doesNotMatch(await page.locator("pre").innerText(), /SharedAccess(Key|Signature)/);

  await page.getByRole("button", { name: "Reload" }).click();
  await at.sees("Passed earlier");
  await page.getByRole("main").getByText("2 of 6 steps passed").waitFor();
  await at.step("Register the device").click();
  assert.equal(await page.getByRole("textbox", { name: "Device id" }).inputValue(), "gauge-7");
}));

test("a report can be copied", visit({ ...broken, permissions: ["clipboard-read", "clipboard-write"] }, async ({ page, context, site }) => {
  await breakFile(context, "**/bench_bg.wasm");
  await page.goto(site.at("/telemetry/register"));
  await page.getByRole("button", { name: "Copy the report" }).click();
  await page.getByText("Copied", { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator("pre").textContent());
}));
