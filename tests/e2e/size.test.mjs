// What a first visit to a lesson transfers: until the page answers, and until its first step can run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

/**
 * In bytes, compressed with gzip at level 9, as a static host may do it. From here they only fall.
 * The page is interactive once it is drawn and answers: a field can be typed in, and a step opens.
 */
const INTERACTIVE_LIMIT = 350_000;
/** With the module of the bench. */
const FIRST_STEP_LIMIT = 800_000;

function table(requests, title) {
  const files = requests.map(({ name, body }) => ({
    name, raw: body?.length ?? 0, gzip: body ? gzipSync(body, { level: 9 }).length : 0,
  }));
  files.sort((a, b) => b.gzip - a.gzip);
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  const lines = [...files, { name: title, raw: sum("raw"), gzip: sum("gzip") }].map(
    ({ name, raw, gzip }) => `${String(gzip).padStart(9)} ${String(raw).padStart(9)}  ${name}`,
  );
  console.log(["     gzip       raw", ...lines].join("\n"));
  return { names: files.map(({ name }) => name), gzip: sum("gzip") };
}

test("a first visit is small", visit({}, async ({ page, site }) => {
  const at = bench(page);
  const before = site.requests.length;
  const visited = () => site.requests.slice(before);
  // The bench waits, so that nothing of it is counted for the page. That it is asked for only after the page has been
  // drawn is part of what is measured: it would be in the list.
  site.hold(/^(worker|bench)/);
  await page.goto(site.at("/telemetry/register"), { waitUntil: "commit" });
  await at.step(STEPS[1].title).and(page.locator("#step-hand-over")).click();
  await at.run(STEPS[1]).waitFor();
  await at.step(STEPS[0].title).click();
  await page.getByRole("textbox", { name: "Device id" }).fill("gauge-7");
  await at.run(STEPS[0]).click();
  await at.state("Running").waitFor();
  const asked = visited();
  const first = asked.findIndex(({ name }) => /^(worker|bench)/.test(name));
  const page_ = table(first < 0 ? asked : asked.slice(0, first), "until the page is interactive");
  assert.ok(page_.names.some((name) => /^app-.*\.wasm$/.test(name)), "the page's module comes before the bench");
  assert.ok(page_.gzip <= INTERACTIVE_LIMIT, `${page_.gzip} bytes until the page is interactive, the limit is ${INTERACTIVE_LIMIT}`);

  site.release();
  await at.sees("Passed");
  const all = table(visited(), "until the first step has run");
  assert.deepEqual(all.names, [...new Set(all.names)], "nothing is fetched twice");
  assert.equal(all.names.filter((name) => name.endsWith(".wasm")).length, 2, "the page's module and the bench's were seen");
  assert.ok(all.gzip <= FIRST_STEP_LIMIT, `${all.gzip} bytes until the first step has run, the limit is ${FIRST_STEP_LIMIT}`);
}));
