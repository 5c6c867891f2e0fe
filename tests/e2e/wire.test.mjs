// What the wire shows is what MQTT says: its bytes, read from the page, are decoded with another program's parser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import mqtt from "mqtt-packet";
import { until, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const HOST = "iothub-playground.azure-devices.net";
const DEVICE = "MyFirstPythonDevice";

/** Opens a row as a learner does, and reads its fields and its bytes. */
async function open(at, kind, index = 0) {
  await at.packets(kind).nth(index).click();
  const detail = at.detail(kind);
  // What is in a packet is told by the bench, a moment after its row was opened.
  await detail.getByRole("region", { name: "Bytes" }).waitFor();
  const fields = await detail.getByRole("listitem").evaluateAll((items) =>
    items.map((item) => [...item.querySelectorAll("span")].map((span) => span.textContent)));
  const hex = await detail.getByRole("region", { name: "Bytes" }).locator(".bytes-hex").allInnerTexts();
  const bytes = Buffer.from(hex.join(" ").replaceAll(/\s+/g, ""), "hex");
  await detail.getByRole("button", { name: "Close" }).click();
  return { bytes, fields: Object.fromEntries(fields) };
}

/** One packet, whole and nothing else. */
function decode(bytes) {
  const packets = [];
  const parser = mqtt.parser({ protocolVersion: 4 });
  parser.on("packet", (packet) => packets.push(packet));
  parser.on("error", (error) => assert.fail(`not MQTT: ${error.message}`));
  assert.equal(parser.parse(bytes), 0, "no byte is left over");
  assert.equal(packets.length, 1);
  return packets[0];
}

const bit = (flag) => (flag ? "1" : "0");

/** The message's properties, from the end of its topic. */
const properties = (topic) => Object.fromEntries(new URLSearchParams(topic.split("/messages/events/")[1]));

async function sendOne(page, site) {
  const at = bench(page);
  await page.goto(site.at("/telemetry/send"));
  await at.sees("Not started");
  await at.run(STEPS[2]).click();
  await at.sees("Passed");
  return at;
}

test("CONNECT and CONNACK are what they are said to be", visit({}, async ({ page, site }) => {
  const at = await sendOne(page, site);

  const connect = await open(at, "CONNECT");
  const asked = decode(connect.bytes);
  assert.equal(asked.cmd, "connect");
  assert.equal(asked.protocolId, "MQTT");
  assert.equal(asked.protocolVersion, 4);
  assert.equal(asked.clientId, DEVICE);
  assert.match(asked.username, new RegExp(`^${HOST}/${DEVICE}/\\?(.*&)?api-version=\\d{4}-\\d{2}-\\d{2}`));
  assert.equal(asked.keepalive, 60);
  assert.equal(asked.will, undefined);
  assert.deepEqual(
    {
      "packet type": "CONNECT",
      "remaining length": String(asked.length),
      "protocol name": asked.protocolId,
      "protocol level": String(asked.protocolVersion),
      "client id": asked.clientId,
      "user name": asked.username,
      "user name flag": "1",
      "password": asked.password.toString(),
      "password flag": "1",
      "keep alive": String(asked.keepalive),
      "clean session": bit(asked.clean),
      "will flag": "0",
      "will QoS": "0",
      "will retain": "0",
      "reserved bit": "0",
      "flags": "0000",
    },
    connect.fields,
  );

  // The password is a token for this device; all that proves it is masked, and nothing else.
  const [, resource, signature, expiry] =
    /^SharedAccessSignature sr=([^&]+)&sig=([^&]+)&se=(\d+)$/.exec(asked.password.toString()) ?? [];
  assert.equal(decodeURIComponent(resource), `${HOST}/devices/${DEVICE}`);
  assert.match(signature, /^\*{40,}$/);
  assert.ok(Number(expiry) * 1000 > Date.now());

  const connack = await open(at, "CONNACK");
  const answered = decode(connack.bytes);
  assert.equal(answered.cmd, "connack");
  assert.equal(answered.returnCode, 0);
  assert.deepEqual(
    {
      "packet type": "CONNACK",
      "flags": "0000",
      "remaining length": String(answered.length),
      "session present": bit(answered.sessionPresent),
      "return code": String(answered.returnCode),
    },
    connack.fields,
  );
}));

test("PUBLISH and PUBACK are what they are said to be", visit({}, async ({ page, site }) => {
  const at = await sendOne(page, site);

  const publish = await open(at, "PUBLISH");
  const sent = decode(publish.bytes);
  assert.equal(sent.cmd, "publish");
  assert.equal(sent.qos, 1);
  assert.ok(!sent.dup && !sent.retain);
  assert.deepEqual(
    {
      "packet type": "PUBLISH",
      "DUP": bit(sent.dup),
      "QoS": String(sent.qos),
      "retain": bit(sent.retain),
      "remaining length": String(sent.length),
      "topic": sent.topic,
      "packet id": String(sent.messageId),
      "payload": sent.payload.toString(),
    },
    publish.fields,
  );
  assert.ok(sent.topic.startsWith(`devices/${DEVICE}/messages/events/`));
  assert.deepEqual(properties(sent.topic), {
    "$.mid": "message_0",
    "$.cid": "correlation_0",
    "$.ct": "application/json",
    "$.ce": "utf-8",
    "Property": "PropMsg_0",
  });

  // The same wind speed in the packet, in the program's console and in the step's outcome.
  const { deviceId, windSpeed } = JSON.parse(sent.payload);
  assert.equal(deviceId, DEVICE);
  assert.ok(windSpeed >= 12 && windSpeed <= 16, `windSpeed ${windSpeed}`);
  await at.deviceConsole.getByText(`message_0 accepted for sending: windSpeed ${windSpeed.toFixed(2)}`).waitFor();
  await at.panel.getByText(`The newest says windSpeed ${windSpeed}.`).waitFor();

  const puback = await open(at, "PUBACK");
  const acknowledged = decode(puback.bytes);
  assert.equal(acknowledged.cmd, "puback");
  assert.equal(acknowledged.messageId, sent.messageId);
  assert.deepEqual(
    {
      "packet type": "PUBACK",
      "flags": "0000",
      "remaining length": String(acknowledged.length),
      "packet id": String(acknowledged.messageId),
    },
    puback.fields,
  );
}));

test("what is sent again has the DUP flag and the same packet id", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/retry"));
  await at.solve.click();
  await at.sees("Passed");
  const count = await at.packets("PUBLISH").count();
  const [first, again] = [
    decode((await open(at, "PUBLISH", count - 2)).bytes),
    decode((await open(at, "PUBLISH", count - 1)).bytes),
  ];
  assert.deepEqual([first.dup, again.dup], [false, true]);
  assert.equal(again.messageId, first.messageId);
  assert.equal(again.topic, first.topic);
  assert.deepEqual(again.payload, first.payload);
}));

