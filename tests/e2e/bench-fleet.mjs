// A tab with many devices, each sending a message a second: how long the page's main thread is held up at most, and
// whether the tab's memory grows. `cargo xtask bench fleet` builds the site and runs this; the exit status says
// whether both promises were kept.
//
// For what lies beyond the promise: `--devices 2000`, `--interval 2 --speed 10`, and `--profile folder` for a profile
// of the page and of its worker.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch, serve } from "./site.mjs";

const { values } = parseArgs({ options: {
  devices: { type: "string", default: "1000" },
  // Seconds of the bench between two messages of one device.
  interval: { type: "string", default: "1" },
  // Seconds of the bench in a second.
  speed: { type: "string", default: "1" },
  // Seconds of one recording.
  seconds: { type: "string", default: "60" },
  // How often each view is recorded: the first time is for what grows at first.
  recordings: { type: "string", default: "3" },
  // Which views: `wire` is the one that is open by itself.
  views: { type: "string", default: "wire,events" },
  profile: { type: "string" },
} });
const [devices, interval, speed, seconds, recordings] =
  [values.devices, values.interval, values.speed, values.seconds, values.recordings].map(Number);

/** The longest task of the main thread, in milliseconds. */
const LONGEST_TASK = 50;
/** How much more than before the memory may be after a recording and still count as flat. */
const FLAT = 1.05;

const wait = (time) => new Promise((done) => setTimeout(done, time));
const megabytes = (bytes) => bytes / 1_048_576;

/** Runs before any other script, in the page and in the worker: remembers the memories of WebAssembly. */
function rememberMemories() {
  globalThis.memories = [];
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const make = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await make.apply(WebAssembly, given);
      const { memory } = (made.instance ?? made).exports;
      if (memory) globalThis.memories.push(memory);
      return made;
    };
  }
}

/** Runs in the page: notes what holds up the main thread. */
function rememberLongTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) globalThis.longTasks.push({ startTime, duration });
  }).observe({ type: "longtask", buffered: true });
}

/**
 * The longest task of a page's main thread while `act` goes on, in milliseconds of the processor's time. On a busy
 * machine a task lasts longer than it computes.
 */
async function longestComputed(session, act) {
  const pages = new Set();
  const tasks = [];
  const take = ({ value }) => {
    for (const { name, args, pid, tid, tdur } of value) {
      if (name === "thread_name" && args.name === "CrRendererMain") pages.add(`${pid} ${tid}`);
      if (name === "ThreadControllerImpl::RunTask" && tdur > 5_000) tasks.push({ thread: `${pid} ${tid}`, time: tdur / 1000 });
    }
  };
  session.on("Tracing.dataCollected", take);
  await session.send("Tracing.start", { traceConfig: { includedCategories: ["toplevel"] } });
  await act();
  const complete = new Promise((done) => session.once("Tracing.tracingComplete", done));
  await session.send("Tracing.end");
  await complete;
  session.off("Tracing.dataCollected", take);
  return Math.max(0, ...tasks.filter(({ thread }) => pages.has(thread)).map(({ time }) => time));
}

const ofWebAssembly = () => globalThis.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

/** The memory of the tab in megabytes: what its process holds, the page's JavaScript heap, and both programs' memories. */
async function memory({ page, browserSession, pageSession }) {
  await pageSession.send("HeapProfiler.collectGarbage");
  const { processInfo } = await browserSession.send("SystemInfo.getProcessInfo");
  let resident = 0;
  for (const { id, type } of processInfo) {
    if (type !== "renderer") continue;
    const statm = await readFile(`/proc/${id}/statm`, "utf8");
    resident += Number(statm.split(" ")[1]) * 4096;
  }
  const { usedSize } = await pageSession.send("Runtime.getHeapUsage");
  return {
    tab: megabytes(resident),
    heap: megabytes(usedSize),
    page: megabytes(await page.evaluate(ofWebAssembly)),
    worker: megabytes(await page.workers()[0].evaluate(ofWebAssembly)),
  };
}

/** How many messages crossed the wire, as the page tells it. */
const crossed = (page) => page.evaluate(() => {
  const number = (selector) => Number((document.querySelector(selector)?.textContent ?? "").replaceAll(/\D/g, ""));
  return { told: number("#tab-wire .count"), arrived: number("#tab-events .count") };
});

const clock = (page) => page.evaluate(() => {
  const [hours, minutes, second] = document.querySelector(".clock").innerText.match(/(\d+):(\d+):(\d+)/).slice(1).map(Number);
  return (hours * 60 + minutes) * 60 + second;
});

