// The worker that speaks AMQP with a live hub: loaded alone, it reads the events of a hub behind real sockets.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { chromium } from "playwright-core";
import { startHub } from "./native-hub.mjs";
import { serve } from "./site.mjs";

const HOST = "hub.test";

let hub;
let site;
let browser;

before(async () => {
  hub = await startHub(HOST);
  site = await serve();
  browser = await chromium.launch({
    executablePath: process.env.IOTHUB_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1:${hub.ports.https}`,
      `--ignore-certificate-errors-spki-list=${await keyOf(hub.ports.https)}`,
    ],
  });
});

after(async () => {
  await browser?.close();
  await site?.close();
  await hub?.close();
});

/** What a browser knows the hub's certificate by. */
async function keyOf(port) {
  const socket = connect({ host: "127.0.0.1", port, servername: HOST, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const key = socket.getPeerX509Certificate().publicKey.export({ type: "spki", format: "der" });
  socket.destroy();
  return createHash("sha256").update(key).digest("base64");
}

/** Asks the hub over REST, as its owner. */
async function ask(method, path, body) {
  const { status } = await hub.ask(method, path, body, { "content-type": "application/json" });
  assert.ok(status < 300, `${method} ${path}: ${status}`);
}

test("the worker reads events and sends to a device", async () => {
  const identity = { deviceId: "dev1", status: "enabled", authentication: { type: "sas" } };
  await ask("PUT", "/devices/dev1", JSON.stringify(identity));
  const page = await browser.newPage({ serviceWorkers: "block" });
  await page.goto(site.at("/"));
  const ofModule = ({ name }) => name.startsWith("amqp");
  assert.deepEqual(site.requests.filter(ofModule), [], "the first visit asks for nothing of it");

  await page.evaluate(() => {
    globalThis.told = [];
    globalThis.worker = new Worker(new URL("../amqp-worker.js", location));
    globalThis.worker.onmessage = ({ data }) => globalThis.told.push(JSON.parse(data));
  });
  const tell = (message) => page.evaluate((it) => globalThis.worker.postMessage(it), JSON.stringify(message));
  const heard = async (name) => {
    const told = await page.waitForFunction(
      (key) => globalThis.told.find((it) => it === key || it?.[key] || it?.failed || it?.panic), name, { timeout: 20_000 },
    );
    const message = await told.jsonValue();
    assert.ok(message === name || name in message, JSON.stringify(message));
    return message[name];
  };
  await heard("ready");
  await tell({ hub: { connectionString: hub.service } });
  await tell({ read: { id: 1 } });
  assert.equal((await heard("reading")).id, 1);

  await ask("POST", "/devices/dev1/messages/events", "{\"temperature\":21.5}");
  const { events: [event] } = await heard("events");
  assert.equal(event.deviceId, "dev1");
  assert.equal(Buffer.from(event.body).toString(), "{\"temperature\":21.5}");

  const message = {
    deviceId: "dev1", properties: { system: { messageId: "m1" }, application: [["colour", "blue"]] }, body: [104, 105],
  };
  await tell({ send: { id: 2, message } });
  assert.deepEqual(await heard("sent"), { id: 2 });
  await page.close();
});
