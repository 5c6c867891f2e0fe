// What axe-core says of a page, and the way to every page of the site, whatever language it speaks.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const SOURCE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** The page's policy allows no eval; a test may. */
export const EXAMINED = { bypassCSP: true };

async function violations(page, options) {
  // It is half a megabyte, and stays until the page is left.
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(SOURCE);
  return page.evaluate(async (options) => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], iframes: false, ...options });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`));
  }, options);
}

/** Looks at the page as it stands, in both colour schemes. The scheme changes nothing but colours. */
export async function assertAccessible(page, where, schemes = ["light", "dark"]) {
  const [first, ...others] = schemes;
  await page.emulateMedia({ colorScheme: first, reducedMotion: "reduce" });
  const rules = { "target-size": { enabled: true } };
  assert.deepEqual(await violations(page, { runOnly: TAGS, rules }), [], `${where}, ${first}`);
  for (const colorScheme of others) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await violations(page, { runOnly: { type: "rule", values: ["color-contrast"] } }), [], `${where}, ${colorScheme}`);
  }
}

const LESSONS = ["telemetry", "methods", "messages", "twins", "faults"];
const KEY = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldCE=";
const TABS = ["wire", "events", "registry", "twin", "query", "method", "messages"];

/** Progress that somebody shared. */
const SHARED = Buffer.from("1\ntelemetry register hand-over\ntelemetry=device-id gauge-7").toString("base64url");

/** Goes to another page without loading anything anew, as a link does. */
async function follow(page, site, locale, path) {
  await page.evaluate((address) => {
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `${site.root}${locale}/${path}`);
}

/** Every page of the site in turn, each as `[name, arrive]`. The first one loads the site. */
export function pages(page, site, locale, isPhone) {
  const lesson = (id) => [id, async () => {
    await follow(page, site, locale, `${id}/`);
    await page.locator(`#run`).waitFor();
    await page.locator(`.lesson-text [data-step]`).first().waitFor();
    await page.waitForURL(new RegExp(`/${locale}/${id}/#`));
    await page.locator('.step-panel:not([data-state="running"])').waitFor();
  }];
  const tab = (id) => [`the tab ${id}`, async () => {
    if (isPhone) await page.locator(".views button").last().click();
    await page.locator(`#tab-${id}`).click();
    await page.locator(`#tab-content[aria-labelledby="tab-${id}"]`).waitFor();
  }];
  return [
    ["home", async () => {
      await page.goto(`${site.root}${locale}/`);
      await page.locator("#app .home-start a").waitFor();
    }],
    ...LESSONS.map(lesson),
    ...TABS.map(tab),
    ["doctor", async () => {
      await follow(page, site, locale, "doctor/");
      await page.locator("main textarea").fill(`HostName=contoso.azure-devices.net;DeviceId=dev1;SharedAccessKey=${KEY};Extra=1`);
      await page.locator("main [role=region], main section").first().waitFor();
    }],
    ["your own hub", async () => {
      await follow(page, site, locale, "live/");
      await page.locator("main .reach").waitFor();
    }],
    ["glossary", async () => {
      await follow(page, site, locale, "glossary/");
      await page.locator("main dt").first().waitFor();
    }],
    ["a step that is not there", async () => {
      await follow(page, site, locale, "telemetry/#fly");
      await page.locator("main.not-found, main h1").first().waitFor();
    }],
    ["shared progress", async () => {
      await follow(page, site, locale, `#p=${SHARED}`);
      await page.locator("main button").first().waitFor();
    }],
    ["the search", async () => {
      await page.locator("#search").fill("MQTT");
      await page.locator("#search-results [role=option]").first().waitFor();
    }],
    ["a page that is not there", async () => {
      await page.goto(`${site.root}${locale}/cooking/salt/`);
      await page.locator("h1:visible").first().waitFor();
    }],
    ["the differences", async () => {
      const found = await page.goto(`${site.root}differences-${locale}.html`);
      if (found.status() === 404) await page.goto(`${site.root}differences.html`);
      await page.locator("h1:visible").first().waitFor();
    }],
  ];
}
