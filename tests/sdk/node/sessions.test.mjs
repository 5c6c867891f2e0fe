// Sessions that outlive connections, seen through mqtt.js: the SDKs confirm each message before anybody sees it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import sdk from "azure-iot-device";
import mqtt from "mqtt";
import { connections, hostName, Inbox, newDevice, registry, serviceClient, until } from "./bench.mjs";

const TOKEN_LIFE = 3600;

/** A client that confirms what it receives only if it is told to, and what it receives. */
async function connected(test, device, { clean = false, confirms = true } = {}) {
  const expiry = Math.floor(Date.now() / 1000) + TOKEN_LIFE;
  const client = mqtt.connect(`mqtts://${hostName}:8883`, {
    ca: readFileSync(connections.ca),
    clientId: device.id,
    username: `${hostName}/${device.id}/?api-version=2021-04-12`,
    password: sdk.SharedAccessSignature.create(hostName, device.id, device.key, expiry).toString(),
    clean,
    reconnectPeriod: 0,
  });
  test.after(() => client.end(true));
  const packets = new Inbox("message");
  // The client confirms a message once this calls back.
  client.handleMessage = (packet, done) => {
    packets.put(packet);
    if (confirms) done();
  };
  const [connack] = await Promise.race([
    new Promise((resolve) => client.once("connect", (...arrived) => resolve(arrived))),
    new Promise((_, reject) => client.once("error", reject)),
  ]);
  return { client, packets, isResumed: connack.sessionPresent };
}

const subscribe = ({ client }, device) => client.subscribeAsync(`devices/${device.id}/messages/devicebound/#`, { qos: 1 });

const waiting = async (device) => (await registry().get(device.id)).responseBody.cloudToDeviceMessageCount;

test("a session is found again with its subscriptions", async (test) => {
  const device = await newDevice(test);
  const first = await connected(test, device);
  assert.equal(first.isResumed, false);
  await subscribe(first, device);
  await first.client.endAsync();
  await (await serviceClient(test)).send(device.id, new sdk.Message("while away"));
  const second = await connected(test, device);
  assert.equal(second.isResumed, true);
  assert.equal((await second.packets.next()).payload.toString(), "while away");
});

test("a message that is not confirmed comes again", async (test) => {
  const device = await newDevice(test);
  const silent = await connected(test, device, { confirms: false });
  await subscribe(silent, device);
  await (await serviceClient(test)).send(device.id, new sdk.Message("once more"));
  const before = await silent.packets.next();
  assert.equal(before.dup, false);
  silent.client.end(true);
  const again = await (await connected(test, device)).packets.next();
  assert.equal(again.payload.toString(), "once more");
  assert.equal(again.topic, before.topic);
  await until("the queue to be empty", async () => (await waiting(device)) === 0);
});

test("a clean session forgets what was subscribed to", async (test) => {
  const device = await newDevice(test);
  const first = await connected(test, device);
  await subscribe(first, device);
  await first.client.endAsync();
  const clean = await connected(test, device, { clean: true });
  assert.equal(clean.isResumed, false);
  await (await serviceClient(test)).send(device.id, new sdk.Message("to nobody"));
  assert.ok(await clean.packets.isQuiet());
  assert.equal(await waiting(device), 1);
});

test("another device's messages cannot be subscribed to", async (test) => {
  const device = await newDevice(test);
  const victim = await newDevice(test);
  const curious = await connected(test, device);
  await subscribe(curious, victim).catch(() => {});
  await (await serviceClient(test)).send(victim.id, new sdk.Message("a secret"));
  assert.ok(await curious.packets.isQuiet());
  assert.equal(await waiting(victim), 1);
});
