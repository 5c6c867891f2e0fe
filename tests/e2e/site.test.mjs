// What is around the lessons: search, the projector, paper, and the site without a network.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { AS_PHONE, until, visit } from "./harness.mjs";
// A page that is left while it begins breaks off what it asked for: the visits to several pages expect problems.
import { STEPS, bench } from "./lesson-one.mjs";
import { DIST, serve } from "./site.mjs";

test("the search is used by keys alone", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await bench(page).sees("Not started");
  const before = site.requests.length;
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Search" });
  await field.and(page.locator(":focus")).waitFor();
  await page.keyboard.type("retry po");
  const options = page.getByRole("option");
  await options.first().waitFor();
  assert.ok(site.requests.slice(before).some(({ name }) => name.endsWith("en/search.json")), "the index comes when it is asked for");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  const first = options.first();
  assert.equal(await first.getAttribute("aria-selected"), "true");
  assert.equal(await field.getAttribute("aria-activedescendant"), await first.getAttribute("id"));
  const href = await first.getAttribute("data-href");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname + url.hash === href);
  assert.equal(await options.filter({ visible: true }).count(), 0);
}));

test("the search knows the language, and says when there is nothing", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/", "ru"));
  const field = page.getByRole("combobox");
  await field.fill("mqtt");
  const option = page.getByRole("option").first();
  await option.waitFor();
  assert.ok((await option.getAttribute("data-href")).includes("/ru/"));
  await field.fill("qqqq");
  await page.getByRole("status").filter({ hasText: "Ничего не найдено" }).waitFor({ state: "attached" });
  assert.equal(await page.getByRole("option").filter({ visible: true }).count(), 0);
}));

for (const locale of ["en", "ko", "ru"]) {
  test(`without scripts the whole lesson can be read: ${locale}`, visit(
    { javaScriptEnabled: false, problemsExpected: true }, async ({ page, site }) => {
    await page.goto(site.at("/telemetry", locale));
    const { title, steps } = JSON.parse(await readFile(join(DIST, `texts/${locale}/telemetry.json`), "utf8"));
    assert.equal(await page.locator("h1").filter({ visible: true }).innerText(), title);
    assert.equal(await page.locator("html").getAttribute("lang"), locale);
    assert.equal(await page.locator(".step-body > .prose").filter({ visible: true }).count(), steps.length);
    assert.ok((await page.title()).startsWith(title));
    assert.equal(await page.locator("link[rel=alternate][hreflang]").count(), 3);
    assert.ok((await page.locator("meta[name=description]").getAttribute("content")).length > 20);
  }));

  test(`the header fits on a phone: ${locale}`, visit({ ...AS_PHONE, problemsExpected: true }, async ({ page, site }) => {
    for (const route of ["/", "/telemetry/register", "/glossary", "/doctor"]) {
      await page.goto(site.at(route, locale));
      await page.getByRole("combobox").waitFor();
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(wider, 0, route);
      const right = await page.locator(".header > :last-child").filter({ visible: true }).or(page.locator(".header fieldset"))
        .evaluateAll((parts) => Math.max(...parts.map((part) => part.getBoundingClientRect().right)));
      assert.ok(right <= 390, `${route}: the header ends at ${right}`);
    }
  }));
}

test("the projector shows the step and the bench, and Esc leaves it", visit({}, async ({ page, site }) => {
  const at = bench(page);
  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  const before = await size();
  await page.keyboard.press("Shift+P");
  await page.locator("html[data-projector]").waitFor();
  assert.equal(await size(), before * 1.5);
  assert.equal(await page.locator(".header").isVisible(), false);
  assert.ok(await at.run(STEPS[0]).isVisible() && await at.cloudConsole.isVisible());
  assert.equal(await page.locator(".step:not(.open)").filter({ visible: true }).count(), 0);
  await page.keyboard.press("Escape");
  await page.locator("html:not([data-projector])").waitFor();
  await page.keyboard.press("Shift+P");
  await page.reload();
  await at.sees("Not started");
  assert.equal(await page.locator("html[data-projector]").count(), 0, "it is not kept");
}));

test("paper has all steps and what the programs printed", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".header").isVisible(), false);
  const bodies = page.locator(".step .prose").filter({ visible: true });
  assert.ok(await bodies.count() >= STEPS.length, `${await bodies.count()} texts`);
  assert.ok(await at.cloudConsole.isVisible());
  // A link to a control is part of its sentence, and the open file's tab is the listing's title.
  const pressed = page.locator("button:not(.control-link, .file-tab)").filter({ visible: true });
  assert.equal(await pressed.count(), 0);
}));

test("after a visit the site works without a network", visit({ serviceWorkers: "allow", problemsExpected: true }, async ({ page, context, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await page.reload();
  await context.setOffline(true);
  await page.goto(site.at("/telemetry/hand-over"));
  await page.reload();
  await at.solve.click();
  await at.sees("Passed");
  await page.goto(site.at("/glossary", "ko"));
  await page.locator("html[lang=ko] .terms dt").first().waitFor();
}));

test("a new version is told, and comes when it is asked for", visit({ serviceWorkers: "allow", problemsExpected: true }, async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), "site-"));
  await cp(DIST, folder, { recursive: true });
  const own = await serve(folder, "/another/", "no-cache");
  try {
    await page.goto(own.at("/telemetry/register"));
    await bench(page).sees("Not started");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const script = join(folder, "sw.js");
    await writeFile(script, (await readFile(script, "utf8")).replace(/VERSION = "/, "$&2"));
    await page.reload();
    await bench(page).sees("Not started");
    await page.getByRole("status").filter({ hasText: "A new version is ready." }).waitFor();
    await page.getByRole("button", { name: "Load it" }).click();
    await until("the new version", async () => {
      const names = await page.evaluate(() => caches.keys()).catch(() => []);
      return names.length === 1 && / 2[0-9a-f]+$/.test(names[0]);
    });
  } finally {
    await own.close();
    await rm(folder, { recursive: true });
  }
}));
