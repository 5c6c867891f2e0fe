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
/** With the module of the bench. What speaks to live hubs is not in it; see live-bench.test.mjs. */
const FIRST_STEP_LIMIT = 937_000;

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

const ofBench = ({ name }) => /^(worker|bench)[._]/.test(name);

test("a first visit is small", visit({}, async ({ page, site }) => {
  const at = bench(page);
  const before = site.requests.length;
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  const visited = site.requests.slice(before);

  // The page asks for the bench once it is drawn, and needs nothing of it to answer. Whatever else was asked for is
  // counted for the page, even what came later.
  const first = visited.findIndex(ofBench);
  const module = visited.findIndex(({ name }) => /^app-.*\.wasm$/.test(name));
  const texts = visited.findLastIndex(({ name }) => /^texts\/.*\.(ftl|json)$/.test(name));
  assert.ok(module >= 0 && module < first && texts < first, "the bench comes after the page");
  const ofPage = table(visited.filter((request) => !ofBench(request)), "until the page is interactive");
  const all = table(visited, "until the first step has run");
  assert.deepEqual(all.names, [...new Set(all.names)], "nothing is fetched twice");
  assert.equal(all.names.filter((name) => name.endsWith(".wasm")).length, 2, "the page's module and the bench's were seen");
  assert.ok(all.gzip <= FIRST_STEP_LIMIT, `${all.gzip} bytes until the first step has run, the limit is ${FIRST_STEP_LIMIT}`);
  assert.ok(ofPage.gzip <= INTERACTIVE_LIMIT, `${ofPage.gzip} bytes until the page is interactive, the limit is ${INTERACTIVE_LIMIT}`);
}));
