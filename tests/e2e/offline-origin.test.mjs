// Nothing goes elsewhere, and no secret goes anywhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const CONNECTION_STRING =
  /HostName=iothub-playground\.azure-devices\.net;DeviceId=MyFirstPythonDevice;SharedAccessKey=([A-Za-z0-9+/]{43}=)/;

/** Everything that outlives a page or leaves it, as one text. */
async function kept(page, requested) {
  const inPage = await page.evaluate(async () => JSON.stringify({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookies: document.cookie,
    address: location.href,
    state: history.state,
    title: document.title,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  return [inPage, ...requested].join("\n");
}

/** What is in the document, and what is typed into it, whether it can be seen or not. */
const drawn = (page) => page.evaluate(() => [
  document.documentElement.outerHTML,
  ...[...document.querySelectorAll("input, textarea")].map((field) => field.value),
].join("\n"));

const forms = (key) => [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1), btoa(key)];

function assertWithout(text, key, where) {
  for (const form of forms(key)) assert.ok(!text.includes(form), `the key is in ${where}`);
}

// That nothing leaves the origin and that the console is clean is part of every visit: see `watch` in harness.mjs.
test("the whole lesson asks its own folder only, and for nothing that is not there", visit({}, async ({ page, site }) => {
  const at = bench(page);
  const before = site.requests.length;
  await page.goto(site.at());
  await page.getByRole("link", { name: "Start lesson 1" }).click();
  for (const step of STEPS) {
    await at.sees("Not started");
    await at.solve.click();
    await at.sees("Passed");
    if (step !== STEPS.at(-1)) await at.next.click();
  }
  await at.tab("Events").click();
  await page.getByRole("img", { name: /^windSpeed over time/ }).locator("canvas").waitFor();
  const requests = site.requests.slice(before);
  assert.ok(requests.some(({ name }) => name.endsWith("chart.js")), "the requests of the page were seen");
  assert.deepEqual(requests.filter(({ body }) => body === null), []);
}));

test("the page forbids itself to talk to others", visit({ problemsExpected: true }, async ({ page, site, problems }) => {
  await page.goto(site.at("/telemetry/register"));
  await bench(page).sees("Not started");
  const answer = await page.evaluate(() => fetch("https://example.com/").then(() => "sent", () => "refused"));
  assert.equal(answer, "refused");
  await until("a complaint", () => problems.some((problem) => problem.includes("Content Security Policy")));
}));

test("the device's key is drawn only when it is asked for, and kept nowhere", visit({}, async ({ page, context, site }) => {
  const requested = [];
  context.on("request", (request) => requested.push(request.url(), request.postData() ?? ""));
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  const hidden = await drawn(page);
  assert.doesNotMatch(hidden, /SharedAccessKey=[A-Za-z0-9+/]{8}/);

  // The last secret is the connection string; the two before it are the keys.
  await at.cloudConsole.getByRole("button", { name: "Show the secret" }).last().click();
  const [text, key] = CONNECTION_STRING.exec(await at.cloudConsole.innerText());
  assertWithout(hidden, key, "the page before it was asked for");
  assert.ok((await drawn(page)).includes(key), "the page can be searched for the key");
  assertWithout(await kept(page, requested), key, "what is kept");

  // Pasted into the device's card, as a learner may, and used.
  await at.next.click();
  const field = page.getByRole("textbox", { name: "Connection string" });
  await field.fill(text);
  assertWithout(await kept(page, requested), key, "what is kept while the field holds it");
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  await at.sees("Passed", STEPS[1].after);
  assert.equal(await field.inputValue(), "");
  await at.next.click();
  await at.sees("Not started");
  await page.keyboard.press("Control+Enter");
  await at.sees("Passed");
  await at.cloudConsole.getByRole("button", { name: "Show the secret" }).last().click();
  await at.packets("CONNECT").click();
  await at.detail("CONNECT").waitFor();
  assertWithout(await drawn(page), key, "the page after it was hidden again");
  assertWithout(await kept(page, requested), key, "what is kept");
}));

test("a policy's string is refused by the device, and not drawn", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/hand-over"));
  await at.sees("Not started");
  const key = Buffer.alloc(32, "policy").toString("base64");
  await page.getByRole("textbox", { name: "Connection string" })
    .fill(`HostName=iothub-playground.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=${key}`);
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  await page.getByText("This is another kind of connection string").waitFor();
  await at.check.click();
  await at.sees("Not yet");
  const html = await page.evaluate(() => document.documentElement.outerHTML);
  assertWithout(html, key, "the page");
  assertWithout(await kept(page, []), key, "what is kept");
}));
