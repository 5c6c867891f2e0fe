// The site as the native program serves it: its headers in a browser, in a frame, and against pages from elsewhere.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { DESKTOP } from "./harness.mjs";
import { bench, STEPS } from "./lesson-one.mjs";
import { launch } from "./site.mjs";

/** An address at which nobody is. Whether the browser tries it at all is what matters. */
const HUB = "wss://hub.invalid/$iothub/websocket";

let browser;
let elsewhere;
let playground;
let embeddable;

before(async () => {
  // Whoever owns a name can have it lead to this machine.
  browser = await launch({ args: ["--host-resolver-rules=MAP rebound.example 127.0.0.1"] });
  elsewhere = await serveEmpty();
  playground = await start();
  embeddable = await start("--frame-ancestors", `'self' ${elsewhere.origin}`);
});

after(async () => {
  await browser?.close();
  for (const server of [elsewhere, playground, embeddable]) await server?.close();
});

/** Starts `iothub-playground serve` with the site that is in it. */
async function start(...options) {
  const program = process.env.IOTHUB_PLAYGROUND;
  assert.ok(program, "IOTHUB_PLAYGROUND names the program, built with the feature `site`");
  const child = spawn(program, ["serve", "--ephemeral", "--port", "0", "--log", "warn", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.once("exit", done));
  for await (const line of createInterface({ input: child.stdout })) {
    const origin = line.match(/http:\/\/[^/]+/)?.[0];
    if (origin) {
      return {
        origin,
        close: () => {
          child.kill();
          return ended;
        },
      };
    }
  }
  assert.fail("the program ended before it said where it is");
}

/** A server of pages without anything in them, of an origin of their own. */
async function serveEmpty() {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>elsewhere</title>");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}

/** A test's body with a page of its own. That service workers are blocked is a warning on the console. */
const withPage = (act, { serviceWorkers = "block" } = {}) => async () => {
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-GB", serviceWorkers });
  context.setDefaultTimeout(15_000);
  try {
    await act(await context.newPage());
  } finally {
    await context.close();
  }
};

/** Tries to open a WebSocket, in a page or a worker: whether the policy forbids it. */
const isForbidden = (place) => place.evaluate((url) => new Promise((tell) => {
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => tell(effectiveDirective === "connect-src"));
  try {
    // Nobody is there: without a policy that forbids it, the attempt fails by itself.
    new WebSocket(url).addEventListener("error", () => setTimeout(() => tell(false)));
  } catch {
    tell(true);
  }
}), HUB);

/** Puts the site into a frame of a page from elsewhere. */
async function frame(page, origin) {
  await page.goto(elsewhere.origin);
  await page.evaluate((src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    frame.width = 1400;
    frame.height = 850;
    document.body.append(frame);
  }, `${origin}/en/`);
  return page.frameLocator("iframe");
}

test("lesson one runs from the program, with all of its headers", withPage(async (page) => {
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  const at = bench(page);
  await page.goto(`${playground.origin}/en/`);
  await page.getByRole("link", { name: "Start lesson 1" }).click();
  for (const step of STEPS) {
    await at.sees("Not started");
    await at.solve.click();
    await at.sees("Passed");
    if (step !== STEPS.at(-1)) await at.next.click();
  }
  assert.deepEqual(problems, []);
}));

test("a page writes nothing to the console", withPage(async (page) => {
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  await page.goto(`${playground.origin}/en/`);
  await page.getByRole("link", { name: "Start lesson 1" }).click();
  await bench(page).sees("Not started");
  assert.deepEqual(said, []);
}, { serviceWorkers: "allow" }));

test("the bench may open a WebSocket to a hub, and the page may not", withPage(async (page) => {
  const started = page.waitForEvent("worker");
  await page.goto(`${playground.origin}/en/telemetry/`);
  const worker = await started;
  assert.match(worker.url(), /worker\.js$/);
  assert.equal(await isForbidden(page), true, "the page");
  assert.equal(await isForbidden(worker), false, "the bench");
}));

test("the bench asks nothing of other servers over HTTP", withPage(async (page) => {
  const started = page.waitForEvent("worker");
  await page.goto(`${playground.origin}/en/telemetry/`);
  const outcome = await (await started).evaluate((url) => new Promise((tell) => {
    addEventListener("securitypolicyviolation", () => tell("forbidden"));
    fetch(url, { mode: "no-cors" }).then(() => tell("fetched"), () => setTimeout(() => tell("failed"), 1000));
  }), elsewhere.origin);
  assert.equal(outcome, "forbidden");
}));

test("a page that may shows the site in a frame, and the lesson runs there", withPage(async (page) => {
  const framed = await frame(page, embeddable.origin);
  await framed.getByRole("link", { name: "Start lesson 1" }).click();
  const at = bench(framed);
  await at.sees("Not started");
  await at.solve.click();
  await at.sees("Passed");
}));

test("no other page shows the site in a frame", withPage(async (page) => {
  const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
  const framed = await frame(page, playground.origin);
  await refused;
  assert.equal(await framed.getByRole("link").count(), 0);
}));

test("the page learns of the relay, and pages from elsewhere do not", withPage(async (page) => {
  const ask = (url) => page.evaluate(async (url) => {
    const tell = async (init) => {
      try {
        const answer = await fetch(url, init);
        return answer.status;
      } catch {
        return "barred";
      }
    };
    return [
      await tell({}),
      await tell({ method: "POST", headers: { "x-relay-method": "GET" } }),
      await tell({ method: "POST" }),
    ];
  }, url);
  await page.goto(`${playground.origin}/en/`);
  // No host is named, and without a method there is no call.
  assert.deepEqual(await ask("/relay"), [200, 405, 405]);
  const hosts = await page.evaluate(async () => (await (await fetch("/relay")).json()).hosts);
  assert.ok(hosts.includes("*.azure-devices.net"));
  const call = `${playground.origin}/relay/contoso.azure-devices.net/x`;
  assert.deepEqual(await ask(call), [405, 403, 400]);
  await page.goto(elsewhere.origin);
  assert.deepEqual(await ask(`${playground.origin}/relay`), ["barred", "barred", "barred"]);
  assert.deepEqual(await ask(call), ["barred", "barred", "barred"]);
}));

test("a page whose own name leads here is not of this origin", withPage(async (page) => {
  const { port } = new URL(playground.origin);
  const answer = await page.goto(`http://rebound.example:${port}/en/`);
  assert.equal(answer.status(), 421);
  // For the browser this is the same origin, so only the server can tell them apart.
  const asked = await page.evaluate(() => Promise.all(["/relay", "/devices?api-version=2021-04-12", "/healthz"]
    .map(async (url) => (await fetch(url)).status)));
  assert.deepEqual(asked, [421, 421, 421]);
}));
