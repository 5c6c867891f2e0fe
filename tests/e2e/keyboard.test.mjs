// The first lesson without a mouse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { tabTo, until, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const focused = (page) => page.locator(":focus");

test("a learner does lesson 1 with the keyboard", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at());
  const start = page.getByRole("link", { name: "Start lesson 1" });
  await start.waitFor();
  await tabTo(page, start);
  await page.keyboard.press("Enter");
  await at.sees("Not started");

  // Arrows choose a speed among the radio buttons.
  await tabTo(page, at.speed(1));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.ok(await at.speed(60).isChecked());

  // 1: its button.
  await tabTo(page, at.run(STEPS[0]));
  await page.keyboard.press("Enter");
  await at.sees("Passed", STEPS[0].after);

  // 2: Enter on the way on, then Ctrl+Enter from wherever the focus is.
  await tabTo(page, at.next);
  await page.keyboard.press("Enter");
  await at.sees("Not started");
  await page.keyboard.press("Control+Enter");
  await at.sees("Passed", STEPS[1].after);

  // 3 and 4: down the list of steps with an arrow, Enter opens, Enter runs.
  for (const index of [2, 3]) {
    await tabTo(page, at.step(STEPS[index - 1].title), "Shift+Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await at.sees("Not started");
    await page.keyboard.press("Enter");
    await at.sees("Passed", STEPS[index].after);
  }

  // 5 and 6: Ctrl+Enter with the focus in a console.
  for (const index of [4, 5]) {
    await tabTo(page, at.next);
    await page.keyboard.press("Enter");
    await at.sees("Not started");
    await tabTo(page, at.deviceConsole);
    await page.keyboard.press("Control+Enter");
    await at.sees("Passed", STEPS[index].after);
  }
}));

test("? shows all keys, and Escape gives the focus back", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  await tabTo(page, at.check);
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  // The sheet is on top of everything: a key that runs a step does nothing behind it.
  await page.keyboard.press("Control+Enter");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  await at.sees("Not started");
  assert.equal(await focused(page).innerText(), "Check");
}));

test("? can be typed into a field, and Ctrl+Enter runs the step from there", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  const field = page.getByRole("textbox", { name: "Device id" });
  await tabTo(page, field);
  await page.keyboard.press("End");
  await page.keyboard.type("?2");
  assert.equal(await field.inputValue(), "MyFirstPythonDevice?2");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("Control+Enter");
  await at.sees("Passed", "The registry has MyFirstPythonDevice?2, enabled");
}));

test("tabs and rows are walked with arrows", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/read"));
  await at.solve.click();
  await at.sees("Passed");

  // The step opens the tab that its text speaks of.
  await tabTo(page, at.tab("Events"));
  await page.keyboard.press("ArrowLeft");
  await at.packets("CONNECT").waitFor();
  assert.match(await focused(page).innerText(), /^Wire/);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("table").waitFor();
  await page.keyboard.press("ArrowLeft");

  await tabTo(page, at.packets("CONNECT"));
  await page.keyboard.press("Enter");
  await at.detail("CONNECT").waitFor();
  await page.keyboard.press("ArrowDown");
  await at.detail("CONNACK").waitFor();
  await until("the focus on the row that is open", async () => (await focused(page).innerText()).includes("CONNACK"));
  await page.keyboard.press("Tab");
  await tabTo(page, at.detail("CONNACK").getByRole("button", { name: "Close" }));
  await page.keyboard.press("Escape");
  await at.detail("CONNACK").waitFor({ state: "hidden" });
  await until("the focus on the row that was open", async () => (await focused(page).innerText()).includes("CONNACK"));
}));

test("the first Tab offers to skip to the content", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await bench(page).sees("Not started");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page).innerText(), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page).getAttribute("id"), "main");
  assert.match(page.url(), /\/telemetry\/#register$/);
}));
