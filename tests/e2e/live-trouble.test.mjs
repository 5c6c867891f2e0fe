// What can happen to a live hub while a lesson runs: it stops, the network goes, another device of the same name comes,
// tokens end, clocks are wrong.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lessonPage } from "./course.mjs";
import { DESKTOP, until } from "./harness.mjs";
import { launchTrusting, liveHub, register, startHub, startServe } from "./live.mjs";
import { serve } from "./site.mjs";

const HOUR = 3_600_000;

let relayed;
let direct;
let withRelay;
let withoutRelay;
let browser;

before(async () => {
  [relayed, direct] = await Promise.all([startHub("localhost"), startHub("hub.test")]);
  [withRelay, withoutRelay, browser] = await Promise.all([
    startServe(relayed), serve(), launchTrusting([relayed, direct]),
  ]);
});

after(async () => {
  await browser?.close();
  for (const program of [withRelay, withoutRelay, relayed, direct]) await program?.close();
});

/** A test's body with a context of its own. */
const visit = (act) => async () => {
  const context = await browser.newContext({
    viewport: DESKTOP, reducedMotion: "reduce", locale: "en-GB", serviceWorkers: "block",
  });
  context.setDefaultTimeout(30_000);
  try {
    await act(context);
  } finally {
    await context.close();
  }
};

/** Opens lesson 1 on a live hub, with a device's string: `{ page, worker, live, at, device }`. */
async function openAsDevice(context, hub, deviceString, site = withoutRelay) {
  const page = await context.newPage();
  const started = page.waitForEvent("worker");
  await page.goto(`${site.root}en/telemetry/#send`);
  const worker = await started;
  const live = liveHub(page);
  await live.connect(deviceString);
  await page.locator("#setting-interval-seconds").fill("1");
  return { page, worker, live, at: lessonPage(page) };
}

/** Starts the device's program, and sees it send. */
async function send({ at }) {
  await at.run.click();
  await at.stands("passed");
}

test("a hub that stops in the middle of a lesson is said to be gone, and the lesson goes on when it is back", visit(async (context) => {
  const opened = await openAsDevice(context, direct, await register(direct, "restarted"));
  await send(opened);
  await direct.stop();
  await until("the bar to say that the hub is gone", async () => /hub\.test/.test(await opened.live.trouble.innerText()), 30_000);
  await opened.live.bar.getByText(/^Next try in/).waitFor();
  await direct.start();
  await until("the trouble to end", async () => (await opened.live.trouble.innerText()) === "", 40_000);
}));

test("a network that goes is told as such, and the lesson goes on when it is back", visit(async (context) => {
  const opened = await openAsDevice(context, direct, await register(direct, "offline"));
  await send(opened);
  await context.setOffline(true);
  await opened.live.trouble.getByText("The browser says that it has no network.").waitFor();
  await context.setOffline(false);
  await until("the trouble to end", async () => (await opened.live.trouble.innerText()) === "", 40_000);
}));

test("two tabs with the same device take turns, and each is told of the other", visit(async (context) => {
  const string = await register(direct, "shared");
  const first = await openAsDevice(context, direct, string);
  await send(first);
  const second = await openAsDevice(context, direct, string);
  await send(second);
  await first.live.trouble.getByText("hub.test closed the connection.").waitFor();
  // The words that explain it are in the dialog.
  await first.page.locator("#hub-state").click();
  await first.live.dialog.getByText("another connection came with the same device id").waitFor();
}));

test("a token is renewed before it ends", visit(async (context) => {
  const opened = await openAsDevice(context, direct, await register(direct, "renewed"));
  await send(opened);
  const connects = () => opened.page.getByRole("region", { name: "Packets and requests" }).getByText("CONNECT", { exact: true }).count();
  const before = await connects();
  await opened.worker.evaluate((ahead) => {
    const now = Date.now;
    Date.now = () => now() + ahead;
  }, 0.97 * HOUR);
  await until("another CONNECT with a new token", async () => (await connects()) > before, 30_000);
  assert.equal(await opened.live.trouble.innerText(), "");
}));

test("a clock that is wrong is told from a wrong key", visit(async (context) => {
  const page = await context.newPage();
  const started = page.waitForEvent("worker");
  await page.goto(`${withRelay.root}en/telemetry/`);
  const worker = await started;
  await worker.evaluate((behind) => {
    const now = Date.now;
    Date.now = () => now() - behind;
  }, 2 * HOUR);
  const live = liveHub(page);
  await live.connect(relayed.strings.iothubowner, { prefix: "late-" });
  await lessonPage(page).run.click();
  await live.trouble.getByText("The clock of this machine is too far from that of localhost.").waitFor();
}));

test("a wrong key is told as such", visit(async (context) => {
  const page = await context.newPage();
  await page.goto(`${withRelay.root}en/telemetry/`);
  const live = liveHub(page);
  const wrong = Buffer.alloc(32, "wrong").toString("base64");
  await live.connect(relayed.strings.iothubowner.replace(/SharedAccessKey=.*/, `SharedAccessKey=${wrong}`), { prefix: "wrong-" });
  await lessonPage(page).run.click();
  await live.trouble.getByText("localhost did not accept the key.").waitFor();
}));

test("a hub whose certificate is not trusted is told with what else it may be", visit(async (context) => {
  const stranger = await startHub("stranger.test");
  try {
    const untrusting = await launchTrusting([{ ...direct, hostname: "stranger.test", listen: stranger.listen, port: stranger.port }]);
    try {
      const opened = await openAsDevice(await untrusting.newContext(), stranger, await register(stranger, "dev1"));
      await opened.at.run.click();
      await opened.live.trouble.getByText("The browser could not open a WebSocket to stranger.test.").waitFor();
    } finally {
      await untrusting.close();
    }
  } finally {
    await stranger.close();
  }
}));
