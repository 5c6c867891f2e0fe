// Every page has an address in every language, on any static host, and going from one to another loads nothing anew.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

/** Marks the document, so that a reload would be noticed. */
const mark = (page) => page.evaluate(() => { globalThis.marked = true; });
const isMarked = (page) => page.evaluate(() => globalThis.marked === true);

test("links, back and forward go between pages without a reload", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at());
  await page.getByRole("link", { name: "Start lesson 1" }).waitFor();
  await mark(page);
  await page.getByRole("link", { name: "Start lesson 1" }).click();
  await at.sees("Not started");
  assert.equal(page.url(), site.at("/telemetry/register"));
  await at.step(STEPS[2].title).click();
  await at.run(STEPS[2]).waitFor();
  assert.equal(page.url(), site.at("/telemetry/send"));
  await page.goBack();
  await at.run(STEPS[0]).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Start lesson 1" }).waitFor();
  assert.equal(page.url(), site.at());
  await page.goForward();
  await at.run(STEPS[0]).waitFor();
  assert.ok(await isMarked(page));
}));

test("an address opens its step, and a lesson's own opens the first that is not passed", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/unplug"));
  await at.run(STEPS[4]).waitFor();
  await page.goto(site.at("/telemetry"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  assert.equal(page.url(), site.at("/telemetry/register"));
  await page.goto(site.at());
  await page.goto(site.at("/telemetry"));
  await at.run(STEPS[1]).waitFor();
}));

test("addresses of old lead on", visit({}, async ({ page, site }) => {
  await page.goto(`${site.root}#/telemetry/send`, { waitUntil: "commit" });
  await page.waitForURL(site.at("/telemetry/send"));
  await bench(page).run(STEPS[2]).waitFor();
  await page.goto(`${site.at()}#/telemetry/read`);
  await bench(page).run(STEPS[3]).waitFor();
}));

for (const [locale, language] of [["ko-KR", "ko"], ["ru", "ru"], ["en-US", "en"], ["fr", "en"]]) {
  test(`a browser that asks for ${locale} gets ${language}`, visit({ locale }, async ({ page, site }) => {
    await page.goto(site.root, { waitUntil: "commit" });
    await page.waitForURL(site.at("/", language));
    await page.locator(`html[lang=${language}]`).waitFor();
  }));
}

test("a language that was chosen is kept", visit({}, async ({ page, site }) => {
  await page.goto(site.at());
  await page.getByRole("navigation", { name: "Language" }).locator("summary").click();
  await page.getByRole("link", { name: "한국어" }).click();
  await page.locator("html[lang=ko]").waitFor();
  assert.equal(page.url(), site.at("/", "ko"));
  await page.goto(site.root, { waitUntil: "commit" });
  await page.waitForURL(site.at("/", "ko"));
}));

test("another language keeps the place and the bench", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  const printed = await at.cloudConsole.innerText();
  await mark(page);
  await page.getByRole("navigation", { name: "Language" }).locator("summary").click();
  await page.getByRole("link", { name: "Русский" }).click();
  await page.locator("html[lang=ru]").waitFor();
  assert.equal(page.url(), site.at("/telemetry/register", "ru"));
  await page.locator("[data-step=register][data-step-state=passed]").waitFor();
  assert.ok((await page.locator(".card.cloud .console").innerText()).includes(printed.split("\n").at(-1)));
  assert.ok(await isMarked(page));
}));

test("a page that is not there says so in the language of its address", visit({ problemsExpected: true }, async ({ page, site }) => {
  const answer = await page.goto(`${site.root}ko/cooking/salt/`);
  assert.equal(answer.status(), 404);
  const link = page.getByRole("link");
  assert.equal(await link.count(), 1);
  assert.equal(await link.evaluate((element) => element.href), site.at("/", "ko"));
  await link.click();
  await page.locator("html[lang=ko] h1").waitFor();
}));

test("a step that is not there says so", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/fly"));
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
}));

test("a term in a lesson leads to the glossary, and back", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  await mark(page);
  const link = page.locator(".lesson .prose a[href*=glossary]").first();
  const term = new URL(await link.evaluate((element) => element.href)).hash.slice(1);
  await link.click();
  await page.locator(`#${term} dt`).waitFor();
  assert.equal(page.url(), `${site.at("/glossary")}#${term}`);
  await page.goBack();
  await at.run(STEPS[0]).waitFor();
  assert.ok(await isMarked(page));
}));
