// What can happen to a live hub while a lesson runs: it stops, the network goes, another device of the same name comes,
// tokens end, clocks are wrong, keys are refused. That it stops in the middle of each lesson is in live.test.mjs.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lessonPage } from "./course.mjs";
import { until } from "./harness.mjs";
import { byHand, isOver, launchTrusting, liveHub, register, shared, startHub, startLive, startRelayed } from "./live.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A packet that says goodbye. (MQTT 3.1.1, 2.2.1) */
const DISCONNECT = 14;

const world = shared(startLive);

/** A test with a context of its own. */
const visit = (name, act) => test(name, () => world.visit((context) => act(context, world)));

/** What the page's workers open on a network: each WebSocket with what looks at its frames has found. */
function watchSockets(page, look) {
  const sockets = [];
  page.on("websocket", (socket) => {
    const sent = [];
    sockets.push({ url: socket.url(), sent });
    // A frame may hold a token: what it is, is all that is kept of it.
    socket.on("framesent", ({ payload }) => {
      const found = look(Buffer.from(payload));
      if (found !== undefined) sent.push(found);
    });
  });
  return sockets;
}

const kindOfPacket = (packet) => packet[0] >> 4;

/** Opens a step, and goes to a live hub if one is given. */
async function open(context, site, step, connectionString, { prefix, look = () => undefined } = {}) {
  const page = await context.newPage();
  const sockets = watchSockets(page, look);
  const started = page.waitForEvent("worker");
  await page.goto(`${site.root}en/${step}`);
  const worker = await started;
  const live = liveHub(page);
  if (connectionString) await live.connect(connectionString, { prefix });
  return { page, worker, sockets, live, at: lessonPage(page) };
}

/** Opens a step with a device's string: the one of lesson 2 whose program listens, and tries again. */
const openAsDevice = (context, hub, deviceString, step = "methods/#listen", more = {}) =>
  open(context, world.withoutRelay, step, deviceString, more);

/** Moves the clock that a worker has, as if it were that of the machine. */
const moveClock = (worker, by) => worker.evaluate((by) => {
  const now = Date.now;
  Date.now = () => now() + by;
}, by);

/** Starts a step's program, and sees the step passed. */
async function pass({ at }) {
  await at.run.click();
  await at.stands("passed");
}

/** Does something with a hub and a page with a relay to it that no other test has. */
async function withHubOfOwn(act) {
  const { hub, site, close } = await startRelayed();
  try {
    await act(hub, site);
  } finally {
    await close();
  }
}

/** Registers a device with the hub in the page, and then another one with a live hub. */
async function createDevice(context, site, hub, prefix) {
  const opened = await open(context, site, "telemetry/");
  await pass(opened);
  await opened.live.connect(hub.strings.iothubowner, { prefix });
  await opened.at.run.click();
  await opened.live.bar.getByText("1 device created").waitFor();
  return opened;
}

/** Notes from now on what the bar says is wrong, however shortly; gives it with the function that comes back. */
async function noteTroubles({ live }) {
  await live.trouble.evaluate((element) => {
    globalThis.troubles = [];
    const note = () => element.innerText && globalThis.troubles.push(element.innerText);
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
    note();
  });
  return () => live.trouble.evaluate(() => globalThis.troubles);
}

/** The last number that a program has printed with these words. */
const lastNumber = async (page, words) => {
  const printed = (await page.locator(".console").allInnerTexts()).join("\n");
  return Number([...printed.matchAll(words)].at(-1)?.[1] ?? -1);
};