async function startFleet(page) {
  await page.locator("#tab-registry").click();
  await page.locator("#fleet-count").fill(String(devices));
  await page.locator("#fleet-interval").fill(String(interval));
  await page.locator("#fleet-interval").press("Enter");
  // All are on, and the start itself is over.
  await wait(Math.max(12, interval * 2) * 1000);
}

/** What is recorded: the view that the fleet is watched in, and the way there. */
const VIEWS = {
  async wire(page, site) {
    await page.goto(site.at("/telemetry"));
    await page.locator("#run").waitFor();
    await startFleet(page);
    await page.locator("#tab-wire").click();
  },
  // A program reads all events and prints them; the tab lists and draws them.
  async events(page, site) {
    await page.goto(site.at("/telemetry/read"));
    await page.locator("#run").click();
    await page.locator("#tab-events .count").filter({ hasText: /[1-9]/ }).waitFor();
    await startFleet(page);
    await page.locator("#tab-events").click();
    await page.locator(".chart canvas").waitFor();
  },
};

async function visit(browser, site, view) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", serviceWorkers: "block" });
  const page = await context.newPage();
  let failure;
  page.on("pageerror", (error) => { failure ??= error; });
  await page.addInitScript(rememberMemories);
  await page.addInitScript(rememberLongTasks);
  await context.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${rememberMemories})();\n${await response.text()}` });
  });
  await VIEWS[view](page, site);
  if (speed !== 1) await page.getByRole("radio", { name: `${speed}×`, exact: true }).check({ force: true });
  const tools = {
    page,
    browserSession: await browser.newBrowserCDPSession(),
    pageSession: await context.newCDPSession(page),
  };
  await tools.pageSession.send("HeapProfiler.enable");
  let isGood = true;
  let before = await memory(tools);
  for (let recording = 1; recording <= recordings; recording += 1) {
    const [first, second] = [await crossed(page), await clock(page)];
    const started = performance.now();
    // Measuring is long tasks of its own: of the memory before, and of the tracing when it starts and when it ends.
    let tasks;
    const computed = await longestComputed(tools.browserSession, async () => {
      const since = await page.evaluate(() => performance.now());
      await (values.profile ? profile(tools.pageSession, `${view}-${recording}`, seconds) : wait(seconds * 1000));
      tasks = await page.evaluate((since) => globalThis.longTasks.splice(0)
        .filter(({ startTime }) => startTime >= since).map(({ duration }) => duration), since);
    });
    const took = (performance.now() - started) / 1000;
    const last = await crossed(page);
    const lag = took * speed - (await clock(page) - second);
    const after = await memory(tools);
    const longest = Math.max(0, ...tasks);
    // What grows at first, such as lists up to their bounds, is over after the first recording.
    const isFlat = recording === 1 || after.tab <= before.tab * FLAT;
    isGood &&= longest <= LONGEST_TASK && isFlat;
    console.log(`${view} ${recording}: longest task ${computed.toFixed(0)} ms of the processor, ${tasks.length} over ` +
      `${LONGEST_TASK} ms of the clock, the longest ${longest.toFixed(0)} ms (${longest <= LONGEST_TASK ? "kept" : "BROKEN"}); tab ${before.tab.toFixed(0)} to ${after.tab.toFixed(0)} MB (${isFlat ? "kept" : "BROKEN"}), ` +
      `heap ${after.heap.toFixed(1)}, page ${after.page.toFixed(1)}, worker ${after.worker.toFixed(1)} MB; ` +
      `${((last.told - first.told) / took).toFixed(0)} packets and ${((last.arrived - first.arrived) / took).toFixed(0)} events told a second; ` +
      `the bench's clock is ${lag.toFixed(0)} s behind`);
    before = after;
  }
  await context.close();
  if (failure) throw failure;
  return isGood;
}

/** Where the time of the page's main thread goes, for the browser's tools to show. */
async function profile(session, name, seconds) {
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: 500 });
  await session.send("Profiler.start");
  await wait(seconds * 1000);
  const { profile } = await session.send("Profiler.stop");
  await mkdir(values.profile, { recursive: true });
  await writeFile(join(values.profile, `${name}.cpuprofile`), JSON.stringify(profile));
}

const [site, browser] = [await serve(), await launch()];
try {
  console.log(`Chromium ${browser.version()}: ${devices} devices, a message each ${interval / speed} s, ${seconds} s a recording; ` +
    `promised: no task over ${LONGEST_TASK} ms, and flat memory after the first recording`);
  for (const view of values.views.split(",")) {
    if (!await visit(browser, site, view)) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await site.close();
}
