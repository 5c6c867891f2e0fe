// Nothing that comes from outside becomes a part of the page: not what a device or a program sends, not what stands in
// an address, in a shared code or in the browser's storage. It is shown as the text that it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, visit } from "./harness.mjs";
import { bench } from "./lesson-one.mjs";

/** Runs if anything takes it for markup. Without its policy the page has nothing but its own care, and that is what is tested. */
const EVIL = `<img src="nowhere.png" onerror="globalThis.ran = true"><script>globalThis.ran = true</script>`;
const careless = { bypassCSP: true };

/** Text as a browser shows it. */
const text = (page) => page.locator("body").innerText();

async function assertNothingRan(page) {
  const found = await page.evaluate(() => ({
    ran: globalThis.ran === true,
    images: document.querySelectorAll("img").length,
    scripts: [...document.scripts].filter((script) => script.text.includes("globalThis.ran")).length,
    handlers: document.querySelectorAll("[onerror], [onload], [onclick], a[href^='javascript:']").length,
  }));
  assert.deepEqual(found, { ran: false, images: 0, scripts: 0, handlers: 0 });
}

/** A lesson's bench with a device of the learner's own, switched on. */
async function withDevice(page, site, step = "/telemetry/register") {
  const panel = page.getByRole("region", { name: "What crossed the wire, and what the hub holds" });
  const card = page.getByRole("region", { name: "Device", exact: true });
  const at = {
    ...bench(page), card, content: panel.getByRole("tabpanel"),
    field: (name) => panel.getByRole("tabpanel").getByLabel(name, { exact: true }),
    button: (name) => panel.getByRole("button", { name, exact: true }),
    status: (said) => panel.getByRole("status").filter({ hasText: said }),
  };
  await page.goto(site.at(step));
  await at.sees("Not started");
  await at.tab("Registry").click();
  await at.field("Device id").fill("pump-7");
  await at.button("Create device").click();
  await at.status("The device is registered.").waitFor();
  await at.button("Show: pump-7").click();
  await card.getByRole("button", { name: "Switch on", exact: true }).click();
  await card.getByText("Connected", { exact: true }).waitFor();
  return at;
}

test("what a device sends is text: bodies, names and values of properties, on the wire and among the events", visit(careless, async ({ page, site }) => {
  // The reader of events is what the step is about.
  const at = await withDevice(page, site, "/telemetry/read");
  await at.solve.click();
  await at.sees("Passed");
  await at.card.getByLabel("Body", { exact: true }).fill(JSON.stringify({ [EVIL]: 1, value: EVIL }));
  await at.card.getByLabel("Properties (name=value; …)").fill(`${EVIL.replaceAll(/[=;]/g, "_")}=${EVIL.replaceAll(";", "_")}`);
  await at.card.getByRole("button", { name: "Send telemetry", exact: true }).click();
  await at.card.getByText("Sent. The hub has acknowledged the message.").waitFor();
  await at.tab("Events").click();
  await at.content.getByText("onerror").first().waitFor();
  await page.evaluate(() => document.querySelectorAll(".events-rows details, #tab-content details").forEach((details) => { details.open = true; }));
  await assertNothingRan(page);
  await at.tab("Wire").click();
  await at.packets("PUBLISH").last().click();
  await at.detail("PUBLISH").waitFor();
  await assertNothingRan(page);
}));

test("what a twin holds is text, in its tab and in the rows of a query", visit(careless, async ({ page, site }) => {
  const at = await withDevice(page, site);
  const twin = JSON.stringify({ tag: EVIL, nested: { deep: EVIL } });
  await at.tab("Twin").click();
  await at.field("Tags").fill(twin);
  await at.field("Desired properties").fill(twin);
  await at.button("Send patch").click();
  await at.status("The twin holds the patch.").waitFor();
  await at.card.getByLabel("Reported properties (JSON)").fill(twin);
  await at.card.getByRole("button", { name: "Report properties", exact: true }).click();
  await at.card.getByText("Reported. The twin holds the properties.").waitFor();
  await at.content.getByText("onerror").first().waitFor();
  await assertNothingRan(page);

  await at.tab("Query").click();
  await at.field("Query").fill("SELECT deviceId, tags, properties FROM devices");
  await at.button("Run query").click();
  await at.status("One row.").waitFor();
  await at.content.getByText("onerror").first().waitFor();
  await assertNothingRan(page);
  await page.getByRole("radio", { name: "JSON" }).check({ force: true });
  await at.content.getByText("onerror").first().waitFor();
  await assertNothingRan(page);

  await at.field("Query").fill(`SELECT ${EVIL} FROM devices`);
  await at.button("Run query").click();
  await at.content.locator("mark").waitFor();
  await assertNothingRan(page);
}));

