// A live hub with the page on one end and the published SDKs for Python on the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./harness.mjs";
import { liveHub, shared, startBesideSdk } from "./live.mjs";

const world = shared(startBesideSdk);

/** A test's body with a page on the hub, and the SDKs on the other end. */
const visit = (act) => () => world.visit(async (context) => {
  const { site, otherEnd } = world;
  const page = await context.newPage();
  await page.goto(`${site.root}en/methods/`);
  await liveHub(page).connect(otherEnd.hub.strings.iothubowner, { prefix: "" });
  await act(page, hand(page), otherEnd);
});

/** The tabs and forms with which a learner does things by hand. */
function hand(page) {
  const panel = page.getByRole("region", { name: "What crossed the wire, and what the hub holds" });
  const content = panel.getByRole("tabpanel");
  const card = page.getByRole("region", { name: "Device", exact: true });
  return {
    content,
    card,
    deviceConsole: page.getByRole("region", { name: "Console of the device" }),
    tab: (name) => page.getByRole("tab", { name }).click(),
    field: (name) => content.getByLabel(name, { exact: true }),
    button: (name) => panel.getByRole("button", { name, exact: true }),
    status: (text) => panel.getByRole("status").filter({ hasText: text }),
    /** Registers a device and shows it in the card. */
    async create(id) {
      await this.tab("Registry");
      await this.field("Device id").fill(id);
      await this.button("Create device").click();
      await this.status("The device is registered.").waitFor();
      await this.button(`Show: ${id}`).click();
    },
  };
}

test("the page's device hears a method, a message and a patch of the SDK, which reads what it sends", visit(async (page, at, otherEnd) => {
  await at.create("pump-7");
  await at.card.getByRole("button", { name: "Switch on", exact: true }).click();
  await at.card.getByText("Connected", { exact: true }).waitFor();

  const { status } = await otherEnd.ask("call_method", { device: "pump-7", method: "Reboot", payload: { delay: 5 } });
  assert.equal(status, 200);
  await at.deviceConsole.getByText("Reboot").first().waitFor();
  await otherEnd.ask("send", { device: "pump-7", text: "hello from Python", properties: { colour: "blue" } });
  await at.deviceConsole.getByText("hello from Python").waitFor();
  await otherEnd.ask("desire", { device: "pump-7", patch: { fan: "on" } });
  await at.deviceConsole.getByText("fan").first().waitFor();

  await at.card.getByRole("button", { name: "Send telemetry", exact: true }).click();
  await at.card.getByText("Sent. The hub has acknowledged the message.").waitFor();
  assert.ok(await otherEnd.ask("next_event", { device: "pump-7" }), "azure-eventhub reads what the page sent");
  await at.card.getByLabel("Reported properties (JSON)").fill('{"firmware": "2.0.0"}');
  await at.card.getByRole("button", { name: "Report properties", exact: true }).click();
  await at.card.getByText("Reported. The twin holds the properties.").waitFor();
  assert.equal((await otherEnd.ask("reported", { device: "pump-7" })).firmware, "2.0.0");
}));

test("the SDK's device hears a method, a message and a patch of the page, which reads what it sends", visit(async (page, at, otherEnd) => {
  await at.create("pump-8");
  await otherEnd.ask("connect", { device: "pump-8" });

  await at.tab("Method");
  await at.button("Call method").click();
  await at.status("The device answered with status").waitFor();
  await at.content.getByText("Python").first().waitFor();
  assert.ok((await otherEnd.ask("heard")).method);
  await at.tab("Messages");
  await at.field("Message id (empty: none)").fill("m-1");
  await at.button("Send message").click();
  await at.status("m-1").waitFor();
  assert.ok("message" in await otherEnd.ask("heard"));
  await at.tab("Twin");
  await at.button("Send patch").click();
  await at.status("The twin holds the patch.").waitFor();
  assert.ok((await otherEnd.ask("heard")).patch);

  await at.tab("Events");
  await otherEnd.ask("publish", { text: "hello from Python" });
  await until("the page to show the event", async () => (await at.content.innerText()).includes("hello from Python"), 30_000);
}));
