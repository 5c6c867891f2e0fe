// The connection-string doctor: what it says, and that what is pasted goes nowhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const KEY = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldCE=";
const HOST = "contoso.azure-devices.net";

const field = (page) => page.getByRole("textbox", { name: "Connection string or SAS token" });
const diagnosis = (page) => page.getByRole("region", { name: "Diagnosis" });

/** Texts, and what they are. */
const KINDS = {
  "A device connection string": `HostName=${HOST};DeviceId=dev1;SharedAccessKey=${KEY}`,
  "A service connection string of an IoT hub": `HostName=${HOST};SharedAccessKeyName=service;SharedAccessKey=${KEY}`,
  "A module connection string": `HostName=${HOST};DeviceId=dev1;ModuleId=mod1;SharedAccessKey=${KEY}`,
  "An Event Hubs-compatible connection string":
    `Endpoint=sb://ihsuprod.servicebus.windows.net/;SharedAccessKeyName=service;SharedAccessKey=${KEY};EntityPath=iothub-1`,
  "A SAS token, not a connection string":
    `SharedAccessSignature sr=${HOST}%2Fdevices%2Fdev1&sig=${encodeURIComponent(KEY)}&se=1893456000`,
  "Neither a connection string nor a SAS token": "the key is under the doormat",
};

for (const [kind, text] of Object.entries(KINDS)) {
  test(`the doctor knows: ${kind.toLowerCase()}`, visit({}, async ({ page, site }) => {
    await page.goto(site.at("/doctor"));
    await field(page).fill(text);
    await diagnosis(page).getByText(kind, { exact: true }).waitFor();
    const said = await page.getByRole("main").innerText();
    assert.ok(!said.includes(KEY) && !said.includes(encodeURIComponent(KEY)), "no secret is shown");
    assert.ok(!page.url().includes("secret") && !page.url().includes(KEY));
  }));
}

test("the doctor names parts and rights, and every word of it is there", visit({}, async ({ page, site }) => {
  await page.goto(site.at("/doctor"));
  await field(page).fill(KINDS["A service connection string of an IoT hub"]);
  const said = diagnosis(page);
  await said.getByRole("rowheader", { name: "SharedAccessKeyName" }).waitFor();
  await said.getByRole("cell", { name: "service", exact: true }).waitFor();
  await said.getByText("ServiceConnect").waitFor();
  assert.doesNotMatch(await said.innerText(), /doctor-/, "no message is missing");
}));

for (const text of [
  "", ";;;;", "HostName", `HostName=${HOST}`, `HostName=${HOST};DeviceId=dev1`, `HostName=;DeviceId=;SharedAccessKey=`,
  `"HostName=${HOST};DeviceId=dev1;SharedAccessKey=${KEY}"`, `HostName=${HOST};DeviceId=dev1;SharedAccessKey=no key`,
  `HostName=example.com;DeviceId=dev1;SharedAccessKey=${KEY}`, "<img src=x onerror=alert(1)>", "\u0000".repeat(100), "=".repeat(20_000),
]) {
  test(`the doctor stays calm at ${JSON.stringify(text.slice(0, 40))}`, visit({}, async ({ page, site }) => {
    await page.goto(site.at("/doctor"));
    await field(page).fill(KINDS["A module connection string"]);
    await diagnosis(page).getByText("A module connection string").waitFor();
    await field(page).fill(text);
    await diagnosis(page).getByText("A module connection string").waitFor({ state: "detached" });
    if (text.trim()) {
      await diagnosis(page).waitFor();
      assert.doesNotMatch(await diagnosis(page).innerText(), /doctor-/, "no message is missing");
    }
  }));
}

test("what is pasted is gone when the doctor is left, and is kept nowhere", visit({ viewport: PHONE }, async ({ page, site }) => {
  await page.goto(site.at("/doctor"));
  await page.getByText("The text stays in this page.").waitFor();
  await field(page).fill(KINDS["A device connection string"]);
  await diagnosis(page).waitFor();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  assert.ok(!kept.includes("SharedAccessKey") && !kept.includes("dev1"));
  await page.goto(site.at("/telemetry/register"));
  await page.goBack();
  assert.equal(await field(page).inputValue(), "");
  assert.equal(await diagnosis(page).count(), 0);

  await field(page).fill(KINDS["A device connection string"]);
  await diagnosis(page).waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal(await field(page).inputValue(), "");
  assert.equal(await diagnosis(page).count(), 0);
}));

test("the device's field asks the doctor about what is no device string", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await page.goto(site.at("/telemetry/register"));
  await at.run(STEPS[0]).click();
  await at.sees("Passed");
  await at.next.click();
  const input = page.getByLabel("Connection string", { exact: true });
  await input.fill(KINDS["A service connection string of an IoT hub"]);
  await page.getByRole("button", { name: "Hand over", exact: true }).click();
  await page.getByText("Ask the doctor what it is").click();
  await diagnosis(page).getByText("A service connection string of an IoT hub").waitFor();
}));
