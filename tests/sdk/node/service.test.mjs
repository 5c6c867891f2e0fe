// The service through azure-iothub: registry, twins, queries and methods over REST.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import common from "azure-iot-common";
import iothub from "azure-iothub";
import {
  assertRefused, connections, deviceClient, newDevice, newId, registry, until,
} from "./bench.mjs";

const body = async (promise) => (await promise).responseBody;

/** A registry with the connection string of the policy `service`, changed. */
const stranger = (change) => iothub.Registry.fromConnectionString(change(connections.service));

/** A service client for methods, which tries nothing again. */
function caller() {
  const client = iothub.Client.fromConnectionString(connections.service);
  client.setRetryPolicy(new common.NoRetry());
  return client;
}

test("a device without keys is given two", async (test) => {
  const id = newId();
  const device = await body(registry().create({ deviceId: id }));
  test.after(() => registry().delete(id));
  const { primaryKey, secondaryKey } = device.authentication.symmetricKey;
  assert.equal(device.deviceId, id);
  assert.equal(device.status, "enabled");
  assert.equal(device.connectionState, "Disconnected");
  assert.ok(primaryKey.length >= 24 && secondaryKey.length >= 24 && primaryKey !== secondaryKey);
});

test("a device keeps the keys that it is given", async (test) => {
  const id = newId();
  const symmetricKey = { primaryKey: randomBytes(32).toString("base64"), secondaryKey: randomBytes(32).toString("base64") };
  await registry().create({ deviceId: id, authentication: { symmetricKey } });
  test.after(() => registry().delete(id));
  assert.deepEqual((await body(registry().get(id))).authentication.symmetricKey, symmetricKey);
});

test("a device is created once", async (test) => {
  const { id } = await newDevice(test);
  await assertRefused(registry().create({ deviceId: id }), "DeviceAlreadyExistsError");
});

test("a device that is not there is not found", async () => {
  await assertRefused(registry().get(newId()), "DeviceNotFoundError");
  await assertRefused(registry().delete(newId()), "DeviceNotFoundError");
  await assertRefused(registry().getTwin(newId()), "DeviceNotFoundError");
});

test("a device is updated", async (test) => {
  const { id, identity } = await newDevice(test);
  const changed = await body(registry().update({ ...identity, status: "disabled" }));
  assert.equal(changed.status, "disabled");
  assert.notEqual(changed.etag, identity.etag);
  assert.equal((await body(registry().get(id))).status, "disabled");
});

test("devices are listed", async (test) => {
  const { id } = await newDevice(test);
  const listed = await body(registry().list());
  assert.ok(listed.some((device) => device.deviceId === id));
});

test("a device that is deleted is gone", async (test) => {
  const { id } = await newDevice(test);
  await registry().delete(id);
  await assertRefused(registry().get(id), "DeviceNotFoundError");
});

test("devices are created, updated and deleted in bulk", async () => {
  const devices = Array.from({ length: 10 }, () => ({ deviceId: newId(), status: "enabled" }));
  assert.equal((await body(registry().addDevices(devices))).isSuccessful, true);
  const disabled = devices.map((device) => ({ ...device, status: "disabled" }));
  assert.equal((await body(registry().updateDevices(disabled, true))).isSuccessful, true);
  assert.equal((await body(registry().get(devices[0].deviceId))).status, "disabled");
  assert.equal((await body(registry().removeDevices(devices, true))).isSuccessful, true);
  await assertRefused(registry().get(devices[0].deviceId), "DeviceNotFoundError");
});

test("statistics count devices", async (test) => {
  await newDevice(test);
  const told = await body(registry().getRegistryStatistics());
  assert.ok(told.totalDeviceCount >= 1);
  assert.equal(told.enabledDeviceCount + told.disabledDeviceCount, told.totalDeviceCount);
});

test("a module has keys and a twin", async (test) => {
  const { id } = await newDevice(test);
  const module = await body(registry().addModule({ deviceId: id, moduleId: "module-1" }));
  assert.ok(module.authentication.symmetricKey.primaryKey);
  assert.equal((await body(registry().getModuleTwin(id, "module-1"))).moduleId, "module-1");
  await registry().removeModule(id, "module-1");
  assert.deepEqual(await body(registry().getModulesOnDevice(id)), []);
});

