// The page that compares this hub with the service: it needs no program, fits everywhere, and filters.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { AS_PHONE, visit } from "./harness.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

const address = (site) => new URL("differences.html", site.root).href;
const rows = (page) => page.locator(".difference:visible");

for (const [screen, options] of Object.entries({ "a desktop": {}, "a phone": AS_PHONE })) {
  // The page's policy allows no eval; a test may.
  test(`nothing is wrong with it, and it fits, on ${screen}`, visit({ ...options, bypassCSP: true }, async ({ page, site }) => {
    await page.goto(address(site));
    await page.getByText("What the marks mean").click();
    for (const summary of await page.locator(".difference-source summary").all()) await summary.click();
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const violations = await page.evaluate(async ([source, tags]) => {
        if (!globalThis.axe) (0, eval)(source);
        const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
        return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
      }, [AXE, TAGS]);
      assert.deepEqual(violations, [], colorScheme);
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(sideways, 0, "the page can be scrolled sideways");
  }));
}

test("the first page leads there, and it leads back", visit({}, async ({ page, site }) => {
  await page.goto(site.at());
  await page.getByRole("link", { name: "What this hub does differently from Azure IoT Hub" }).click();
  await page.getByRole("heading", { level: 1, name: "Differences from Azure IoT Hub" }).waitFor();
  await page.getByRole("link", { name: "Back to the playground" }).click();
  await page.getByRole("link", { name: "Start lesson 1" }).waitFor();
}));

test("one state can be chosen, and the counts are true, without scripts", visit({ javaScriptEnabled: false }, async ({ page, site }) => {
  await page.goto(address(site));
  const choices = { All: "", "The same": ".same", Different: ".different", "Not there": ".absent" };
  for (const [name, rule] of Object.entries(choices)) {
    const count = await page.locator(`.difference${rule}`).count();
    await page.getByRole("radio", { name: `${name} ${count}`, exact: true }).check();
    assert.equal(await rows(page).count(), count, name);
  }
}));

test("a row has an address of its own", visit({}, async ({ page, site }) => {
  await page.goto(`${address(site)}#amqp`);
  await page.waitForFunction(() => {
    const { top, bottom } = document.querySelector("#amqp").getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
}));

test("it wears the theme that was chosen in the playground", visit({ colorScheme: "light" }, async ({ page, site }) => {
  await page.goto(site.at());
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByRole("link", { name: "Start lesson 1" }).waitFor();
  const light = await ground();
  await page.evaluate(() => localStorage.setItem("iot-hub-playground", "theme dark"));
  await page.goto(address(site));
  assert.notEqual(await ground(), light);
}));