describe("trouble that one page has", { concurrency: 4 }, () => {
  visit("a network that goes is told as such, and the lesson goes on when it is back", async (context, { direct }) => {
    const opened = await openAsDevice(context, direct, await register(direct, "offline"));
    await pass(opened);
    await context.setOffline(true);
    await opened.live.trouble.getByText("The browser says that it has no network.").waitFor();
    await context.setOffline(false);
    await isOver(opened.live);
  });

  visit("of two tabs with the same device the newer one wins, and the other is told why", async (context, { direct }) => {
    const string = await register(direct, "shared");
    const first = await openAsDevice(context, direct, string, "telemetry/#send");
    await pass(first);
    const second = await openAsDevice(context, direct, string, "telemetry/#send");
    await pass(second);
    await first.live.trouble.getByText("hub.test closed the connection.").waitFor();
    await first.live.details.click();
    await first.live.dialog.getByText("another connection came with the same device id").waitFor();
    assert.equal(await second.live.trouble.innerText(), "");
  });

  visit("a machine that slept for as long as a token lives is back with a new one", async (context, { direct }) => {
    const opened = await openAsDevice(context, direct, await register(direct, "slept"), "messages/#receive");
    await pass(opened);
    const before = opened.sockets.length;
    await moveClock(opened.worker, HOUR);
    await until("another connection", () => opened.sockets.length > before, 30_000);
    await isOver(opened.live);
  });

  visit("a device's token is renewed before it ends, and its program does not notice", async (context, { direct }) => {
    const string = await register(direct, "renewed");
    const opened = await openAsDevice(context, direct, string, "telemetry/#send", { look: kindOfPacket });
    const { page, worker, sockets } = opened;
    await page.locator("#setting-interval-seconds").fill("3");
    await pass(opened);
    const confirmed = () => lastNumber(page, /message_(\d+) confirmed/g);
    const troubles = await noteTroubles(opened);
    // No message is under way right after one was confirmed: its time would be over with the leap.
    const sent = await confirmed();
    await until("the next message", async () => (await confirmed()) > sent);
    assert.equal(sockets.length, 1);
    await moveClock(worker, HOUR - 1.5 * MINUTE);
    await until("another connection", () => sockets.length > 1, 30_000);
    const last = await confirmed();
    await until("a message with the new token", async () => (await confirmed()) > last + 1, 30_000);
    assert.equal(sockets.length, 2);
    assert.equal(sockets[0].sent.at(-1), DISCONNECT, "the device let go, and not the hub");
    assert.deepEqual(await troubles(), []);
  });

  visit("the token with which events are read is renewed before it ends, on the same connection", async (context, { direct, withoutRelay }) => {
    const look = (frame) => frame.includes("put-token") || undefined;
    const opened = await open(context, withoutRelay, "telemetry/#send", direct.strings.iothubowner, { prefix: "read-", look });
    const { page, sockets, at } = opened;
    await page.locator("#device-string").fill(await register(direct, "read-MyFirstPythonDevice"));
    await page.locator("#device-string").press("Enter");
    await page.locator("#setting-interval-seconds").fill("1");
    await pass(opened);
    await at.next.click();
    await at.opened("read");
    await at.run.click();
    await at.stands("passed");
    const amqp = page.workers().find((it) => it.url().endsWith("/amqp-worker.js"));
    const readers = () => sockets.filter(({ sent }) => sent.length > 0);
    assert.deepEqual(readers().map(({ sent }) => sent.length), [1]);
    const troubles = await noteTroubles(opened);
    await moveClock(amqp, 51 * MINUTE);
    await until("another token", () => readers()[0].sent.length > 1, 30_000);
    const read = () => lastNumber(page, /sequence number (\d+)/g);
    const last = await read();
    await until("events after that", async () => (await read()) > last + 1, 30_000);
    assert.deepEqual(readers().map(({ sent }) => sent.length), [2]);
    assert.deepEqual(await troubles(), []);
  });

  visit("a clock that is wrong is told from a wrong key, and the lesson goes on when it is put right", async (context, { relayed, withRelay }) => {
    const { page, worker, live, at } = await open(context, withRelay, "telemetry/");
    let refusals = 0;
    page.on("response", (answer) => { refusals += answer.status() === 401; });
    await moveClock(worker, -2 * HOUR);
    await live.connect(relayed.strings.iothubowner, { prefix: "late-" });
    await at.run.click();
    await live.trouble.getByText("The clock of this machine is too far from that of localhost.").waitFor();
    await until("what the page asks of its own to be refused as well", () => refusals > 1);
    await moveClock(worker, 2 * HOUR);
    await isOver(live);
    // The page asks again what it could not ask: it sees by itself what is done elsewhere.
    await register(relayed, "late-MyFirstPythonDevice");
    await until("the page to see the device", async () => (await at.panel.getAttribute("data-state")) === "passed", MINUTE);
  });

  visit("a wrong key is told as such", async (context, { relayed, withRelay }) => {
    const wrong = Buffer.alloc(32, "wrong").toString("base64");
    const string = relayed.strings.iothubowner.replace(/SharedAccessKey=.*/, `SharedAccessKey=${wrong}`);
    const { live, at } = await open(context, withRelay, "telemetry/", string, { prefix: "wrong-" });
    await at.run.click();
    await live.trouble.getByText("localhost did not accept the key.").waitFor();
  });

  visit("a hub that is gone can be left, with the names of what could not be deleted there, and without a try", (context) => withHubOfOwn(async (hub, site) => {
    const [tried, kept] = [await createDevice(context, site, hub, "tried-"), await createDevice(context, site, hub, "kept-")];
    await hub.stop();
    await tried.live.leave();
    await tried.live.note.getByText("still on the hub: tried-MyFirstPythonDevice. ").waitFor();
    await tried.live.note.getByText("the hub cannot be reached").waitFor();
    await kept.live.leave({ deletes: false });
    assert.equal(await kept.live.note.count(), 0);
    await hub.start();
    for (const prefix of ["tried-", "kept-"]) await byHand(hub, "GET", `/devices/${prefix}MyFirstPythonDevice`);
    // The hub in the page is where it was.
    for (const { page } of [tried, kept]) {
      await page.getByRole("tab", { name: "Registry" }).click();
      await page.getByRole("tabpanel").getByText("MyFirstPythonDevice", { exact: true }).first().waitFor();
    }
  }));

  visit("a hub that has new keys can be left, with the names of what it did not let be deleted", (context) => withHubOfOwn(async (hub, site) => {
    const { live } = await createDevice(context, site, hub, "locked-");
    await hub.stop();
    await hub.forget();
    await hub.start();
    await live.leave();
    await live.note.getByText("still on the hub: locked-MyFirstPythonDevice. ").waitFor();
    await live.note.getByText("the signature was not made with a key of this policy").waitFor();
  }));

  visit("a hub whose certificate is not trusted is told with what else it may be", async (_, { direct }) => {
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
  });
});

visit("a hub that is gone is told to a device, whose program goes on when it is back", async (context, { direct }) => {
  const opened = await openAsDevice(context, direct, await register(direct, "restarted"));
  await pass(opened);
  await direct.stop();
  try {
    await opened.live.trouble.getByText("hub.test").waitFor();
    await opened.live.bar.getByText(/^Next try in/).waitFor();
  } finally {
    await direct.start();
  }
  await isOver(opened.live);
});