test("what the cloud sends is text: names and answers of methods, messages, and what a device prints of them", visit(careless, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Method").click();
  await at.field("Method").fill(EVIL.replaceAll(/[/ ]/g, "_"));
  await at.field("Payload (JSON; empty for none)").fill(JSON.stringify({ value: EVIL }));
  await at.button("Call method").click();
  await until("an answer", async () => /status|refused|could not/i.test(await at.content.innerText()));
  await assertNothingRan(page);

  await at.tab("Messages").click();
  await at.field("Body").fill(EVIL);
  await at.field("Properties (name=value; …)").fill(`note=${EVIL.replaceAll(";", "_")}`);
  await at.button("Send message").click();
  await until("the device's word on the message", async () => (await at.card.innerText()).includes("onerror"));
  await assertNothingRan(page);
}));

test("an id that the registry refuses is told as text", visit(careless, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Registry").click();
  await at.field("Device id").fill(EVIL);
  await at.button("Create device").click();
  await until("a refusal", async () => (await at.content.innerText()).includes("The hub"));
  await page.getByRole("textbox", { name: "Device id" }).first().fill(EVIL);
  await assertNothingRan(page);
}));

for (const [where, address] of Object.entries({
  "a step": (site) => `${site.root}en/telemetry/#${EVIL}`,
  "an encoded step": (site) => `${site.root}en/telemetry/#${encodeURIComponent(EVIL)}`,
  "a term": (site) => `${site.root}en/glossary/#${EVIL}`,
  "a lesson of old": (site) => `${site.root}en/#/${EVIL}/x`,
  "a query": (site) => `${site.root}en/?q=${encodeURIComponent(EVIL)}`,
  "a path": (site) => `${site.root}en/${encodeURIComponent(EVIL)}/`,
  "a code that is none": (site) => `${site.root}en/#p=${EVIL}`,
  "a code with markup for its lesson": (site) => `${site.root}en/#p=${code(`1\n${EVIL} register\n${EVIL}=x y`)}`,
  "a code with markup for a setting": (site) => `${site.root}en/#p=${code(`1\ntelemetry register\ntelemetry=device-id ${EVIL}`)}`,
})) {
  // A page that is not there answers 404.
  test(`an address is text: ${where}`, visit({ ...careless, problemsExpected: true }, async ({ page, site }) => {
    await page.goto(address(site));
    await page.locator("h1").first().waitFor();
    await assertNothingRan(page);
    assert.ok(!(await page.title()).includes("<img"), "the title does not take it over");
  }));
}

function code(progress) {
  return Buffer.from(progress).toString("base64url");
}

test("what stands in the browser's storage is text, or nothing", visit(careless, async ({ page, site }) => {
  await page.goto(site.at("/telemetry/register"));
  await bench(page).sees("Not started");
  await page.evaluate((evil) => {
    localStorage.setItem("iot-hub-playground", [
      "version 1", `theme ${evil}`, `locale ${evil}`, `spelling ${evil}`, `setting telemetry device-id ${evil}`, `setting methods method-name ${evil}`,
      `passed telemetry ${evil}`, `passed ${evil} register`, `begun ${evil} 1`,
    ].join("\n"));
    localStorage.setItem("iot-hub-playground-hub", JSON.stringify({ evil }));
    sessionStorage.setItem("iot-hub-playground-live", evil);
  }, EVIL);
  await page.reload();
  await bench(page).sees("Not started");
  // The word on an earlier hub offers the way back, without what somebody else wrote as the beginning of ids.
  await page.getByRole("button", { name: "Connect again" }).click();
  assert.match(await page.getByLabel("The ids of the lessons' devices begin with").inputValue(), /^playground-\w{4}-$/);
  await assertNothingRan(page);
  assert.ok(!(await text(page)).includes("onerror"));
}));

test("what is pasted into the doctor and into the dialog of one's own hub is text", visit(careless, async ({ page, site }) => {
  await page.goto(site.at("/doctor"));
  const string = `HostName=${EVIL.replaceAll(/[=;]/g, "_")};DeviceId=${EVIL.replaceAll(/[=;]/g, "_")};SharedAccessKey=AAAA;${EVIL.replaceAll(/[=;]/g, "_")}=x`;
  await page.getByRole("textbox", { name: "Connection string or SAS token" }).fill(string);
  await page.getByRole("region", { name: "Diagnosis" }).waitFor();
  await assertNothingRan(page);
  await page.getByRole("button", { name: /Hub: in this page/ }).click();
  await page.getByLabel("Connection string of your hub").fill(string);
  await page.getByRole("dialog").getByRole("region", { name: "Diagnosis" }).waitFor();
  await assertNothingRan(page);
}));
