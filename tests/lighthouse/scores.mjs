// Lighthouse's scores of the built site: its first page and a lesson, as a phone and as a desktop computer sees them.
// `cargo xtask bench lighthouse` builds the site and runs this; the exit status says whether all scores are high enough.
//
// `--only telemetry` looks at one page, `--preset mobile` at one screen, `--audits` lists what cost points.

import { parseArgs } from "node:util";
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { SITE, serve } from "./host.mjs";

const { values } = parseArgs({ options: {
  only: { type: "string" },
  preset: { type: "string" },
  audits: { type: "boolean", default: false },
  // Scores differ from run to run on a busy machine: of so many runs, the middle one counts.
  runs: { type: "string", default: "3" },
} });

/** The least score in each category, of 100. */
const LEAST = 95;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const METRICS = {
  FCP: "first-contentful-paint", LCP: "largest-contentful-paint", TBT: "total-blocking-time",
  CLS: "cumulative-layout-shift", SI: "speed-index",
};
const PAGES = { home: "en/", telemetry: "en/telemetry/" };
const PRESETS = { mobile: undefined, desktop: desktopConfig };

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** One look at a page, with a browser of its own and empty caches. */
async function look(address, config) {
  const chrome = await launch({ chromePath: process.env.IOTHUB_CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
  try {
    const flags = { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" };
    const { lhr } = await lighthouse(address, flags, config);
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
    return lhr;
  } finally {
    await chrome.kill();
  }
}

const score = (report, category) => Math.round(100 * report.categories[category].score);

/** The run in the middle by the score that varies. */
async function middle(address, config) {
  const reports = [];
  for (let run = 0; run < Number(values.runs); run += 1) reports.push(await look(address, config));
  reports.sort((a, b) => score(a, "performance") - score(b, "performance"));
  return reports[Math.floor(reports.length / 2)];
}

/** What cost points, and the worst places. */
function printAudits(report) {
  for (const category of CATEGORIES) {
    for (const { id, weight } of report.categories[category].auditRefs) {
      const audit = report.audits[id];
      const isInsight = category === "performance" && audit.details?.items?.length;
      if (audit.score === null || audit.score >= 0.9 || (weight === 0 && !isInsight)) continue;
      console.log(`    ${category}: ${id}: ${audit.title} ${audit.displayValue ?? ""}`);
      for (const item of audit.details?.items?.slice(0, 4) ?? []) {
        console.log(`      ${item.node?.selector ?? item.url ?? item.description ?? JSON.stringify(item).slice(0, 160)}`);
      }
    }
  }
}

const row = (cells) => console.log(cells.map((cell, at) => (at ? String(cell).padStart(at < 5 ? 15 : 9) : cell.padEnd(20))).join(""));

const site = await serve();
try {
  row(["", ...CATEGORIES, ...Object.keys(METRICS)]);
  for (const [page, path] of Object.entries(PAGES)) {
    if (values.only && values.only !== page) continue;
    for (const [preset, config] of Object.entries(PRESETS)) {
      if (values.preset && values.preset !== preset) continue;
      const report = await middle(`${SITE}${path}`, config);
      const scores = CATEGORIES.map((category) => score(report, category));
      const metrics = Object.values(METRICS).map((id) => report.audits[id].displayValue.replace(/\s/g, " "));
      row([`${page}, ${preset}`, ...scores.map((it) => (it < LEAST ? `${it} TOO LOW` : it)), ...metrics]);
      if (values.audits) printAudits(report);
      if (scores.some((it) => it < LEAST)) process.exitCode = 1;
    }
  }
} finally {
  await site.close();
}
