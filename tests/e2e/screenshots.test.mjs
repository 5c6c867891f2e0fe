// Pictures of the page for people, in screenshots/. Secrets are masked by the page itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AS_PHONE, visit } from "./harness.mjs";
import { STEPS, bench } from "./lesson-one.mjs";

const SCREENS = { desktop: {}, phone: AS_PHONE };

for (const [screen, options] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`pictures of the lesson: ${screen}, ${colorScheme}`, visit({ ...options, colorScheme }, async ({ page, site }) => {
      const at = bench(page);
      const view = async (name) => {
        if (screen === "phone") await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name }).click();
      };
      const picture = async (name) => {
        assert.doesNotMatch(await page.locator("body").innerText(), /SharedAccessKey=[^<*]/);
        const file = `screenshots/${name}-${screen}-${colorScheme}.png`;
        const { length } = await page.screenshot({ path: fileURLToPath(new URL(file, import.meta.url)) });
        assert.ok(length > 10_000, `${file} shows something`);
      };

      await page.goto(site.at());
      await page.getByRole("link", { name: "Start lesson 1" }).waitFor();
      await picture("home");

      await page.goto(site.at("/telemetry/register"));
      await at.sees("Not started");
      await picture("step-1");
      await at.check.click();
      await at.sees("Not yet");
      await picture("not-yet");

      await page.goto(site.at("/telemetry/send"));
      await at.run(STEPS[2]).click();
      await at.sees("Passed");
      if (screen === "phone") await picture("step-3");
      await view("Bench");
      if (screen === "phone") await picture("step-3-bench");
      await view("Wire");
      await at.packets("PUBACK").waitFor();
      await picture("step-3-wire");
      await at.packets("CONNECT").click();
      await at.detail("CONNECT").waitFor();
      await picture("step-3-packet");
      await at.detail("CONNECT").getByRole("button", { name: "Close" }).click();

      await page.goto(site.at("/telemetry/read"));
      await view("Lesson");
      await at.solve.click();
      await at.sees("Passed");
      await view("Wire");
      await at.tab("Events").click();
      await page.getByRole("img", { name: /^windSpeed over time/ }).locator("canvas").waitFor();
      await picture("events");
    }));
  }
}