test("a twin is read and changed", async (test) => {
  const { id } = await newDevice(test);
  const twin = await body(registry().getTwin(id));
  assert.equal(twin.properties.desired.$version, 1);
  const change = { tags: { plant: "43" }, properties: { desired: { interval: 10 } } };
  const { result: changed } = await twin.update(change);
  assert.deepEqual(changed.tags, { plant: "43" });
  assert.equal(changed.properties.desired.interval, 10);
  assert.equal(changed.properties.desired.$version, 2);
});

test("an old etag of a twin is refused", async (test) => {
  const { id } = await newDevice(test);
  const { etag } = await body(registry().getTwin(id));
  await registry().updateTwin(id, { tags: { first: 1 } }, etag);
  await assertRefused(registry().updateTwin(id, { tags: { second: 2 } }, etag), "InvalidEtagError");
  assert.deepEqual((await body(registry().updateTwin(id, { tags: { second: 2 } }, "*"))).tags, { first: 1, second: 2 });
});

test("a twin that is not allowed is an argument's error", async (test) => {
  const { id } = await newDevice(test);
  await assertRefused(registry().updateTwin(id, { tags: { "a b": 1 } }, "*"), "ArgumentError");
});

test("a query is read page by page, and ends", async (test) => {
  const fleet = newId();
  const ids = [];
  for (let number = 0; number < 7; number += 1) {
    const { id } = await newDevice(test);
    await registry().updateTwin(id, { tags: { fleet } }, "*");
    ids.push(id);
  }
  const query = registry().createQuery(`SELECT * FROM devices WHERE tags.fleet = '${fleet}'`, 3);
  const pages = [];
  while (query.hasMoreResults) pages.push((await query.nextAsTwin()).result.map((twin) => twin.deviceId));
  assert.deepEqual(pages.map((page) => page.length), [3, 3, 1]);
  assert.deepEqual(pages.flat().sort(), ids.sort());
});

test("a query that cannot be read is an argument's error", async () => {
  await assertRefused(registry().createQuery("SELECT FROM WHERE").nextAsTwin(), "ArgumentError");
});

test("a wrong key is unauthorised", async (test) => {
  const { id } = await newDevice(test);
  const key = randomBytes(32).toString("base64");
  const wrong = stranger((string) => string.replace(/SharedAccessKey=.*/, `SharedAccessKey=${key}`));
  await assertRefused(wrong.getTwin(id), "UnauthorizedError");
});

test("a policy opens only what its rights allow", async (test) => {
  const { id } = await newDevice(test);
  const serviceOnly = stranger((string) => string);
  assert.equal((await body(serviceOnly.getTwin(id))).deviceId, id);
  await assertRefused(serviceOnly.get(id), "UnauthorizedError");
});

test("a device that is not connected cannot be called", async (test) => {
  const { id } = await newDevice(test);
  const call = caller().invokeDeviceMethod(id, { methodName: "state", payload: null });
  await assert.rejects(call, (error) => error.response?.statusCode === 404 && error.responseBody.includes("404103"));
});

test("a call waits for a device as long as it says", async (test) => {
  const device = await newDevice(test);
  const call = { methodName: "state", connectTimeoutInSeconds: 20, responseTimeoutInSeconds: 20 };
  const answer = caller().invokeDeviceMethod(device.id, call);
  const client = deviceClient(test, device.connectionString);
  client.onDeviceMethod("state", (request, response) => response.send(200, "well"));
  await client.open();
  assert.equal((await answer).result.payload, "well");
});

test("a device that does not answer in time is a gateway's time-out", async (test) => {
  const device = await newDevice(test);
  const client = deviceClient(test, device.connectionString);
  await client.open();
  client.onDeviceMethod("state", () => {});
  const call = () =>
    caller().invokeDeviceMethod(device.id, { methodName: "state", payload: null, responseTimeoutInSeconds: 5 });
  // Until the device is subscribed it is not found.
  const error = await until("the call to time out", () =>
    call().then(() => assert.fail("an answer"), (refusal) => refusal.response?.statusCode !== 404 && refusal));
  assert.equal(error.name, "GatewayTimeoutError");
});
