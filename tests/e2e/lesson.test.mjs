// The first lesson, done with the mouse from the first page to the last check.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

test("a learner does lesson 1 with the mouse", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at());
  await page.getByRole("link", { name: "Start lesson 1" }).click();
  for (const [index, step] of STEPS.entries()) {
    await at.step(step.title).and(page.locator("[aria-current=step]")).waitFor();
    assert.match(page.url(), new RegExp(`/telemetry/#${step.id}$`));
    await at.sees("Not started");

    await at.check.click();
    await at.sees("Not yet", step.before);
    assert.equal(await at.next.count(), 0, "there is no way on before the step is passed");

    await at.run(step).click();
    await at.speed(60).click();
    await at.sees("Passed", step.after);
    await page.getByRole("main").getByText(`${index + 1} of 6 steps passed`).waitFor();
    // Back to real time, so that the next step is looked at before anything new happens.
    await at.speed(1).click();
    if (index < STEPS.length - 1) await at.next.click();
  }
  await page.getByRole("link", { name: "Next lesson" }).click();
  await page.getByRole("heading", { name: "Control a device with direct methods", level: 1 }).waitFor();
  await page.getByRole("link", { name: "IoT Hub Playground" }).click();
  await page.getByRole("main").getByText("6 of 6 steps passed").waitFor();
}));

for (const step of STEPS) {
  // Opened by its address: what a step starts from is made for it.
  test(`step ${step.id} can be opened by itself, and solved`, visit({}, async ({ page, site }) => {
    const at = bench(page);
    await page.goto(site.at(`/telemetry/${step.id}`));
    await at.sees("Not started");
    await at.solve.click();
    await at.sees("Passed", step.after);
  }));
}
