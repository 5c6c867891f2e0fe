// Cloud-to-device messages and their feedback through azure-iothub, over AMQP and over AMQP in WebSockets.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import sdk from "azure-iot-device";
import iothub from "azure-iothub";
import { assertRefused, connections, deviceClient, hostName, Inbox, newDevice, registry, serviceClient } from "./bench.mjs";

const TRANSPORTS = { Amqp: iothub.Amqp, AmqpWs: iothub.AmqpWs };

/** The hub gathers feedback for fifteen seconds. */
const FEEDBACK_LIMIT = 40_000;

const waiting = async (device) => (await registry().get(device.id)).responseBody.cloudToDeviceMessageCount;

function message(body, properties = {}) {
  return Object.assign(new sdk.Message(body), properties);
}

/** A device that listens, and what it receives. */
async function listening(test) {
  const device = await newDevice(test);
  const client = deviceClient(test, device.connectionString);
  const inbox = new Inbox("message");
  client.on("message", (received) => client.complete(received, () => inbox.put(received)));
  await client.open();
  return { ...device, inbox };
}

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  test(`${name}: a message arrives with its properties`, async (test) => {
    const device = await listening(test);
    const client = await serviceClient(test, { transport });
    const sent = message("text", {
      messageId: "message-1", correlationId: "correlation-1", contentType: "application/json", contentEncoding: "utf-8",
    });
    sent.properties.add("own", "value");
    await client.send(device.id, sent);
    const received = await device.inbox.next();
    assert.equal(received.getData().toString(), "text");
    assert.equal(received.messageId, "message-1");
    assert.equal(received.correlationId, "correlation-1");
    assert.equal(received.properties.getValue("own"), "value");
  });

  test(`${name}: one connection sends many messages`, async (test) => {
    const device = await listening(test);
    const client = await serviceClient(test, { transport });
    for (let number = 0; number < 30; number += 1) await client.send(device.id, message(String(number)));
    for (let number = 0; number < 30; number += 1) {
      assert.equal((await device.inbox.next()).getData().toString(), String(number));
    }
  });

  test(`${name}: an id that looks like a UUID arrives as it was`, async (test) => {
    const device = await listening(test);
    const client = await serviceClient(test, { transport });
    const messageId = randomUUID();
    await client.send(device.id, message("text", { messageId }));
    assert.equal((await device.inbox.next()).messageId, messageId);
  });

  test(`${name}: sending to an unknown device is refused and leaves the connection usable`, async (test) => {
    const device = await newDevice(test);
    const client = await serviceClient(test, { transport });
    await assertRefused(client.send("nobody", message("text")), "DeviceNotFoundError");
    await client.send(device.id, message("text"));
    assert.equal(await waiting(device), 1);
  });

  test(`${name}: a full queue takes no more`, async (test) => {
    const device = await newDevice(test);
    const client = await serviceClient(test, { transport });
    for (let number = 0; number < 50; number += 1) await client.send(device.id, message(String(number)));
    await assertRefused(client.send(device.id, message("one too many")), "DeviceMaximumQueueDepthExceededError");
    assert.equal(await waiting(device), 50);
  });

  test(`${name}: a wrong key opens nothing`, async (test) => {
    const key = randomBytes(32).toString("base64");
    const connectionString = connections.service.replace(/SharedAccessKey=.*/, `SharedAccessKey=${key}`);
    await assert.rejects(serviceClient(test, { connectionString, transport }), (error) => {
      // The client wraps what the hub has said.
      assert.equal(error.amqpError.name, "UnauthorizedError", error.stack);
      return true;
    });
  });

  test(`${name}: feedback tells those who asked what became of messages, and is completed once`, async (test) => {
    const device = await listening(test);
    const client = await serviceClient(test, { transport });
    const { result: receiver } = await client.getFeedbackReceiver();
    const feedback = new Inbox("feedback");
    receiver.on("message", feedback.put);
    const acks = ["none", "positive", "negative", "full"];
    for (const ack of acks) await client.send(device.id, message("text", { messageId: ack, ack }));
    for (const _ of acks) await device.inbox.next();
    const recordsOf = (batch) => JSON.parse(batch.getData().toString()).filter(({ deviceId }) => deviceId === device.id);
    const batch = await feedback.next((one) => recordsOf(one).length > 0, FEEDBACK_LIMIT);
    assert.deepEqual(recordsOf(batch).map(({ originalMessageId }) => originalMessageId), ["positive", "full"]);
    for (const record of recordsOf(batch)) {
      assert.equal(record.statusCode, "Success");
      assert.equal(record.deviceGenerationId, device.identity.generationId);
      assert.ok(!Number.isNaN(Date.parse(record.enqueuedTimeUtc)));
    }
    await receiver.complete(batch);
    await assertRefused(receiver.abandon(batch), "DeviceMessageLockLostError");
    await assertRefused(receiver.reject(batch), "DeviceMessageLockLostError");
  });
}

test("the host name may have a port", async (test) => {
  const device = await newDevice(test);
  const connectionString = connections.service.replace(`HostName=${hostName}`, `HostName=${hostName}:5671`);
  const client = await serviceClient(test, { connectionString });
  await client.send(device.id, message("text"));
  assert.equal(await waiting(device), 1);
});

test("a device id is percent-encoded in an address", async (test) => {
  const device = await newDevice(test, `a%b=c@${randomUUID()}`);
  const client = await serviceClient(test);
  await client.send(device.id, message("text"));
  assert.equal(await waiting(device), 1);
});

test("a message that expires is told of", async (test) => {
  const device = await newDevice(test);
  const client = await serviceClient(test);
  const { result: receiver } = await client.getFeedbackReceiver();
  const feedback = new Inbox("feedback");
  receiver.on("message", (received) => JSON.parse(received.getData().toString()).forEach(feedback.put));
  const expiryTimeUtc = Date.now() + 5_000;
  await client.send(device.id, message("text", { messageId: "message-2", ack: "full", expiryTimeUtc }));
  const record = await feedback.next((one) => one.deviceId === device.id, FEEDBACK_LIMIT);
  assert.equal(record.statusCode, "Expired");
});
