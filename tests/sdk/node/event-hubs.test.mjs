// Reading telemetry through @azure/event-hubs.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { earliestEventPosition, latestEventPosition } from "@azure/event-hubs";
import sdk from "azure-iot-device";
import WebSocket from "ws";
import { connections, deviceClient, hostName, newDevice, until } from "./bench.mjs";
import { eventsOf, reader, Reading, sentBy } from "./telemetry.mjs";

/** The three ways in. */
const DOORS = {
  tls: () => reader(connections.eventhub),
  websockets: () => reader(connections.eventhub, { webSocketOptions: { webSocket: WebSocket } }),
  emulator: () => reader(connections.eventhub_emulator),
};

const DIGITS = [..."0123456789"];

/** A device that has sent ten messages, `0` to `9`, and where they are. */
async function telling(test) {
  const device = await newDevice(test);
  const client = deviceClient(test, device.connectionString);
  await client.open();
  const send = (body) => client.sendEvent(new sdk.Message(body));
  for (const digit of DIGITS) await send(digit);
  const events = await eventsOf(device.id, 10);
  return { ...device, send, events, partition: events[0].partition };
}

/** The bodies of a device's events from a position on: `count` of them, and no more. */
async function readFrom(client, device, startPosition, count) {
  const reading = new Reading(client, { partition: device.partition, startPosition });
  try {
    const bodies = [];
    while (bodies.length < count) bodies.push(String((await reading.next(device.id)).body));
    assert.ok(await reading.isQuiet(device.id), "no event more");
    return bodies;
  } finally {
    await reading.close();
  }
}

for (const [door, open] of Object.entries(DOORS)) {
  test(`${door}: the hub tells its partitions, and a partition where it ends`, async (test) => {
    const device = await telling(test);
    const client = open();
    test.after(() => client.close());
    const told = await client.getEventHubProperties();
    assert.equal(told.name, client.eventHubName);
    assert.ok(told.partitionIds.length >= 2);
    assert.deepEqual(told.partitionIds, told.partitionIds.map((_, number) => String(number)));
    const last = device.events.at(-1);
    const partition = await client.getPartitionProperties(device.partition);
    assert.equal(partition.partitionId, device.partition);
    assert.equal(partition.isEmpty, false);
    assert.ok(partition.beginningSequenceNumber <= device.events[0].sequenceNumber);
    assert.ok(partition.lastEnqueuedSequenceNumber >= last.sequenceNumber);
    assert.ok(Number(partition.lastEnqueuedOffset) >= Number(last.offset));
    assert.ok(partition.lastEnqueuedOnUtc >= last.enqueuedTimeUtc);
  });

  test(`${door}: events are read in their order`, async (test) => {
    const device = await telling(test);
    assert.deepEqual(await readFrom(open(), device, earliestEventPosition, 10), DIGITS);
  });

  test(`${door}: events of 200 kB are read whole`, async (test) => {
    const device = await newDevice(test);
    const client = deviceClient(test, device.connectionString);
    await client.open();
    const bodies = ["a", "b", "c"].map((letter) => letter.repeat(200_000));
    for (const body of bodies) await client.sendEvent(new sdk.Message(body));
    const reading = new Reading(open());
    test.after(() => reading.close());
    for (const body of bodies) assert.equal(String((await reading.next(device.id)).body), body);
  });
}

test("a port in the endpoint is dialled", async (test) => {
  const device = await telling(test);
  const string = connections.eventhub.replace(/Endpoint=sb:\/\/[^/;]+/, `Endpoint=sb://${hostName}:5671`);
  assert.deepEqual(await readFrom(reader(string), device, earliestEventPosition, 10), DIGITS);
});

test("an event says who sent it", async (test) => {
  const device = await telling(test);
  const { systemProperties, enqueuedTimeUtc } = device.events[0];
  assert.equal(systemProperties["iothub-connection-auth-generation-id"], device.identity.generationId);
  assert.equal(systemProperties["iothub-message-source"], "Telemetry");
  assert.equal(JSON.parse(systemProperties["iothub-connection-auth-method"]).type, "sas");
  assert.ok(Math.abs(enqueuedTimeUtc - Date.now()) < 60_000);
});

for (const isInclusive of [false, true]) {
  const rest = isInclusive ? DIGITS.slice(4) : DIGITS.slice(5);
  const how = isInclusive ? "at" : "after";

  test(`reading begins ${how} an offset`, async (test) => {
    const device = await telling(test);
    const position = { offset: device.events[4].offset, isInclusive };
    assert.deepEqual(await readFrom(DOORS.emulator(), device, position, rest.length), rest);
  });

  test(`reading begins ${how} a sequence number`, async (test) => {
    const device = await telling(test);
    const position = { sequenceNumber: device.events[4].sequenceNumber, isInclusive };
    assert.deepEqual(await readFrom(DOORS.emulator(), device, position, rest.length), rest);
  });
}

test("reading begins after a time", async (test) => {
  const device = await telling(test);
  const enqueuedOn = device.events[4].enqueuedTimeUtc;
  const later = device.events.filter((event) => event.enqueuedTimeUtc > enqueuedOn).map((event) => String(event.body));
  assert.deepEqual(await readFrom(DOORS.emulator(), device, { enqueuedOn }, later.length), later);
});

test("the latest position leaves out what was before", async (test) => {
  const device = await telling(test);
  const reading = new Reading(DOORS.emulator(), { startPosition: latestEventPosition });
  test.after(() => reading.close());
  // The reader does not tell when it is there, so the device sends until something is read.
  let number = 10;
  const first = await until("an event", async () => {
    await device.send(String(number += 1));
    return reading.events.next(sentBy(device.id), 50).catch(() => null);
  });
  assert.ok(Number(first.body) > 10);
});

test("a newer owner takes a partition from an older one", async (test) => {
  const device = await telling(test);
  const owner = (ownerLevel) => {
    const reading = new Reading(DOORS.emulator(), { partition: device.partition, ownerLevel });
    test.after(() => reading.close());
    return reading;
  };
  const older = owner(1);
  await older.next(device.id);
  const newer = owner(2);
  await newer.next(device.id);
  assert.equal((await older.errors.next()).code, "ReceiverDisconnectedError");
});

test("a wrong key reads nothing", async () => {
  for (const string of [connections.eventhub, connections.eventhub_emulator]) {
    const key = randomBytes(32).toString("base64");
    const client = reader(string.replace(/SharedAccessKey=[^;]+/, `SharedAccessKey=${key}`));
    await assert.rejects(client.getPartitionIds(), { code: "UnauthorizedError" });
    await client.close();
  }
});