test("the request that registers a device is HTTP, with its signature masked", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.solve.click();
  await at.sees("Passed");

  const { bytes, fields } = await open(at, "PUT");
  const [head, body] = bytes.toString().split("\r\n\r\n");
  const [requestLine, ...headers] = head.split("\r\n");
  assert.match(requestLine, new RegExp(`^PUT /devices/${DEVICE}\\?api-version=\\d{4}-\\d{2}-\\d{2} HTTP/1\\.1$`));
  assert.equal(fields.request, requestLine);
  assert.equal(fields.body, body);
  for (const header of headers) {
    const [name, ...value] = header.split(": ");
    assert.equal(fields[name], value.join(": "));
  }
  assert.equal(JSON.parse(body).deviceId, DEVICE);
  assert.match(fields.authorization, /^SharedAccessSignature .*sig=\*{40,}(&|$)/);

  const answer = await open(at, "200");
  const registered = JSON.parse(answer.bytes.toString().split("\r\n\r\n")[1]);
  assert.equal(registered.deviceId, DEVICE);
  for (const key of Object.values(registered.authentication.symmetricKey)) assert.match(key, /^\*+$/);
}));

test("pointing at a field marks its bytes", visit({}, async ({ page, site }) => {
  const at = await sendOne(page, site);
  await at.packets("PUBACK").click();
  const detail = at.detail("PUBACK");
  const marked = detail.locator(".bytes-hex .marked");
  await detail.getByRole("button", { name: "packet id" }).hover();
  await marked.waitFor();
  assert.equal((await marked.innerText()).trim(), "00 01");
}));

