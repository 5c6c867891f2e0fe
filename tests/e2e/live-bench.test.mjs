// The program that can speak to live hubs: when it is fetched, and that it takes the place of the one before unnoticed.
// The hub has a name that nobody has, so the page is as live as it can be without one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { until, visit } from "./harness.mjs";
import { OWNER, hub } from "./hub.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

/** In bytes, compressed with gzip at level 9; what only a visitor with a hub of their own fetches. From here they only fall. */
const LIMITS = { "live-bench_bg.wasm": 650_000, "amqp_bg.wasm": 400_000 };

const BEGINS = /^(live-bench|amqp)/;
const fetched = (site) => site.requests.map(({ name }) => name).filter((name) => BEGINS.test(name));

/** Opens the first lesson, and the dialog in it. */
async function openLesson(page, site, step = "register") {
  await page.goto(site.at(`/telemetry/${step}`));
  await bench(page).sees("Not started");
}

/** Connects the hub in the dialog that is open. */
async function connect(at) {
  await at.string.fill(OWNER);
  await at.connect.click();
}

test("nothing that only live hubs need is fetched before the dialog is opened", visit({}, async ({ page, site }) => {
  const before = site.requests.length;
  await openLesson(page, site);
  await bench(page).run(STEPS[0]).click();
  await bench(page).sees("Passed");
  assert.deepEqual(fetched({ requests: site.requests.slice(before) }), []);
  await hub(page).open();
  await until("the program to be on its way", () => fetched({ requests: site.requests.slice(before) }).includes("live-bench_bg.wasm"));
}));

test("what only live hubs need stays as small as it is", visit({}, async ({ site }) => {
  for (const [name, limit] of Object.entries(LIMITS)) {
    const answer = await fetch(`${site.root}${name}`);
    const { length } = gzipSync(Buffer.from(await answer.arrayBuffer()), { level: 9 });
    console.log(`${String(length).padStart(9)}  ${name}`);
    assert.ok(length <= limit, `${name} has ${length} bytes, the limit is ${limit}`);
  }
}));

test("who goes to a live hub and comes back finds the lesson as it was", visit({ problemsExpected: true }, async ({ page, site }) => {
  const at = hub(page);
  await openLesson(page, site);
  await bench(page).run(STEPS[0]).click();
  await bench(page).sees("Passed");
  await at.open();
  await connect(at);
  await at.bar.waitFor();
  await at.bar.getByRole("button", { name: "Leave" }).click();
  await at.dialog.getByRole("button", { name: "Leave" }).click();
  await at.bar.waitFor({ state: "detached" });
  await bench(page).sees("Passed", STEPS[0].after);
}));

test("a program that cannot be fetched is told in the dialog, and fetched with the next try", visit({ problemsExpected: true }, async ({ page, site, context }) => {
  const at = hub(page);
  await openLesson(page, site);
  const isCut = { now: true };
  await context.route("**/live-bench*", (route) => (isCut.now ? route.abort() : route.continue()));
  await at.open();
  await connect(at);
  await at.dialog.getByRole("alert").getByText("The part of this page that speaks to live hubs could not be loaded.").waitFor();
  await page.keyboard.press("Escape");
  // The bench that is there still does what it is asked.
  await bench(page).run(STEPS[0]).click();
  await bench(page).sees("Passed");
  isCut.now = false;
  await at.open();
  await connect(at);
  await at.bar.waitFor();
}));

test("who closes the dialog while a hub is being reached stays with the hub in the page", visit({}, async ({ page, site }) => {
  const at = hub(page);
  await openLesson(page, site);
  site.hold(/^live-bench_bg/);
  await at.open();
  await connect(at);
  await page.keyboard.press("Escape");
  await at.dialog.waitFor({ state: "detached" });
  // It comes all the same, for the next time.
  const arrived = page.waitForResponse(/live-bench_bg/);
  site.release();
  await arrived;
  await bench(page).run(STEPS[0]).click();
  await bench(page).sees("Passed");
  assert.equal(await at.bar.count(), 0);
  await at.open();
  assert.equal(await at.bar.count(), 0, "it did not come while the dialog was opened again");
}));
