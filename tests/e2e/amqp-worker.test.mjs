// The worker that speaks AMQP with a live hub: loaded alone, it reads the events of a hub behind real sockets.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { startHub } from "./native-hub.mjs";
import { launch, serve } from "./site.mjs";

const HOST = "hub.test";

let hub;
let site;
let browser;

before(async () => {
  hub = await startHub(HOST);
  site = await serve();
  browser = await launch({
    args: [
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

/** A page with the worker alone, and how it is told and heard. */
async function startWorker() {
  const page = await browser.newPage({ serviceWorkers: "block" });
  await page.goto(site.at("/"));
  const ofModule = ({ name }) => name.startsWith("amqp");
  const early = site.requests.filter(ofModule);
  await page.evaluate(() => {
    globalThis.told = [];
    globalThis.worker = new Worker(new URL("../amqp-worker.js", location));
    globalThis.worker.onmessage = ({ data }) => globalThis.told.push(JSON.parse(data));
  });
  const tell = (message) => page.evaluate((it) => globalThis.worker.postMessage(it), JSON.stringify(message));
  // What is told is heard once.
  const heard = async (name) => {
    const told = await page.waitForFunction((key) => {
      const at = globalThis.told.findIndex((it) => it === key || it?.[key] || it?.failed || it?.panic);
      return at < 0 ? undefined : globalThis.told.splice(at, 1)[0];
    }, name, { timeout: 20_000 });
    const message = await told.jsonValue();
    assert.ok(message === name || name in message, JSON.stringify(message));
    return message[name];
  };
  await heard("ready");
  return { page, early, tell, heard };
}

async function register(deviceId) {
  const identity = { deviceId, status: "enabled", authentication: { type: "sas" } };
  await ask("PUT", `/devices/${deviceId}`, JSON.stringify(identity));
}

test("the worker reads events and sends to a device", async () => {
  await register("dev1");
  const { page, early, tell, heard } = await startWorker();
  assert.deepEqual(early, [], "the first visit asks for nothing of it");
  await tell({ hub: { connectionString: hub.service } });
  await tell({ read: { id: 1, from: { after: {} } } });
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

test("the worker goes on to hear after it took feedback", async () => {
  await register("dev2");
  const { page, tell, heard } = await startWorker();
  await tell({ hub: { connectionString: hub.service } });
  for (const id of [1, 2]) {
    await tell({ feedback: { id } });
    assert.deepEqual(await heard("feedback"), { id, records: [] });
  }

  // As many records as make a batch at once, and never more messages than a queue takes.
  const ids = Array.from({ length: 64 }, (_, number) => `m${number}`);
  for (const [number, messageId] of ids.entries()) {
    const properties = { system: { messageId, ack: "full" }, application: [] };
    await tell({ send: { id: 3, message: { deviceId: "dev2", properties, body: [104, 105] } } });
    assert.deepEqual(await heard("sent"), { id: 3 });
    if (number % 32 === 31) await ask("DELETE", "/devices/dev2/commands");
  }
  await tell({ feedback: { id: 4 } });
  const { records } = await heard("feedback");
  assert.deepEqual(records.map((it) => it.originalMessageId), ids);
  await tell({ feedback: { id: 5 } });
  assert.deepEqual(await heard("feedback"), { id: 5, records: [] });
  await page.close();
});