/** The rows in sight, as their texts. */
const rows = (page) => page.getByRole("region", { name: "Packets and requests" }).getByRole("listitem").allInnerTexts();

test("the list can be narrowed to a side and to a kind", visit({}, async ({ page, site }) => {
  const at = await sendOne(page, site);
  await page.getByRole("group", { name: "Shown side" }).getByRole("radio", { name: "Cloud" }).click();
  await until("no packet", async () => (await at.packets("CONNECT").count()) === 0);
  assert.ok((await at.packets("PUT").count()) > 0);
  await page.getByRole("group", { name: "Shown side" }).getByRole("radio", { name: "All" }).click();
  await page.getByRole("combobox", { name: "Shown kind" }).selectOption("PUBACK");
  await until("one kind", async () => (await rows(page)).every((row) => row.includes("PUBACK")));
  assert.ok((await at.packets("PUBACK").count()) > 0);
}));

test("a pause holds the list, counts what comes, and shows it afterwards", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const before = await rows(page);
  await at.run(STEPS[0]).click();
  const goOn = page.getByRole("button", { name: /^Go on \([1-9]\d*\)$/ });
  await goOn.waitFor();
  assert.deepEqual(await rows(page), before);
  // The same by key.
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await until("what came meanwhile", async () => (await rows(page)).length > before.length);
}));

test("a token is taken apart, and nothing of its signature is told", visit({}, async ({ page, site }) => {
  const at = await sendOne(page, site);
  await at.packets("CONNECT").click();
  const detail = at.detail("CONNECT");
  await detail.getByRole("radio", { name: "Token" }).click();
  const said = detail.getByRole("region", { name: "Token" });
  await said.getByText(`${HOST}/devices/${DEVICE}`, { exact: true }).waitFor();
  await said.getByText("the device's own key").waitFor();
  await said.getByText(/\d{4}, \d{2}:\d{2}:\d{2} UTC\. That is .+ from now\./).waitFor();
  const [signed, whole] = await said.locator("pre").allInnerTexts();
  const [resource, expiry] = signed.split("\n");
  assert.equal(decodeURIComponent(resource), `${HOST}/devices/${DEVICE}`);
  assert.ok(Number(expiry) * 1000 > Date.now());
  assert.match(whole, /sig=\*+(&|$)/);
}));

test("an action is spelt for other tools, without secrets, and can be copied", visit(
  { permissions: ["clipboard-read", "clipboard-write"] },
  async ({ page, site }) => {
    const at = bench(page);
    await page.goto(site.at("/telemetry/register"));
    await at.solve.click();
    await at.sees("Passed");
    await at.packets("PUT").first().click();
    const detail = at.detail("PUT");
    await detail.getByRole("radio", { name: "As a command" }).click();
    await detail.getByRole("button", { name: "Copy as curl" }).click();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(curl, /^curl /);
    assert.ok(curl.includes(`https://${HOST}/devices/${DEVICE}?api-version=`));
    assert.doesNotMatch(curl, /sig=[A-Za-z0-9%+/]{20,}/);
    await detail.getByRole("button", { name: "Copy as az" }).click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^az iot hub device-identity create /);

    await detail.getByRole("radio", { name: "Body" }).click();
    const body = await detail.getByRole("region", { name: "Body" }).innerText();
    assert.equal(JSON.parse(body).deviceId, DEVICE);
    assert.match(body, /\n {2}"/, "indented");
  },
));

test("the list is saved as JSON, without secrets", visit({}, async ({ page, site }) => {
  await sendOne(page, site);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the list as a JSON file" }).click();
  const text = await readFile(await (await saving).path(), "utf8");
  const saved = JSON.parse(text);
  const kinds = saved.map(({ kind }) => kind);
  for (const kind of ["PUT", "CONNECT", "CONNACK", "PUBLISH", "PUBACK"]) assert.ok(kinds.includes(kind), kind);
  const connect = saved.find(({ kind }) => kind === "CONNECT");
  assert.deepEqual(
    [connect.direction, connect.side, connect.device, connect.protocol],
    ["to-hub", "device", DEVICE, "mqtt"],
  );
  assert.match(connect.at, /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
  assert.doesNotMatch(text, /SharedAccessKey=|sig=[^*&]/);
}));
