// What the tests share: the hub that runs beside them, service clients, and devices of a test's own.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as later } from "node:timers/promises";
import common from "azure-iot-common";
import sdk from "azure-iot-device";
import { Mqtt, MqttWs } from "azure-iot-device-mqtt";
import iothub from "azure-iothub";

/** Both ways of a device to the hub. */
export const TRANSPORTS = { Mqtt, MqttWs };

/** Whatever has a meaning in a topic, in an encoded property bag, or in neither of them. */
export const ODD = "a b+c/d%e&f=g#h$i?j,k;l\"m'n<ö>한글";

/** How long anything on this machine may take, in milliseconds. */
export const LIMIT = 20_000;

/** How long something must stay away until a test believes that it does not come. */
const QUIET = 1_000;

/** The connection strings, `iothubowner`, `service`, `eventhub` and `eventhub_emulator`, and the path of the `ca`. */
export const connections = JSON.parse(readFileSync(process.env.IOTHUB_CONNECTIONS, "utf8"));

export const hostName = /HostName=([^;]+)/.exec(connections.iothubowner)[1];

export const registry = () => iothub.Registry.fromConnectionString(connections.iothubowner);

/** A new id that no other test uses. */
export const newId = () => `device-${randomUUID()}`;

/** Registers a device for a test; it is deleted afterwards. */
export async function newDevice(test, id = newId()) {
  const { responseBody: identity } = await registry().create({ deviceId: id });
  test.after(() => registry().delete(id).catch(() => {}));
  const key = identity.authentication.symmetricKey.primaryKey;
  return { id, key, identity, connectionString: deviceString(id, key) };
}

export const deviceString = (id, key) => `HostName=${hostName};DeviceId=${id};SharedAccessKey=${key}`;

/** A device client that does not try again by itself; it is closed after the test. */
export function deviceClient(test, connectionString, transport = Mqtt) {
  return closing(test, sdk.Client.fromConnectionString(connectionString, transport));
}

export function closing(test, client) {
  client.setRetryPolicy(new common.NoRetry());
  client.on("error", () => {});
  test.after(() => client.close().catch(() => {}));
  return client;
}

/** A service client that is open; it is closed after the test. */
export async function serviceClient(test, { connectionString = connections.service, transport = iothub.Amqp } = {}) {
  const client = iothub.Client.fromConnectionString(connectionString, transport);
  client.setRetryPolicy(new common.NoRetry());
  await client.open();
  test.after(() => client.close().catch(() => {}));
  return client;
}

/** Takes what an SDK hands to a handler, and gives it to the test. */
export class Inbox {
  #what;
  #items = [];

  constructor(what) {
    this.#what = what;
  }

  put = (item) => void this.#items.push(item);

  /** The next thing that has come and is meant, if there is one. */
  take(isMeant = () => true) {
    while (this.#items.length > 0) {
      const item = this.#items.shift();
      if (isMeant(item)) return item;
    }
    return undefined;
  }

  /** The next thing that comes and is meant. */
  next = (isMeant, limit) => until(this.#what, () => this.take(isMeant), limit);

  /** Whether nothing comes for a while that is meant. */
  isQuiet = (isMeant) => this.next(isMeant, QUIET).then(() => false, () => true);
}

/** Waits until `look` gives something, and gives it back. */
export async function until(what, look, limit = LIMIT) {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    assert.ok(Date.now() < end, `waited ${limit} ms for ${what}`);
    await later(20);
  }
}

/** Asserts that something is refused with an error of a class, which goes by its name. */
export async function assertRefused(promise, name) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.name, name, error.stack);
    return true;
  });
}
