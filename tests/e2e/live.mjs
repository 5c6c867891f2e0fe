// Live hubs for the page: `iothub-playground` as a hub and as a server with a relay, and a browser that trusts the hub.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, mkdir, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DESKTOP, until } from "./harness.mjs";
import { runHub, sign } from "./native-hub.mjs";
import { DIST, launch, serve } from "./site.mjs";

const call = promisify(execFile);

/** A program or a file that `cargo xtask test e2e` names. */
export function named(variable) {
  const value = process.env[variable];
  assert.ok(value, `${variable} is not set: cargo xtask test e2e sets it`);
  return value;
}

/** A folder that is gone at the end. */
async function temporary(kind) {
  const path = await mkdtemp(join(tmpdir(), `iothub-${kind}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A port that is free now. What is told to be on it says so if it is not when it starts. */
async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/**
 * `iothub-playground hub` under a name of its own: `{ hostname, port, ca, strings, stop, start, forget, close }`.
 * `options.ports` are the ports of HTTPS, MQTT and AMQP; without them, free ones. A hub that is stopped and started
 * again is where it was, with what it has kept, unless it is told to forget that: its devices, and the keys of its policies.
 */
export async function startHub(hostname, { listen = "127.0.0.1", ports } = {}) {
  const folder = await temporary("hub");
  const [https, mqtts, amqps] = ports ?? await Promise.all([freePort(), freePort(), freePort()]);
  const hub = { hostname, listen, port: https };
  let program;

  hub.start = async () => {
    program = await runHub(folder.path, [
      "--hostname", hostname, "--listen", listen, "--https", https, "--mqtts", mqtts, "--amqps", amqps,
      "--amqp", ports ? 5672 : 0,
    ]);
    hub.strings = program.connections;
    hub.ca = hub.strings.ca;
  };
  hub.stop = () => program.stop();
  hub.forget = () => rm(join(folder.path, "hub.sqlite3"));
  hub.close = async () => {
    await program?.kill();
    await folder.remove();
  };
  try {
    await hub.start();
  } catch (error) {
    await hub.close();
    throw error;
  }
  return hub;
}

/** `iothub-playground serve` with the built site, as a relay to a hub: `{ origin, at, close }`. */
export async function startServe(hub) {
  const child = spawn(named("IOTHUB_PLAYGROUND"), [
    "serve", "--ephemeral", "--port", "0", "--site", DIST, "--log", "warn",
    "--relay-to", `${hub.hostname}:${hub.port}`, "--relay-ca", hub.ca,
  ], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  const close = () => {
    child.kill();
    return ended;
  };
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const origin = line.match(/http:\/\/[^/]+/)?.[0];
    if (origin) {
      child.stdout.resume();
      return { origin, root: `${origin}/`, close };
    }
  }
  throw new Error("iothub-playground serve ended before it said where it is");
}

/**
 * A browser whose profile trusts the hubs' authorities, and that finds each of them at its own port when it asks for
 * its name at 443. Certificates are checked as always.
 */
export async function launchTrusting(hubs) {
  const home = await temporary("home");
  const database = join(home.path, ".pki", "nssdb");
  await mkdir(database, { recursive: true });
  const certutil = process.env.IOTHUB_CERTUTIL ?? "certutil";
  await call(certutil, ["-N", "-d", `sql:${database}`, "--empty-password"]);
  for (const { hostname, ca } of hubs) {
    await call(certutil, ["-A", "-d", `sql:${database}`, "-n", hostname, "-t", "C,,", "-i", ca]);
  }
  const rules = hubs.map(({ hostname, listen, port }) => `MAP ${hostname}:443 ${listen}:${port}`);
  const browser = await launch({
    args: [`--host-resolver-rules=${rules.join(",")}`],
    env: { ...process.env, HOME: home.path },
  });
  browser.once("disconnected", home.remove);
  return browser;
}

/** What the tests of a file share: begun before the first of them, and closed after the last. */
export function shared(begin) {
  const world = {};
  before(async () => { Object.assign(world, await begin()); });
  after(() => world.close?.());
  return world;
}

/** Begins things of which each is there for the next, and gives them with what closes all of them. */
async function together(begin) {
  const running = [];
  const run = async (starting) => {
    const started = await starting;
    running.unshift(started);
    return started;
  };
  const close = async () => {
    for (const it of running) await it.close();
  };
  try {
    return { ...await begin(run), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A hub with a page that has a relay to it: `{ hub, site, close }`. */
export const startRelayed = () => together(async (run) => {
  const hub = await run(startHub("localhost"));
  return { hub, site: await run(startServe(hub)) };
});

/**
 * Two hubs, one that the relay finds by its name and one that only the browser finds; the page with a relay and without;
 * and a browser that trusts both hubs.
 */
export const startLive = () => together(async (run) => {
  const relayed = await run(startHub("localhost"));
  const direct = await run(startHub("hub.test"));
  const withRelay = await run(startServe(relayed));
  const withoutRelay = await run(serve());
  const browser = await run(launchTrusting([relayed, direct]));
  return { relayed, direct, withRelay, withoutRelay, visit: (act) => visit(browser, act) };
});

/** The published SDKs with a hub, the page with a relay to it, and a browser that trusts it. */
export const startBesideSdk = () => together(async (run) => {
  const otherEnd = await run(startOtherEnd());
  const site = await run(startServe(otherEnd.hub));
  const browser = await run(launchTrusting([otherEnd.hub]));
  return { otherEnd, site, visit: (act) => visit(browser, act) };
});

/** Does something in a context of its own. */
async function visit(browser, act) {
  const context = await browser.newContext({
    viewport: DESKTOP, reducedMotion: "reduce", locale: "en-GB", serviceWorkers: "block",
  });
  context.setDefaultTimeout(30_000);
  try {
    await act(context);
  } finally {
    await context.close();
  }
}

/** The signature that opens a hub for a service program. */
function token(hub) {
  const [, policy, key] = /SharedAccessKeyName=([^;]+);SharedAccessKey=([^;]+)/.exec(hub.strings.iothubowner);
  return sign(hub.hostname, key, policy);
}

/** What a learner does by hand elsewhere, in the portal for instance: a call of the hub's REST API. */
export async function byHand(hub, method, path, body) {
  const agent = new Agent({ ca: await readFile(hub.ca) });
  const options = {
    host: hub.listen, port: hub.port, servername: hub.hostname, agent, method, path: `${path}?api-version=2021-04-12`,
    headers: { host: hub.hostname, authorization: token(hub), "content-type": "application/json" },
  };
  const answer = await new Promise((done, failed) => {
    request(options, done).once("error", failed).end(body && JSON.stringify(body));
  });
  const text = Buffer.concat(await answer.toArray()).toString();
  agent.destroy();
  assert.ok(answer.statusCode < 300, `${method} ${path}: ${answer.statusCode} ${text}`);
  return text && JSON.parse(text);
}

/** Registers a device by hand, and gives its connection string. */
export async function register(hub, deviceId) {
  const identity = await byHand(hub, "PUT", `/devices/${deviceId}`, { deviceId });
  return `HostName=${hub.hostname};DeviceId=${deviceId};SharedAccessKey=${identity.authentication.symmetricKey.primaryKey}`;
}

/** The page's own way to a live hub, and what it says of it. */
export function liveHub(page) {
  const bar = page.locator(".live-bar:not(.was-live)");
  const dialog = page.locator(".hub-dialog");
  const details = bar.getByRole("button", { name: "Details" });
  return {
    bar,
    dialog,
    details,
    /** What the bar says is wrong. */
    trouble: bar.locator(".live-trouble"),
    /** What is still to be said of a hub that was left. */
    note: page.locator(".live-bar.was-live"),
    /** Connects a hub by the dialog. */
    async connect(string, { prefix } = {}) {
      await page.locator("#hub-chip").click();
      await page.locator("#hub-string").fill(string);
      if (prefix !== undefined) await page.locator("#hub-prefix").fill(prefix);
      await page.locator(".hub-go").click();
      await bar.waitFor();
      await dialog.waitFor({ state: "detached" });
    },
    /** Leaves the hub by the dialog, and deletes what was created there, or does not. */
    async leave({ deletes = true } = {}) {
      await details.click();
      await dialog.locator(".hub-leave input[type=checkbox]").setChecked(deletes);
      await dialog.locator(".hub-leave button[type=submit]").click();
      await bar.waitFor({ state: "detached" });
    },
  };
}

/** Waits until the page has got over what was wrong. */
export const isOver = ({ trouble }) =>
  until("the trouble to end", async () => (await trouble.innerText()) === "", 40_000);

/** How long some wait for the others, which may be busy. */
const MEETING = 90_000;

/**
 * Where some wait for one another, and something is done once for all of them. Who will not come is to be missed, so that
 * nobody waits for it.
 */
export function meeting(members, act = () => {}) {
  const missing = new Set(members);
  let met;
  const isComplete = () => missing.size === 0;
  return {
    come(member) {
      missing.delete(member);
      met ??= until(() => `the others: ${[...missing].join(", ")}`, isComplete, MEETING).then(act);
      return met;
    },
    miss: (member) => missing.delete(member),
  };
}

/** The published SDKs for Python on the other end of a hub of their own: `{ hub, ask, close }`. See other_end.py. */
async function startOtherEnd() {
  const script = fileURLToPath(new URL("other_end.py", import.meta.url));
  const child = spawn(named("IOTHUB_PYTHON"), [script], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    assert.ok(!done, "the other end has ended");
    return JSON.parse(value);
  };
  const hub = await next();
  return {
    hub,
    /** Has something done, and gives what came of it. One thing at a time. */
    async ask(what, how = {}) {
      child.stdin.write(`${JSON.stringify({ do: what, ...how })}\n`);
      const { gave, failed } = await next();
      assert.equal(failed, undefined, `${what}: ${failed}`);
      return gave;
    },
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}
