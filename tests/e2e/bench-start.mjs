// How soon after a visitor arrives the first telemetry message is acknowledged, beside the first
// render of an empty Yew page. Both pages are visited in turn, each time with empty caches.
//
// `cargo xtask bench` builds both pages and runs this; `--runs 20` asks for more than 10 visits each.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { DIST, launch, serve } from "./site.mjs";

const EMPTY = resolve(process.env.IOTHUB_EMPTY_PAGE
  ?? fileURLToPath(new URL("../../target/empty-page", import.meta.url)));
const RUNS = Number(parseArgs({ options: { runs: { type: "string", default: "10" } } }).values.runs);

/** Runs in the page before anything of it: calls `look` on every change until it gives something, and notes when. */
function stopwatch(look) {
  const watch = new MutationObserver(() => {
    if (!look()) return;
    watch.disconnect();
    globalThis.stopped = performance.now();
  });
  watch.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
}

/** Presses the step's button in the first task after it appeared, and is done when the wire shows a PUBACK. */
function acknowledged() {
  const button = document.getElementById("run");
  if (button && !globalThis.pressed) {
    globalThis.pressed = performance.now();
    setTimeout(() => button.click());
  }
  return [...document.querySelectorAll(".wire-kind")].some((kind) => kind.textContent === "PUBACK");
}

const rendered = () => document.body?.querySelector("p")?.textContent === "ready";

/** Milliseconds from the start of the navigation to what the stopwatch waits for. */
async function time(browser, address, look) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  try {
    const page = await context.newPage();
    await page.addInitScript(`(${stopwatch})(${look})`);
    await page.goto(address, { waitUntil: "commit" });
    await page.waitForFunction(() => globalThis.stopped, null, { timeout: 30_000 });
    return await page.evaluate(() => ({ pressed: globalThis.pressed, stopped: globalThis.stopped }));
  } finally {
    await context.close();
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const row = (cells) => cells.map((cell, column) => (column ? String(cell).padStart(9) : cell.padEnd(30))).join("");
const figures = (name, times) =>
  row([name, ...[median(times), Math.min(...times), Math.max(...times)].map((ms) => `${ms.toFixed(0)} ms`)]);

const [site, empty, browser] = [await serve(DIST), await serve(EMPTY), await launch()];
try {
  const playground = () => time(browser, site.at("/telemetry/send"), acknowledged);
  const emptyPage = () => time(browser, empty.root, rendered);
  // The browser's own start belongs to neither.
  await emptyPage();
  await playground();
  const pressed = [];
  const first = [];
  const bare = [];
  for (let run = 0; run < RUNS; run += 1) {
    bare.push((await emptyPage()).stopped);
    const visit = await playground();
    pressed.push(visit.pressed);
    first.push(visit.stopped);
  }
  console.log(row([`${RUNS} visits each, in turn`, "median", "least", "most"]));
  console.log(figures("empty Yew page, first render", bare));
  console.log(figures("playground, button to press", pressed));
  console.log(figures("playground, first PUBACK", first));
  console.log(row(["ratio of the medians", (median(first) / median(bare)).toFixed(2)]));
} finally {
  await browser.close();
  await Promise.all([site.close(), empty.close()]);
}
