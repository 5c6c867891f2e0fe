// The lessons on a live hub: `iothub-playground hub`, over TLS, of another origin than the page.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { lessonPage, stepsOf } from "./course.mjs";
import { DESKTOP } from "./harness.mjs";
import { launchTrusting, liveHub, register, startHub, startServe } from "./live.mjs";
import { serve } from "./site.mjs";

/** How each step of a lesson goes with the string of `iothubowner`: with a relay, and without one. */
const COURSE = {
  telemetry: {
    register: ["relayed", "by-hand"],
    "hand-over": ["live", "live"],
    send: ["live", "live"],
    read: ["live", "live"],
    unplug: ["relayed", "by-hand"],
    retry: ["live", "live"],
  },
};

/** A hub that the relay finds under its name, and one that only the browser finds. */
let relayed;
let direct;
let withRelay;
let withoutRelay;
let browser;

before(async () => {
  [relayed, direct] = await Promise.all([startHub("localhost"), startHub("hub.test")]);
  [withRelay, withoutRelay, browser] = await Promise.all([
    startServe(relayed), serve(), launchTrusting([relayed, direct]),
  ]);
});

after(async () => {
  await browser?.close();
  for (const program of [withRelay, withoutRelay, relayed, direct]) await program?.close();
});

/** A test's body with a page of its own, and a prefix for the ids of its devices. */
let prefixes = 0;
const visit = (act) => async () => {
  const context = await browser.newContext({
    viewport: DESKTOP, reducedMotion: "reduce", locale: "en-GB", serviceWorkers: "block",
  });
  context.setDefaultTimeout(20_000);
  try {
    await act({ page: await context.newPage(), context, prefix: `t${prefixes += 1}-` });
  } finally {
    await context.close();
  }
};

test("a relayed lesson", visit(async ({ page, prefix }) => {
  await page.goto(`${withRelay.root}en/telemetry/`);
  page.on("console", (m) => console.log(m.text()));
  const live = liveHub(page);
  await live.connect(relayed.strings.iothubowner, { prefix });
  const at = lessonPage(page);
  for (const step of await stepsOf("en", "telemetry")) {
    await at.opened(step.id);
    await at.press(() => at.run.click());
    console.log(step.id, (await at.panel.innerText()).replaceAll("\n", " | "));
    if (await at.next.count()) await at.next.click();
  }
}));
