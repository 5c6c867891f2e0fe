// The listings of programs: their spellings, what is copied, and the line that runs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { visit, until } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const SEND = STEPS.find((step) => step.id === "send");
const SOURCES = {
  Rust: "../../src/lessons/src/telemetry/programs/simulated_device.rs",
  Python: "../../www/programs/telemetry/simulated_device.py",
};
const WITH_CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

const file = (path) => readFile(new URL(path, import.meta.url), "utf8");

/** The device's card: its listing, and the tabs above it. */
function listing(page) {
  const card = page.locator(".card.device");
  return {
    spelling: (name) => card.getByRole("group", { name: "Ways to write it" }).getByRole("button", { name, exact: true }),
    source: (name) => card.getByRole("region", { name: `simulated_device in ${name}`, exact: true }),
    copy: (name) => card.getByRole("button", { name: `Copy simulated_device in ${name}`, exact: true }),
    said: (text) => card.getByText(text),
    marked: card.locator(".line[aria-current]"),
  };
}

test("each spelling has its tab, and the chosen one is remembered", visit({}, async ({ page, site }) => {
  const shown = listing(page);
  await page.goto(site.at("/telemetry/send"));
  await shown.source("Rust").getByText("pub async fn run").waitFor();
  await shown.spelling("Python").click();
  await shown.source("Python").getByText("asyncio.run(main())").waitFor();
  assert.equal(await shown.source("Rust").count(), 0);

  await page.reload();
  await shown.source("Python").getByText("asyncio.run(main())").waitFor();
  assert.equal(await shown.spelling("Python").getAttribute("aria-pressed"), "true");
  assert.equal(await shown.spelling("Rust").getAttribute("aria-pressed"), "false");
}));

test("a source is fetched once, and only when it is shown", visit({}, async ({ page, site }) => {
  const shown = listing(page);
  const before = site.requests.length;
  const names = () => site.requests.slice(before).map(({ name }) => name);
  const fetched = () => names().filter((name) => name.includes("simulated_device."));
  await page.goto(site.at("/telemetry/send"));
  await shown.source("Rust").getByText("pub async fn run").waitFor();
  assert.deepEqual(fetched(), ["listings/telemetry/simulated_device.rs.html"]);
  await shown.spelling("Python").click();
  await shown.source("Python").getByText("asyncio.run(main())").waitFor();
  await shown.spelling("Rust").click();
  await shown.source("Rust").getByText("pub async fn run").waitFor();
  assert.equal(fetched().length, 2);
}));

for (const [name, path] of Object.entries(SOURCES)) {
  test(`what is shown and copied is the file: ${name}`, visit(WITH_CLIPBOARD, async ({ page, site }) => {
    const shown = listing(page);
    const source = await file(path);
    await page.goto(site.at("/telemetry/send"));
    await shown.spelling(name).click();
    await shown.source(name).locator(".line").first().waitFor();
    assert.equal(await shown.source(name).textContent(), source);

    await shown.copy(name).click();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await until("the source on the clipboard", async () => (await clipboard()) === source);
  }));
}

test("the line that runs is marked, and the mark moves", visit({}, async ({ page, site }) => {
  const at = bench(page);
  const shown = listing(page);
  const lines = (await file(SOURCES.Rust)).split("\n");
  await page.goto(site.at("/telemetry/send"));
  await shown.source("Rust").locator(".line").first().waitFor();
  assert.equal(await shown.marked.count(), 0, "nothing runs yet");

  await page.evaluate(() => {
    globalThis.marks = [];
    const note = () => {
      const line = document.querySelector(".card.device .line[aria-current]")?.dataset.line;
      if (line && globalThis.marks.at(-1) !== line) globalThis.marks.push(line);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["aria-current"] });
  });
  await at.run(SEND).click();
  await at.sees("Passed");
  // At real time the program waits for half a minute after its first message.
  await until("the mark at the pause", async () => {
    const [line] = await shown.marked.evaluateAll((marked) => marked.map(({ dataset }) => dataset.line));
    return lines[line - 1]?.includes("bench.sleep(interval).await");
  });
  // The line is in sight without anybody's help.
  const isSeen = await shown.marked.evaluate((line) => {
    const [box, frame] = [line.getBoundingClientRect(), line.closest("pre").getBoundingClientRect()];
    return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
  });
  assert.ok(isSeen, "the marked line is in sight");

  const marks = await page.evaluate(() => globalThis.marks);
  for (const line of marks) assert.match(lines[line - 1], /bench/, `line ${line}`);

  await shown.spelling("Python").click();
  await shown.source("Python").locator(".line").first().waitFor();
  assert.equal(await shown.marked.count(), 0, "Python does not run here");
  await shown.spelling("Rust").click();
  await shown.marked.waitFor();

  await page.getByRole("button", { name: "Stop", exact: true }).first().click();
  await shown.marked.waitFor({ state: "detached" });
}));

test("a spelling of an action says which step makes it appear", visit({}, async ({ page, site }) => {
  const shown = listing(page);
  await page.goto(site.at("/telemetry/register"));
  for (const name of ["az", "MQTT"]) {
    await shown.spelling(name).click();
    await shown.said(`spelt for ${name}. The step “${SEND.title}” runs it.`).waitFor();
  }
}));
