// What a learner does at the bench by hand, beyond the steps; and the links of a text to the controls.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { AS_PHONE, until, visit } from "./harness.mjs";
import { bench } from "./lesson-one.mjs";

const PANEL = "What crossed the wire, and what the hub holds";

/** The panel with its tabs and forms. */
function hand(page) {
  const panel = page.getByRole("region", { name: PANEL });
  return {
    ...bench(page),
    content: panel.getByRole("tabpanel"),
    field: (name) => panel.getByRole("tabpanel").getByLabel(name, { exact: true }),
    button: (name) => panel.getByRole("button", { name, exact: true }),
    status: (text) => panel.getByRole("status").filter({ hasText: text }),
    tools: page.getByRole("button", { name: "By hand: switch, send, report" }),
    card: page.getByRole("region", { name: "Device", exact: true }),
  };
}

/** A bench with a device of the learner's own, shown in the card. */
async function withDevice(page, site, id = "pump-7") {
  const at = hand(page);
  await page.goto(site.at("/telemetry/register"));
  await at.sees("Not started");
  await at.tab("Registry").click();
  await at.field("Device id").fill(id);
  await at.button("Create device").click();
  await at.status("The device is registered.").waitFor();
  await at.button(`Show: ${id}`).click();
  return at;
}

async function switchOn(at) {
  await at.card.getByRole("button", { name: "Switch on", exact: true }).click();
  await at.card.getByRole("button", { name: "Switch off", exact: true }).waitFor();
  await at.card.getByText("Connected", { exact: true }).waitFor();
}

test("a device made by hand is switched on, sends and reports", visit({}, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await switchOn(at);
  await at.card.getByRole("button", { name: "Send telemetry", exact: true }).click();
  await at.card.getByText("Sent. The hub has acknowledged the message.").waitFor();
  await at.card.getByLabel("Reported properties (JSON)").fill('{"firmware": "2.0.0"}');
  await at.card.getByRole("button", { name: "Report properties", exact: true }).click();
  await at.card.getByText("Reported. The twin holds the properties.").waitFor();
  await at.card.getByRole("region", { name: "Reported properties" }).getByText('"2.0.0"').waitFor();
}));

test("what is asked before the bench has come is done and answered once it is there", visit({}, async ({ page, site }) => {
  site.hold(/^bench_bg/);
  const at = hand(page);
  await page.goto(site.at("/telemetry/register"));
  await at.tab("Registry").click();
  await at.field("Device id").fill("early");
  await at.button("Create device").click();
  site.release();
  await at.status("The device is registered.").waitFor();
}));

test("a query finds the device, and a mistake in one is marked where it is", visit({}, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Query").click();
  await at.field("Query").fill("SELECT deviceId FROM devices");
  await at.button("Run query").click();
  await at.status("One row.").waitFor();
  await at.content.getByRole("cell", { name: "pump-7" }).waitFor();

  await at.field("Query").fill("SELECT * FORM devices");
  await at.button("Run query").click();
  assert.equal(await at.content.locator("mark").innerText(), "FORM");
}));

test("a method is answered by a device that is on, and refused in plain words when it is off", visit({}, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Method").click();
  await at.button("Call method").click();
  await at.status("The device could not be called.").waitFor();
  await at.status("404103").waitFor();
  await switchOn(at);
  await at.button("Call method").click();
  await at.status("The device answered with status").waitFor();
}));

test("a message waits in the queue, is delivered, and its feedback comes back", visit({}, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Messages").click();
  await at.field("Message id (empty: none)").fill("m-1");
  await at.button("Send message").click();
  await at.status("The message m-1 is in the device’s queue.").waitFor();
  await at.content.getByRole("table", { name: "Queue of the device" }).getByRole("cell", { name: "m-1" }).waitFor();
  await switchOn(at);
  await at.content.getByText("Nothing waits for this device.").waitFor();
  await at.speed(60).check({ force: true });
  const success = at.content.getByRole("table", { name: "Feedback" }).getByRole("cell", { name: "Success" });
  await until("feedback", async () => {
    await at.button("Receive").click();
    return success.isVisible();
  });
}));

test("a twin that someone else changed is not written over unseen", visit({}, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Twin").click();
  await at.button("Send patch").click();
  await at.status("The twin holds the patch.").waitFor();
  await at.field("Tags").fill('{"floor": 1}');
  // Somebody makes the device anew meanwhile, so its twin has another etag.
  await at.tab("Registry").click();
  await at.button("Delete: pump-7").click();
  await at.button("Delete: pump-7").waitFor({ state: "detached" });
  await at.button("Create device").click();
  await at.button("Delete: pump-7").waitFor();
  await at.tab("Twin").click();
  await at.content.getByText("The twin has changed since you began to type.").waitFor();
  await at.button("Send patch").click();
  await at.status("Someone else changed it.").waitFor();
  assert.equal(await at.field("Tags").inputValue(), '{"floor": 1}', "what was typed is still there");
  await at.button("Send without the etag").click();
  await at.status("The twin holds the patch.").waitFor();
}));

test("what is not JSON is not sent", visit({}, async ({ page, site }) => {
  const at = await withDevice(page, site);
  await at.tab("Twin").click();
  await at.field("Tags").fill("{floor: 1}");
  await at.button("Send patch").click();
  await at.status("This is not JSON.").waitFor();
  assert.equal(await at.field("Tags").getAttribute("aria-invalid"), "true");
}));

test("every control that a text may name is on the page", visit({}, async ({ page, site }) => {
  const source = await readFile(new URL("../../src/lessons/src/controls.rs", import.meta.url), "utf8");
  const ids = [...source.matchAll(/^ {4}"([\w-]+)",$/gm)].map(([, id]) => id);
  assert.ok(ids.length > 20);
  await page.goto(site.at("/telemetry/send"));
  await hand(page).sees("Not started");
  // A page is drawn part by part.
  let missing;
  await until(() => `${missing} on the page`, async () => {
    missing = await page.evaluate((ids) => ids.filter((id) => !document.getElementById(id)), ids);
    return missing.length === 0;
  });
}));

test("a link in the text opens the view and the tab, and focuses what it names", visit(AS_PHONE, async ({ page, site }) => {
  const at = hand(page);
  await page.goto(site.at("/telemetry/read"));
  await at.sees("Not started");
  await page.getByRole("button", { name: "The Events tab" }).click();
  await page.getByRole("tab", { name: "Events", selected: true }).waitFor();
  await until("the focus", () => page.evaluate(() => document.activeElement?.id === "tab-events"));
}));
