// The built site, served as a static host serves it, and a browser to visit it with.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The folder with the built site. */
export const DIST = resolve(process.env.IOTHUB_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url)));

/** Where the test server puts the site: not at the root, because no path may be taken for granted. */
const FOLDER = "/some/folder/";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".ftl": "text/plain; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/**
 * Serves a folder as a plain static host does: a file, the first page of a folder, or its page for a 404.
 * `requests` lists what was asked for: the path from the site's root, and the bytes of the answer (none for a 404).
 * `hold(pattern)` makes files with such names wait on their way until `release()`.
 */
export async function serve(folder = DIST, prefix = FOLDER, caching = "max-age=600") {
  const requests = [];
  let held = null;
  const server = createServer(async ({ url }, response) => {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    const asked = path.slice(prefix.length);
    const name = /(^|\/)$/.test(asked) ? `${asked}index.html` : asked;
    const file = normalize(join(folder, name));
    const isInside = path.startsWith(prefix) && file.startsWith(folder + sep);
    const body = isInside ? await readFile(file).catch(() => null) : null;
    requests.push({ name: path.startsWith(prefix) ? name : path, body });
    if (held?.pattern.test(name)) await held.until;
    const type = body ? (TYPES[extname(file)] ?? "application/octet-stream") : TYPES[".html"];
    response.writeHead(body ? 200 : 404, { "content-type": type, "cache-control": caching });
    response.end(body ?? await readFile(join(folder, "404.html")).catch(() => "no such file"));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    requests,
    hold(pattern) {
      held = { pattern };
      held.until = new Promise((done) => { held.done = done; });
    },
    release() {
      held?.done();
      held = null;
    },
    /** The folder of the site. */
    root: `${origin}${prefix}`,
    /** The address of a page, such as `/telemetry/send` for a step, in a language. */
    at(route = "/", locale = "en") {
      const [page = "", step = ""] = route.split("/").filter(Boolean);
      return `${origin}${prefix}${locale}/${page && `${page}/`}${step && `#${step}`}`;
    },
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}

/** Features of Chromium that a visit does not want. A list given by hand takes the place of Playwright's own. */
const WITHOUT = [
  // Each window would load a page of its own for what drops down from an address bar that nobody sees, and make a
  // process ahead for a page that never comes: half of what a short visit costs.
  "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess",
  // Calls to Google at the start.
  "AimEnabled", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PreconnectToSearch",
  // What stands between a test and what it does or sees.
  "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades", "LensOverlay", "PaintHolding", "ThirdPartyStoragePartitioning",
];

/** A headless browser that keeps to itself. More arguments and another environment may be given. */
export function launch({ args = [], ...options } = {}) {
  return chromium.launch({
    ...options,
    executablePath: process.env.IOTHUB_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      `--disable-features=${WITHOUT.join(",")}`, ...args,
    ],
  });
}
