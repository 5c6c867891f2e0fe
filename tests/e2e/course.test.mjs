// Every lesson from its first to its last step: in each language with the mouse, with the keyboard alone, on a phone,
// with a reload in the middle, and where nothing can be kept.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AS_PHONE, tabTo, visit } from "./harness.mjs";
import { LESSONS, LOCALES, lessonPage, stepsOf } from "./course.mjs";

/** Does all steps of a lesson, one after the other. */
async function perform(page, locale, lesson) {
  const at = lessonPage(page);
  const steps = await stepsOf(locale, lesson);
  for (const [index, step] of steps.entries()) {
    await at.opened(step.id);
    await at.perform();
    if (index < steps.length - 1) await at.next.click();
  }
}

for (const lesson of LESSONS) {
  for (const locale of LOCALES) {
    test(`lesson ${lesson} in ${locale}, with the mouse`, visit({}, async ({ page, site }) => {
      await page.goto(`${site.root}${locale}/${lesson}/`);
      await perform(page, locale, lesson);
      assert.equal(await page.locator("html").getAttribute("lang"), locale);
    }));
  }

  test(`lesson ${lesson}, with the keyboard alone`, visit({}, async ({ page, site }) => {
    const at = lessonPage(page);
    const steps = await stepsOf("en", lesson);
    await page.goto(`${site.root}en/${lesson}/`);
    for (const [index, step] of steps.entries()) {
      await at.opened(step.id);
      await at.stands("not-started");
      // The speed's radio buttons are walked with arrows.
      if (index === 0) {
        await tabTo(page, page.locator("input[name=speed]:checked"));
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("ArrowRight");
      }
      await at.press(() => page.keyboard.press("Control+Enter"));
      if (index < steps.length - 1) {
        await tabTo(page, at.next);
        await page.keyboard.press("Enter");
      }
    }
  }));

  test(`lesson ${lesson} on a phone`, visit(AS_PHONE, async ({ page, site }) => {
    await page.goto(`${site.root}en/${lesson}/`);
    await perform(page, "en", lesson);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `nothing scrolls sideways, but the page is ${width} px wide`);
  }));

  test(`lesson ${lesson} goes on after a reload in its middle`, visit({}, async ({ page, site }) => {
    const at = lessonPage(page);
    const steps = await stepsOf("en", lesson);
    const middle = Math.floor(steps.length / 2);
    await page.goto(`${site.root}en/${lesson}/`);
    for (const [index, step] of steps.entries()) {
      await at.opened(step.id);
      if (index === middle) {
        await page.reload();
        await at.opened(step.id);
      }
      await at.solve.click();
      await at.stands("passed");
      if (index < steps.length - 1) await at.next.click();
    }
    const states = await page.locator("[data-step-state]").evaluateAll((steps) => steps.map((step) => step.dataset.stepState));
    assert.ok(states.every((state) => state.startsWith("passed")), states.join(", "));
  }));

  test(`lesson ${lesson} where nothing can be kept`, visit({}, async ({ page, site }) => {
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, "localStorage", { get() { throw new DOMException("off", "SecurityError"); } });
    });
    const at = lessonPage(page);
    const steps = await stepsOf("en", lesson);
    await page.goto(`${site.root}en/${lesson}/`);
    for (const [index, step] of steps.entries()) {
      await at.opened(step.id);
      await at.solve.click();
      await at.stands("passed");
      if (index < steps.length - 1) await at.next.click();
    }
  }));
}
