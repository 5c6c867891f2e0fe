// The hub's admin page: what devices and strangers write is shown as text, its figures move, and everybody can read it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMINED, assertAccessible } from "./axe.mjs";
import { AS_PHONE, visit } from "./harness.mjs";
import { startHub } from "./native-hub.mjs";

/** Would run if any of it became markup. */
const HOSTILE = '"><img src=x onerror=hacked()><script>hacked()</script><a href="javascript:hacked()">';
/** All of it may be in the id of a device. */
const ODD_ID = "a-very-long-name-of-a-device-that-does-not-fit-in-one-line-(),:=@$'!%_*?.".repeat(2).slice(0, 128);

const SCREENS = { "a desktop": {}, "a phone": AS_PHONE };

const section = (page, name) => page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });

/** A row of a table, by what is in one of its cells. */
const row = (page, name, text) => section(page, name).getByRole("row").filter({ hasText: text }).first();

const figure = (page, name) => page.locator(".figures div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd");

/** Everything that a stranger can write into the page is written there. */
async function fill(hub) {
  const key = await hub.register(ODD_ID);
  const device = await hub.device(ODD_ID, key, { agent: HOSTILE });
  assert.equal(device.returnCode, 0);
  const hostile = encodeURIComponent(HOSTILE);
  await device.telemetry(HOSTILE, `%24.mid=${hostile}&${hostile}=${hostile}`);
  await device.telemetry(`\u202e${"word".repeat(1000)}`);
  await device.telemetry(Buffer.alloc(1000, 0xff));
  const stranger = await hub.device(HOSTILE, key, { clientId: HOSTILE });
  assert.equal(stranger.returnCode, 5);
  const other = await hub.device("sender", await hub.register("sender"));
  await other.publishElsewhere(HOSTILE);
  await hub.ask("GET", `/devices/${hostile}`);
  await hub.ask("GET", "/devices/sender", undefined, { authorization: HOSTILE, "user-agent": HOSTILE });
  await hub.ask("POST", `/devices/${encodeURIComponent(ODD_ID)}/messages/deviceBound`, HOSTILE);
  return device;
}

function admin(options, act) {
  return visit({ ...options, start: startHub }, async (visitor) => {
    const { page, site: hub } = visitor;
    await page.goto(`${hub.origin}/`);
    await page.getByText("Well: it answers and keeps").waitFor();
    await act({ ...visitor, hub });
  });
}

test("the figures change when a device connects and sends", admin({}, async ({ page, hub }) => {
  await section(page, "Connections").getByText("Nobody is connected.").waitFor();
  await section(page, "Newest events").getByText("No telemetry has come yet.").waitFor();
  await figure(page, "Devices and modules connected").getByText("0", { exact: true }).waitFor();
  const device = await hub.device("meter", await hub.register("meter"));
  await row(page, "Devices", "meter").getByText("connected", { exact: true }).waitFor();
  await row(page, "Connections", "meter").getByText("MQTT", { exact: true }).waitFor();
  await figure(page, "Devices and modules connected").getByText("1", { exact: true }).waitFor();
  await device.telemetry("21 degrees");
  await row(page, "Newest events", "21 degrees").getByText("meter").waitFor();
  await page.locator('[data-series="events"] .peak').getByText("most: 1").waitFor();
  await hub.ask("POST", "/devices/meter/messages/deviceBound", "for later");
  await figure(page, "Cloud-to-device messages waiting").getByText("1", { exact: true }).waitFor();
  device.close();
  await row(page, "Devices", "meter").getByText("not connected").waitFor();
}));

test("a page that is paused stands still, and goes on", admin({}, async ({ page, hub }) => {
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused; what you see is old").waitFor();
  await hub.register("late");
  const shown = page.waitForResponse(/state\.json$/, { timeout: 2500 }).then(() => true, () => false);
  assert.equal(await shown, false, "it asks the hub although it is paused");
  assert.equal(await row(page, "Devices", "late").count(), 0);
  await page.getByRole("button", { name: "Go on" }).click();
  await row(page, "Devices", "late").waitFor();
}));

for (const [screen, options] of Object.entries(SCREENS)) {
  test(`whatever clients write is text, and fits, on ${screen}`, admin(options, async ({ page, hub }) => {
    await page.evaluate(() => { globalThis.hacked = () => { globalThis.wasHacked = true; }; });
    const device = await fill(hub);
    await row(page, "Newest events", HOSTILE).waitFor();
    await row(page, "Devices", ODD_ID).waitFor();
    await row(page, "Refusals", HOSTILE).waitFor();
    const found = await page.evaluate(() => ({
      wasHacked: globalThis.wasHacked ?? false,
      scripts: document.scripts.length,
      markup: document.querySelectorAll("main :is(img, script, iframe, a, style, object, form, [onerror])").length,
      sideways: document.documentElement.scrollWidth - innerWidth,
    }));
    assert.deepEqual(found, { wasHacked: false, scripts: 1, markup: 0, sideways: 0 });
    device.close();
  }));

  test(`axe has nothing to complain about, empty or full, on ${screen}`, admin({ ...options, ...EXAMINED }, async ({ page, hub }) => {
    await assertAccessible(page, "empty");
    const device = await fill(hub);
    await row(page, "Newest events", HOSTILE).waitFor();
    await row(page, "Refusals", HOSTILE).waitFor();
    await assertAccessible(page, "full");
    await page.getByRole("button", { name: "Pause" }).click();
    await assertAccessible(page, "paused");
    device.close();
  }));
}

test("the page's policy runs no script but its own", admin({ problemsExpected: true }, async ({ page, problems }) => {
  assert.deepEqual(problems, []);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = 'a script in the page'";
    const image = document.createElement("img");
    image.setAttribute("onerror", "globalThis.ran = 'a handler in the page'");
    image.src = "nothing";
    const elsewhere = document.createElement("script");
    elsewhere.src = "data:text/javascript,globalThis.ran='a script from elsewhere'";
    document.body.append(script, image, elsewhere);
    return new Promise((failed) => { elsewhere.onerror = failed; }).then(() => {});
  });
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  assert.ok(problems.some((problem) => problem.includes("Content Security Policy")), problems.join("\n"));
}));

test("a hub that has ended is told of", admin({ problemsExpected: true }, async ({ page, hub }) => {
  await hub.end();
  await page.getByText("The program does not answer; what you see is old").waitFor();
}));
