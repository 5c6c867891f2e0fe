// What fits where: nothing sticks out sideways, and the step's button stays in reach.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AS_PHONE, DESKTOP, PHONE, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

/** How far the page itself can be scrolled, and how far its frame was, in pixels. */
const scrollable = (page) => page.evaluate(() => ({
  sideways: document.documentElement.scrollWidth - innerWidth,
  down: document.documentElement.scrollHeight - innerHeight,
  frame: document.body.scrollTop + document.querySelector("main").scrollTop,
}));

/** What sticks out of a narrow screen without being inside something that scrolls sideways. */
const stickingOut = (page) => page.evaluate(() => {
  const scrolls = (element) => ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(element).overflowX);
  const isInside = (element) => {
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      if (scrolls(parent)) return true;
    }
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !isInside(element))
    .map((element) => element.outerHTML.slice(0, 120));
});

async function assertFits(page, where) {
  assert.equal((await scrollable(page)).sideways, 0, `${where}: the page can be scrolled sideways`);
  assert.deepEqual(await stickingOut(page), [], `${where}: something sticks out`);
}

/** Whether all of it is on the screen. */
async function isInSight(locator, screen) {
  const box = await locator.boundingBox();
  return box !== null && box.x >= 0 && box.y >= 0
    && box.x + box.width <= screen.width && box.y + box.height <= screen.height;
}

test("on a phone nothing has to be scrolled sideways, and the button is always there", visit(AS_PHONE, async ({ page, site }) => {
  const at = bench(page);
  const view = (name) => page.getByRole("navigation", { name: "Views" }).getByRole("button", { name });
  await page.goto(site.at("/"));
  await page.getByRole("heading", { level: 1 }).waitFor();
  await assertFits(page, "home");
  for (const step of STEPS) {
    await page.goto(site.at(`/telemetry/${step.id}`));
    await at.sees("Not started");
    for (const name of ["Lesson", "Bench", "Wire"]) {
      await view(name).tap();
      assert.equal(await view(name).getAttribute("aria-pressed"), "true");
      await assertFits(page, `${step.id}, ${name}`);
      assert.ok(await isInSight(at.run(step), PHONE), `${step.id}, ${name}: the button is out of sight`);
    }
    // The outcome of a step makes the panel taller; the button must not leave for it.
    await view("Lesson").tap();
    await at.solve.tap();
    await at.sees("Passed");
    await assertFits(page, `${step.id} passed`);
    assert.ok(await isInSight(at.run(step), PHONE), `${step.id} passed: the button is out of sight`);
    const wayOn = at.panel.getByRole("link");
    assert.ok(await isInSight(wayOn, PHONE), `${step.id} passed: the way on is out of sight`);
  }
}));

// The status of such a page is 404, which the browser tells of.
test("on a phone a page that is not there fits", visit({ ...AS_PHONE, problemsExpected: true }, async ({ page, site }) => {
  await page.goto(site.at("/nowhere"));
  await page.getByRole("heading", { level: 1 }).waitFor();
  await assertFits(page, "not found");
}));

test("on a phone each view shows its own part and works", visit(AS_PHONE, async ({ page, site }) => {
  const at = bench(page);
  const view = (name) => page.getByRole("navigation", { name: "Views" }).getByRole("button", { name });
  const lesson = page.getByRole("region", { name: "Lesson" });
  await page.goto(site.at("/telemetry/send"));
  await lesson.waitFor();
  assert.ok(!await at.deviceConsole.isVisible() && !await at.tab("Wire").isVisible());
  await at.run(STEPS[2]).tap();
  await at.sees("Passed");

  await view("Bench").tap();
  await at.deviceConsole.getByText("message_0 confirmed by the hub").waitFor();
  assert.ok(!await lesson.isVisible() && !await at.tab("Wire").isVisible());
  await at.speed(60).tap();

  await view("Wire").tap();
  assert.ok(!await lesson.isVisible() && !await at.deviceConsole.isVisible());
  await at.packets("PUBLISH").nth(2).waitFor();
  await at.packets("CONNECT").tap();
  await at.detail("CONNECT").getByRole("button", { name: "client id" }).waitFor();
  await assertFits(page, "an open packet");
  await at.detail("CONNECT").getByRole("button", { name: "Close" }).tap();

  await view("Lesson").tap();
  await at.next.tap();
  await at.run(STEPS[3]).tap();
  await at.sees("Passed");
  await view("Wire").tap();
  await at.tab("Events").tap();
  await page.getByRole("table").waitFor();
  await page.getByRole("img", { name: /^windSpeed over time/ }).waitFor();
  await assertFits(page, "the events");
}));

test("on a desktop the page stands still: only its parts scroll", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  for (const step of STEPS) {
    await at.sees("Not started");
    await at.solve.click();
    await at.sees("Passed");
    // By the link, which scrolls the step into sight.
    if (step !== STEPS.at(-1)) {
      await at.next.click();
      await at.sees("Not started");
    }
    assert.deepEqual(await scrollable(page), { sideways: 0, down: 0, frame: 0 }, step.id);
    assert.ok(await isInSight(at.panel.getByRole("button").first(), DESKTOP), `${step.id}: the button is out of sight`);
    assert.ok(await isInSight(at.speed(1), DESKTOP), `${step.id}: the clock is out of sight`);
  }
}));

test("a split that was moved stays where it is", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  const split = page.getByRole("separator", { name: "Width of the lesson" });
  const lesson = page.getByRole("region", { name: "Lesson" });
  const before = (await lesson.boundingBox()).width;
  const { x, y, height } = await split.boundingBox();
  await page.mouse.move(x + 4, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + 104, y + height / 2, { steps: 4 });
  await page.mouse.up();
  const after = (await lesson.boundingBox()).width;
  assert.ok(Math.abs(after - before - 100) <= 8, `${before} px became ${after} px`);
  await page.reload();
  await bench(page).sees("Not started");
  assert.ok(Math.abs((await lesson.boundingBox()).width - after) <= 1);
}));
