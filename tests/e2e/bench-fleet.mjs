// A tab with many devices, each sending a message a second: how long the page's main thread is held up at most, and
// whether the tab's memory grows. `cargo xtask bench fleet` builds the site and runs this.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch, serve } from "./site.mjs";

const { values } = parseArgs({ options: {
  devices: { type: "string", default: "1000" },
  // Seconds between two messages of one device.
  interval: { type: "string", default: "1" },
  seconds: { type: "string", default: "60" },
} });
const [devices, interval, seconds] = [values.devices, values.interval, values.seconds].map(Number);
const LONGEST_TASK = 50;

const wait = (time) => new Promise((done) => setTimeout(done, time));

/** The resident memory of the browser's page processes, in megabytes. */
async function memory(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  let pages = 0;
  for (const { id, type } of processInfo) {
    if (type !== "renderer") continue;
    const statm = await readFile(`/proc/${id}/statm`, "utf8");
    pages += Number(statm.split(" ")[1]);
  }
  return (pages * 4096) / 1_048_576;
}

const [site, browser] = [await serve(), await launch()];
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  page.on("pageerror", (error) => { throw error; });
  await page.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
  });
  await page.goto(`${site.root}en/telemetry/`);
  await page.locator("#run").waitFor();
  await page.locator("#tab-registry").click();
  await page.locator("#fleet-count").fill(String(devices));
  await page.locator("#fleet-interval").fill(String(interval));
  await page.locator("#fleet-start").click();
  // All are on, and the start itself is over.
  await wait(Math.max(10, interval * 2) * 1000);
  await page.locator("#tab-wire").click();

  const session = await browser.newBrowserCDPSession();
  const took = () => page.evaluate(() => globalThis.longTasks.splice(0));
  const record = async (name) => {
    await took();
    const before = await memory(session);
    await wait(seconds * 1000);
    const tasks = await took();
    const after = await memory(session);
    const longest = Math.max(0, ...tasks);
    const verdict = longest <= LONGEST_TASK ? "met" : "MISSED";
    console.log(`${name}: longest task of the main thread ${longest.toFixed(0)} ms (at most ${LONGEST_TASK}: ${verdict}), ` +
      `${tasks.length} longer than that; memory ${before.toFixed(0)} to ${after.toFixed(0)} MB`);
  };
  console.log(`Chromium ${browser.version()}: ${devices} devices, a message each ${interval} s, ${seconds} s a recording`);
  await record("first recording ");
  await record("second recording");
  console.log(`the bench's clock: ${await page.locator(".clock").innerText()}; in real time: ${new Date().toISOString().slice(11, 19)}`);
} finally {
  await browser.close();
  await site.close();
}
