// What can happen to a live hub while a lesson runs: it stops, the network goes, another device of the same name comes,
// tokens end, clocks are wrong.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lessonPage } from "./course.mjs";
import { until } from "./harness.mjs";
import { launchTrusting, liveHub, register, startHub, startLive } from "./live.mjs";

const HOUR = 3_600_000;

let world;
let relayed;
let direct;
let withRelay;
let withoutRelay;

before(async () => {
  world = await startLive();
  ({ relayed, direct, withRelay, withoutRelay } = world);
});

after(() => world?.close());

/** A test's body with a context of its own. */
const visit = (act) => () => world.visit(act);

/** Opens a step on a live hub with a device's string: the one of lesson 2 whose program listens, and tries again. */
async function openAsDevice(context, hub, deviceString, step = "methods/#listen") {
  const page = await context.newPage();
  const sockets = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  const started = page.waitForEvent("worker");
  await page.goto(`${withoutRelay.root}en/${step}`);
  const worker = await started;
  const live = liveHub(page);
  await live.connect(deviceString);
  return { page, worker, sockets, live, at: lessonPage(page) };
}

/** Moves the clock that the bench has, as if it were that of the machine. */
const moveClock = (worker, by) => worker.evaluate((by) => {
  const now = Date.now;
  Date.now = () => now() + by;
}, by);

/** Starts the device's program, and sees it connected. */
async function listen({ at }) {
  await at.run.click();
  await at.stands("passed");
}

/** Waits until the page has got over what was wrong. */
const isOver = ({ live }) =>
  until("the trouble to end", async () => (await live.trouble.innerText()) === "", 40_000);

test("a hub that stops in the middle of a lesson is said to be gone, and the lesson goes on when it is back", visit(async (context) => {
  const opened = await openAsDevice(context, direct, await register(direct, "restarted"));
  await listen(opened);
  await direct.stop();
  try {
    await opened.live.trouble.getByText("hub.test").waitFor();
    await opened.live.bar.getByText(/^Next try in/).waitFor();
  } finally {
    await direct.start();
  }
  await isOver(opened);
}));

test("a network that goes is told as such, and the lesson goes on when it is back", visit(async (context) => {
  const opened = await openAsDevice(context, direct, await register(direct, "offline"));
  await listen(opened);
  await context.setOffline(true);
  await opened.live.trouble.getByText("The browser says that it has no network.").waitFor();
  await context.setOffline(false);
  await isOver(opened);
}));

test("of two tabs with the same device the newer one wins, and the other is told why", visit(async (context) => {
  const string = await register(direct, "shared");
  const first = await openAsDevice(context, direct, string, "telemetry/#send");
  await listen(first);
  const second = await openAsDevice(context, direct, string, "telemetry/#send");
  await listen(second);
  await first.live.trouble.getByText("hub.test closed the connection.").waitFor();
  await first.live.details.click();
  await first.live.dialog.getByText("another connection came with the same device id").waitFor();
  assert.equal(await second.live.trouble.innerText(), "");
}));

test("a machine that slept for as long as a token lives is back with a new one", visit(async (context) => {
  const opened = await openAsDevice(context, direct, await register(direct, "slept"), "messages/#receive");
  await listen(opened);
  const before = opened.sockets.length;
  await moveClock(opened.worker, HOUR);
  await until("another connection", () => opened.sockets.length > before, 30_000);
  await isOver(opened);
}));

test("a clock that is wrong is told from a wrong key", visit(async (context) => {
  const page = await context.newPage();
  const started = page.waitForEvent("worker");
  await page.goto(`${withRelay.root}en/telemetry/`);
  const worker = await started;
  await moveClock(worker, -2 * HOUR);
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
