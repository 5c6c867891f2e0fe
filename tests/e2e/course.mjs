// The whole course as its learners know it, in every language: found by ids and not by words.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./harness.mjs";
import { DIST } from "./site.mjs";

export const LOCALES = ["en", "ko", "ru"];
export const LESSONS = ["telemetry", "methods", "messages", "twins", "faults"];

/** The steps of a lesson in a language, as the page has them: `{ id, title }`. */
export async function stepsOf(locale, lesson) {
  const text = JSON.parse(await readFile(join(DIST, "texts", locale, `${lesson}.json`), "utf8"));
  return text.steps;
}

/** The lesson page, whatever language it speaks. */
export function lessonPage(page) {
  const panel = page.locator(".step-panel");
  const run = page.locator("#run");
  const state = () => panel.getAttribute("data-state");
  const at = {
    panel,
    run,
    check: page.locator("#check"),
    solve: page.locator("#solve"),
    next: panel.locator("a.next"),
    /** Waits until a step is the open one. */
    opened: (step) => page.locator(`[data-step="${step}"] [aria-current="step"]`).waitFor(),
    /** Waits until the open step stands so. */
    stands: (wanted) => until(async () => `“${wanted}”, but the step is ${await state()}`, async () => (await state()) === wanted),
    async setSpeed(factor) {
      // The radio button lies under its label's picture. On a phone the bench is a view of its own.
      const speed = page.locator("fieldset label").filter({ hasText: `${factor}×` });
      const views = page.locator(".views button");
      const isPhone = await views.first().isVisible();
      if (isPhone) await views.nth(1).click();
      await speed.click();
      if (isPhone) await views.nth(0).click();
    },
    /** Does the open step by its button: one that breaks something first takes a second press to mend it. */
    async press(press) {
      const label = await run.innerText();
      await press();
      await until(async () => `the step to be passed, but it is ${await state()}`, async () => {
        if ((await state()) === "passed") return true;
        if ((await state()) === "not-yet" && (await run.innerText()) !== label) await press();
        return false;
      }, 40_000);
    },
    /** Sees the check fail, then does the open step with the mouse. */
    async perform() {
      await at.check.click();
      await at.stands("not-yet");
      assert.equal(await at.next.count(), 0, "there is no way on before the step is passed");
      await at.setSpeed(60);
      await at.press(() => run.click());
      await at.setSpeed(1);
      // A message without words would show its id.
      assert.doesNotMatch(await panel.innerText(), /\b(check|refused|verdict|step)-[a-z]+-/);
    },
  };
  return at;
}
