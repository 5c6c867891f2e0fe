// Messages a second from a device's client to whoever reads them, in a browser: the playground's client and hub beside
// mqtt.js and aedes, in turn, over streams in memory. `cargo xtask bench page` builds what this needs and runs it.

import { launch, serve } from "../e2e/site.mjs";

const ROUNDS = 5;
const BYTES = 100;
const MESSAGES = { ours: 40_000, theirs: 4_000 };
const IN_FLIGHT = [1, 32, 128];
const TARGET = 10;

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Runs in the page: messages a second, of the playground or of its peers. */
async function rate({ who, messages, inFlight, bytes }) {
  if (who === "theirs") {
    const { deliver } = await import("./peers.js");
    const topic = "devices/device/messages/events/%24.mid=1&a=1&b=2";
    const took = await deliver(messages, inFlight, topic, "a".repeat(bytes));
    return messages / (took / 1000);
  }
  const way = new globalThis.wasmBindings.Way(inFlight);
  const started = performance.now();
  way.deliver(messages, inFlight, bytes);
  const took = performance.now() - started;
  way.free();
  return messages / (took / 1000);
}

const [site, browser] = [await serve(process.env.IOTHUB_BENCH_PAGE), await launch()];
let isMet = true;
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(site.at());
  await page.waitForFunction(() => globalThis.wasmBindings);
  const run = (who, inFlight) => page.evaluate(rate, { who, messages: MESSAGES[who], inFlight, bytes: BYTES });
  console.log(`Chromium ${browser.version()}; ${BYTES} bytes, QoS 1, two properties; medians of ${ROUNDS} rounds in turn`);
  for (const inFlight of IN_FLIGHT) {
    const rates = { ours: [], theirs: [] };
    // The first round warms both up.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const who of ["ours", "theirs"]) {
        const found = await run(who, inFlight);
        if (round > 0) rates[who].push(found);
      }
    }
    const [ours, theirs] = [median(rates.ours), median(rates.theirs)];
    const ratio = ours / theirs;
    isMet &&= ratio >= TARGET;
    const figures = `${Math.round(ours)}/s, mqtt.js and aedes ${Math.round(theirs)}/s, ratio ${ratio.toFixed(1)}`;
    console.log(`${String(inFlight).padStart(4)} in flight: ${figures} (target ${TARGET}: ${ratio >= TARGET ? "met" : "MISSED"})`);
  }
} finally {
  await browser.close();
  await site.close();
}
console.log(isMet ? "all targets met" : "not all targets met");
