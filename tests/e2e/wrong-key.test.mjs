// A policy's key that the hub does not accept is told as soon as the hub is connected, before any step is done.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "./harness.mjs";
import { bench } from "./lesson-one.mjs";
import { liveHub, startLive } from "./live.mjs";

let live;
before(async () => { live = await startLive(); });
after(() => live?.close());

/** The string with another key. */
const withWrongKey = (string) => string.replace(/SharedAccessKey=.*/, `SharedAccessKey=${Buffer.from("x".repeat(32)).toString("base64")}`);

for (const [way, hubOf, siteOf] of [
  ["with a relay", () => live.relayed, () => live.withRelay],
  ["without a relay", () => live.direct, () => live.withoutRelay],
]) {
  test(`a wrong key is told on connecting, ${way}, and goes with the hub`, () => live.visit(async (context) => {
    const page = await context.newPage();
    const hub = liveHub(page);
    await page.goto(`${siteOf().root}en/`);
    await page.locator("main.home").waitFor();
    await hub.connect(withWrongKey(hubOf().strings.iothubowner));
    const isTold = () => until("the refusal", async () => /did not accept the key/.test(await hub.trouble.innerText()), 30_000);
    await isTold();
    await hub.details.click();
    await hub.dialog.getByText("Copy the connection string again, to its very end").waitFor();
    await page.keyboard.press("Escape");
    await hub.dialog.waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Start lesson 1" }).click();
    await page.locator('.step-panel[data-state="not-started"]').waitFor();
    await isTold();
    if (way === "with a relay") {
      await bench(page).check.click();
      await page.locator(".step-panel .findings").getByText("The hub did not accept the key, so it tells nothing of").waitFor();
    }
    await hub.leave();
    assert.equal(await page.getByText("did not accept the key").count(), 0);
    await hub.connect(hubOf().strings.iothubowner);
    // What the bench asks with the right key is answered: there is nothing to be told.
    await page.locator("#run").click();
    await page.locator('.step-panel[data-state="passed"], .step-panel[data-state="to-confirm"]').waitFor();
    assert.equal(await hub.trouble.innerText(), "");
  }));
}
