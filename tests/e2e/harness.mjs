// The built site, served from a subfolder, and a browser to visit it with.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The folder with the built site. */
export const DIST = resolve(process.env.IOTHUB_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url)));

/** Where the test server puts the site: not at the root, because no path may be taken for granted. */
export const FOLDER = "/some/folder/";

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A phone, as a browser tells of itself. */
export const AS_PHONE = { viewport: PHONE, isMobile: true, hasTouch: true };

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".ftl": "text/plain; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves a folder as a plain static host does: a file or 404, nothing else.
 * `requests` lists what was asked for: the path from the site's root, and the bytes of the answer (none for a 404).
 */
export async function serve(folder = DIST, prefix = FOLDER) {
  const requests = [];
  const server = createServer(async ({ url }, response) => {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    const name = path.slice(prefix.length) || "index.html";
    const file = normalize(join(folder, name));
    const isInside = path.startsWith(prefix) && file.startsWith(folder + sep);
    const body = isInside ? await readFile(file).catch(() => null) : null;
    requests.push({ name: path.startsWith(prefix) ? name : path, body });
    const type = body ? (TYPES[extname(file)] ?? "application/octet-stream") : "text/plain";
    response.writeHead(body ? 200 : 404, { "content-type": type, "cache-control": "max-age=600" });
    response.end(body ?? "no such file");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    requests,
    /** The address of a route of the page, such as `/telemetry/send`. */
    at: (route = "") => `${origin}${prefix}${route && `#${route}`}`,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}

/** A headless browser that keeps to itself. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.IOTHUB_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

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
 * at the end unless `problemsExpected` is set. Other options are those of Playwright's `newContext`.
 */
export function visit(options, act) {
  const { problemsExpected = false, ...contextOptions } = options;
  return async (test) => {
    site ??= await serve();
    browser ??= await launch();
    const context = await browser.newContext({
      viewport: DESKTOP, reducedMotion: "reduce", locale: "en-GB", ...contextOptions,
    });
    try {
      context.setDefaultTimeout(15_000);
      const problems = watch(context, site.origin);
      const page = await context.newPage();
      await act({ page, context, site, problems, test });
      if (!problemsExpected) assert.deepEqual(problems, []);
    } catch (error) {
      await keepPicture(context, test.name);
      throw error;
    } finally {
      await context.close();
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
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`uncaught: ${error.error()}`));
  context.on("request", (request) => {
    const { protocol } = new URL(request.url());
    const isLocal = ["data:", "blob:"].includes(protocol) || request.url().startsWith(`${origin}/`);
    if (!isLocal) problems.push(`left the origin: ${request.url()}`);
  });
  context.on("requestfailed", (request) => {
    problems.push(`failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on("page", (page) => {
    page.on("crash", () => problems.push("the page crashed"));
    page.on("websocket", (socket) => problems.push(`opened a socket: ${socket.url()}`));
  });
  return problems;
}

/** Waits until `look` gives something true, and gives it back. For what no locator can wait for; `what` may be a function. */
export async function until(what, look, limit = 15_000) {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < end, `waited ${limit} ms for ${typeof what === "function" ? what() : what}`);
    await new Promise((later) => setTimeout(later, 20));
  }
}
