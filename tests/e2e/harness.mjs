// A fresh visitor for each test, who notices everything that is not as it should be.

import assert from "node:assert/strict";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, serve } from "./site.mjs";

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A phone, as a browser tells of itself. */
export const AS_PHONE = { viewport: PHONE, isMobile: true, hasTouch: true };

// One site and one browser for all tests of a file.
let site;
let browser;
after(async () => {
  await browser?.close();
  await site?.close();
});

/**
 * A test's body that gets a fresh visitor: `{ page, context, site, problems, test }`.
 *
 * `problems` fills with whatever should not be seen on a console, in the network or as an error, and has to be empty
 * at the end unless `problemsExpected` is set. `start` starts what this test alone visits, in place of the built site.
 * Other options are those of Playwright's `newContext`.
 */
export function visit(options, act) {
  const { problemsExpected = false, start, ...contextOptions } = options;
  return async (test) => {
    browser ??= await launch();
    const own = await start?.();
    const visited = own ?? (site ??= await serve());
    const context = await browser.newContext({
      viewport: DESKTOP, reducedMotion: "reduce", locale: "en-GB", serviceWorkers: "block", ...contextOptions,
    });
    try {
      context.setDefaultTimeout(15_000);
      const problems = watch(context, visited.origin);
      const page = await context.newPage();
      await act({ page, context, site: visited, problems, test });
      if (!problemsExpected) assert.deepEqual(problems, []);
    } catch (error) {
      await keepPicture(context, test.name);
      throw error;
    } finally {
      visited.release?.();
      await context.close();
      await own?.close();
    }
  };
}

/** What was on the screen when a test failed, in test-results/. */
async function keepPicture(context, name) {
  const file = `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.png`;
  const path = fileURLToPath(new URL(`test-results/${file}`, import.meta.url));
  await context.pages()[0]?.screenshot({ path, timeout: 5_000 }).catch(() => {});
}

/** Notes everything that a clean visit has none of. */
function watch(context, origin) {
  const problems = [];
  context.on("console", (message) => {
    // The tests that want no service worker keep it away.
    if (message.text().startsWith("Service Worker registration blocked")) return;
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`uncaught: ${error.error()}`));
  // A page that is left breaks off what it still asks for: all that was asked for until the next page took its place.
  let asked = 0;
  let left = 0;
  let leaves = false;
  const order = new WeakMap();
  const ABORTED = "net::ERR_ABORTED";
  context.on("request", (request) => {
    order.set(request, asked += 1);
    if (request.isNavigationRequest()) [left, leaves] = [asked, true];
    const { protocol } = new URL(request.url());
    const isLocal = ["data:", "blob:"].includes(protocol) || request.url().startsWith(`${origin}/`);
    if (!isLocal) problems.push(`left the origin: ${request.url()}`);
  });
  context.on("requestfailed", (request) => {
    if (request.failure()?.errorText === ABORTED && order.get(request) <= left) return;
    problems.push(`failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
  const arrive = () => {
    if (!leaves) return;
    [left, leaves] = [asked, false];
    const kept = problems.filter((problem) => !problem.endsWith(ABORTED));
    problems.splice(0, problems.length, ...kept);
  };
  context.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on("page", (page) => {
    page.on("framenavigated", (frame) => frame.parentFrame() || arrive());
    page.on("crash", () => problems.push("the page crashed"));
    page.on("websocket", (socket) => problems.push(`opened a socket: ${socket.url()}`));
  });
  return problems;
}

/** Waits until the browser has shown something. */
export const firstPaint = (page) =>
  page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);

/** Waits until `look` gives something true, and gives it back. For what no locator can wait for; `what` may be a function. */
export async function until(what, look, limit = 15_000) {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() >= end) assert.fail(`waited ${limit} ms for ${typeof what === "function" ? await what() : what}`);
    await new Promise((later) => setTimeout(later, 20));
  }
}

/** Glossary links, tabs and tools take their turns as well. */
const MOST_PRESSES = 150;

/** Presses Tab until the control has the focus, as somebody would who cannot point at it. */
export async function tabTo(page, control, key = "Tab") {
  const hasFocus = () => control.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    if (await hasFocus()) {
      assert.ok(await control.isVisible(), "what has the focus can be seen");
      return;
    }
    await page.keyboard.press(key);
  }
  assert.fail(`${MOST_PRESSES} × ${key} did not lead to ${control}`);
}
