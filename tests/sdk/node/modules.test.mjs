// A module of a device, through azure-iot-device's client for modules.

import assert from "node:assert/strict";
import { test } from "node:test";
import sdk from "azure-iot-device";
import { closing, connections, newDevice, registry, serviceClient, TRANSPORTS, until } from "./bench.mjs";
import { reader, Reading } from "./telemetry.mjs";

const MODULE = "module-1";

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  test(`${name}: a module sends, reports and answers for itself`, async (test) => {
    const device = await newDevice(test);
    const { responseBody: module } = await registry().addModule({ deviceId: device.id, moduleId: MODULE });
    const { primaryKey } = module.authentication.symmetricKey;
    const string = `${device.connectionString.replace(device.key, primaryKey)};ModuleId=${MODULE}`;
    const client = closing(test, sdk.ModuleClient.fromConnectionString(string, transport));
    await client.open();

    await client.sendEvent(new sdk.Message("text"));
    const reading = new Reading(reader(connections.eventhub_emulator));
    const event = await reading.next(device.id);
    await reading.close();
    assert.equal(event.systemProperties["iothub-connection-module-id"], MODULE);

    const twin = await client.getTwin();
    await new Promise((resolve, reject) => {
      twin.properties.reported.update({ a: 1 }, (error) => (error ? reject(error) : resolve()));
    });
    assert.equal((await registry().getModuleTwin(device.id, MODULE)).responseBody.properties.reported.a, 1);
    assert.equal((await registry().getTwin(device.id)).responseBody.properties.reported.a, undefined);

    client.onMethod("echo", (request, response) => response.send(203, { got: request.payload }));
    const service = await serviceClient(test);
    const call = { methodName: "echo", payload: { a: 1 }, connectTimeoutInSeconds: 5 };
    const { result } = await until("the module to listen", () => service.invokeDeviceMethod(device.id, MODULE, call));
    assert.deepEqual([result.status, result.payload], [203, { got: { a: 1 } }]);
  });
}
