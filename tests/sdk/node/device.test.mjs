// A device through azure-iot-device, over MQTT and over MQTT in WebSockets.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import sdk from "azure-iot-device";
import iothub from "azure-iothub";
import {
  assertRefused, closing, connections, deviceClient, deviceString, hostName, Inbox, newDevice, ODD, registry,
  serviceClient, TRANSPORTS, until,
} from "./bench.mjs";
import { eventsOf } from "./telemetry.mjs";

const state = async (device) => (await registry().get(device.id)).responseBody.connectionState;

// Methods are called over REST, for which no connection is opened.
const caller = iothub.Client.fromConnectionString(connections.service);

const call = async (device, methodName, payload) =>
  (await caller.invokeDeviceMethod(device.id, { methodName, payload })).result;

const wish = (device, desired) => registry().updateTwin(device.id, { properties: { desired } }, "*");

function inboxOf(client) {
  const inbox = new Inbox("message");
  client.on("message", inbox.put);
  return inbox;
}

async function send(test, device, body, properties = {}) {
  const message = new sdk.Message(body);
  Object.assign(message, properties);
  await (await serviceClient(test)).send(device.id, message);
}

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  test(`${name}: a device is connected until it says that it leaves`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    await client.open();
    assert.equal(await state(device), "Connected");
    await client.close();
    await until("the registry to show it", async () => (await state(device)) === "Disconnected", 2_000);
  });

  test(`${name}: a message arrives with all its properties`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    const message = new sdk.Message('{"temperature":21.5}');
    message.messageId = "message-1";
    message.correlationId = "correlation-1";
    message.contentType = "application/json";
    message.contentEncoding = "utf-8";
    message.properties.add(ODD, ODD);
    message.properties.add("plus", "+");
    await client.open();
    await client.sendEvent(message);
    const [event] = await eventsOf(device.id, 1);
    assert.deepEqual(event.body, { temperature: 21.5 });
    assert.equal(event.messageId, "message-1");
    assert.equal(event.correlationId, "correlation-1");
    assert.equal(event.contentType, "application/json");
    assert.equal(event.systemProperties.contentEncoding, "utf-8");
    assert.deepEqual(event.properties, { [ODD]: ODD, plus: "+" });
  });

  test(`${name}: many messages arrive in their order`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    await client.open();
    const numbers = Array.from({ length: 100 }, (_, number) => String(number));
    await Promise.all(numbers.map((number) => client.sendEvent(new sdk.Message(number))));
    const events = await eventsOf(device.id, 100);
    assert.deepEqual(events.map((event) => String(event.body)), numbers);
  });

  test(`${name}: a message of nearly 256 kB arrives`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    await client.open();
    await client.sendEvent(new sdk.Message("x".repeat(250_000)));
    const [event] = await eventsOf(device.id, 1);
    assert.equal(String(event.body).length, 250_000);
  });

  test(`${name}: a message from the cloud arrives and is completed`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    const inbox = inboxOf(client);
    await client.open();
    const sent = new sdk.Message("odd").properties;
    sent.add("odd", ODD);
    sent.add("path", "/devices/a/b");
    await send(test, device, "to the device", { messageId: "message-1", ack: "full", properties: sent });
    const message = await inbox.next();
    assert.equal(message.getData().toString(), "to the device");
    assert.equal(message.messageId, "message-1");
    assert.equal(message.properties.getValue("odd"), ODD);
    assert.equal(message.properties.getValue("path"), "/devices/a/b");
    assert.equal(message.properties.getValue("iothub-ack"), "full");
    await client.complete(message);
    await until("the queue to be empty", async () =>
      (await registry().get(device.id)).responseBody.cloudToDeviceMessageCount === 0);
  });

  test(`${name}: messages wait for a device and keep their order`, async (test) => {
    const device = await newDevice(test);
    for (const number of [1, 2, 3]) await send(test, device, String(number));
    const client = deviceClient(test, device.connectionString, transport);
    const inbox = inboxOf(client);
    await client.open();
    for (const number of [1, 2, 3]) assert.equal((await inbox.next()).getData().toString(), String(number));
  });

  test(`${name}: a device answers a method`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    await client.open();
    const called = new Inbox("call");
    client.onDeviceMethod("SetInterval", (request, response) => {
      called.put(request.payload);
      response.send(207, { got: request.payload }, () => {});
    });
    // The client subscribes without telling when it has; until then the hub knows of no one to call.
    const result = await until("the device to be subscribed", () =>
      call(device, "SetInterval", { seconds: 10 }).catch(() => null));
    assert.deepEqual(result, { status: 207, payload: { got: { seconds: 10 } } });
    assert.deepEqual(await called.next(), { seconds: 10 });
  });

  test(`${name}: the service reads what a device reports`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString, transport);
    await client.open();
    const twin = await client.getTwin();
    assert.equal(twin.properties.desired.$version, 1);
    const report = (patch) => new Promise((resolve, reject) =>
      twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve())));
    await report({ firmware: { version: "1.2" }, gone: 1 });
    await report({ firmware: { state: "well" }, gone: null });
    const { reported } = (await registry().getTwin(device.id)).responseBody.properties;
    assert.deepEqual(reported.firmware, { version: "1.2", state: "well" });
    assert.equal(reported.gone, undefined);
    assert.equal(reported.$version, 3);
  });

  test(`${name}: a device is told what is desired`, async (test) => {
    const device = await newDevice(test);
    await wish(device, { interval: 5 });
    const client = deviceClient(test, device.connectionString, transport);
    await client.open();
    const twin = await client.getTwin();
    const inbox = new Inbox("desired properties");
    twin.on("properties.desired", inbox.put);
    assert.equal((await inbox.next()).interval, 5);
    // The client subscribes without telling when it has, so the wish is repeated until it is heard.
    const heard = (delta) => delta.interval > 5;
    let interval = 5;
    await until("the device to be told", async () => {
      await wish(device, { interval: interval += 1, mode: null });
      return inbox.next(heard, 500).catch(() => null);
    });
    // The first wish made version 2.
    assert.equal(twin.properties.desired.$version, twin.properties.desired.interval - 3);
  });

  test(`${name}: a wrong key is refused as unauthorised`, async (test) => {
    const device = await newDevice(test);
    const string = deviceString(device.id, randomBytes(32).toString("base64"));
    await assertRefused(deviceClient(test, string, transport).open(), "UnauthorizedError");
  });

  test(`${name}: an unknown device is refused as unauthorised`, async (test) => {
    const device = await newDevice(test);
    const string = deviceString(`${device.id}-unknown`, device.key);
    await assertRefused(deviceClient(test, string, transport).open(), "UnauthorizedError");
  });

  test(`${name}: of two connections the newer one stays`, async (test) => {
    const device = await newDevice(test);
    const older = deviceClient(test, device.connectionString, transport);
    const newer = deviceClient(test, device.connectionString, transport);
    const lost = new Inbox("end of the older connection");
    older.on("disconnect", lost.put);
    await older.open();
    await newer.open();
    await lost.next();
    await newer.sendEvent(new sdk.Message("still there"));
  });

  test(`${name}: everything goes on after a token is renewed`, async (test) => {
    const device = await newDevice(test);
    // Renewed four seconds before its end, four seconds from now.
    const keys = sdk.SharedAccessKeyAuthenticationProvider.fromConnectionString(device.connectionString, 8, 4);
    const client = closing(test, sdk.Client.fromAuthenticationProvider(keys, transport));
    test.after(() => keys.stop());
    const inbox = inboxOf(client);
    await client.open();
    client.onDeviceMethod("state", (_, response) => response.send(200, "well", () => {}));
    const since = async () => {
      const { responseBody: identity } = await registry().get(device.id);
      return identity.connectionState === "Connected" && identity.connectionStateUpdatedTime;
    };
    const before = await until("the device to be connected", since);
    await until("the token to be renewed", async () => ![false, before].includes(await since()));
    await send(test, device, "after the renewal");
    assert.equal((await inbox.next()).getData().toString(), "after the renewal");
    assert.deepEqual(await call(device, "state", null), { status: 200, payload: "well" });
    await client.sendEvent(new sdk.Message("after the renewal"));
  });
}

test("a device may name the port of the hub", async (test) => {
  const device = await newDevice(test);
  const client = deviceClient(test, `${device.connectionString};GatewayHostName=${hostName}:8883`);
  await client.open();
  assert.equal(await state(device), "Connected");
});
