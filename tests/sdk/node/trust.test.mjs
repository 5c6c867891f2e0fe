// Programs that do not trust the hub's certificate: each says so, where its SDK lets it, and none hangs.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { LIMIT } from "./bench.mjs";

const DEVICE = `
  import common from "azure-iot-common";
  import sdk from "azure-iot-device";
  import { Mqtt, MqttWs } from "azure-iot-device-mqtt";
  const device = (transport) => {
    const client = sdk.Client.fromConnectionString("HostName=" + host + ";DeviceId=dev1;SharedAccessKey=AAAA", transport);
    client.setRetryPolicy(new common.NoRetry());
    client.on("error", () => {});
    return client;
  };
`;
const SERVICE = `import common from "azure-iot-common"; import iothub from "azure-iothub";`;
const READER = `import { EventHubConsumerClient } from "@azure/event-hubs";`;
const NOT_TRUSTED = /unable to verify the first certificate/;

const PROGRAMS = {
  "a device": [DEVICE, "device(Mqtt).open()", NOT_TRUSTED],
  "a device over WebSockets": [DEVICE, "device(MqttWs).open()", NOT_TRUSTED],
  "a registry": [SERVICE, "iothub.Registry.fromConnectionString(connections.iothubowner).get('dev1')", NOT_TRUSTED],
  // This one keeps the reason to itself.
  "a service client": [
    `${SERVICE} const client = iothub.Client.fromConnectionString(connections.service); client.setRetryPolicy(new common.NoRetry());`,
    "client.open()",
    /disconnected/,
  ],
  "a reader": [
    READER,
    "new EventHubConsumerClient('$Default', connections.eventhub, { retryOptions: { maxRetries: 0 } }).getPartitionIds()",
    NOT_TRUSTED,
  ],
};

/** What a program prints that runs without the variable by which Node.js trusts another authority. */
async function output(program) {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const options = ["--input-type=module", "--eval", program];
  const child = spawn(process.execPath, options, { env, timeout: LIMIT, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const piece of child.stdout) text += piece;
  return text;
}

for (const [name, [imports, promise, expected]] of Object.entries(PROGRAMS)) {
  test(`${name} does not speak with a hub that it does not trust`, async () => {
    const said = await output(`
      import { readFileSync } from "node:fs";
      const connections = JSON.parse(readFileSync(process.env.IOTHUB_CONNECTIONS, "utf8"));
      const host = /HostName=([^;]+)/.exec(connections.service)[1];
      ${imports}
      await ${promise}.then(() => console.log("it speaks"), (error) => console.log(error.message));
      process.exit();
    `);
    assert.match(said, expected);
  });
}
