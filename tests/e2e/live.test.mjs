// The lessons on a live hub: `iothub-playground hub` over TLS, of another origin than the page. Once with the relay of
// `iothub-playground serve`, and once from a static site, where the learner does by hand what a browser may not.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LESSONS, lessonPage, stepsOf } from "./course.mjs";
import { until } from "./harness.mjs";
import { byHand, liveHub, register, startLive } from "./live.mjs";

/** The device of each lesson, after its prefix. */
const DEVICES = { methods: "MyPythonDevice" };
const deviceOf = (lesson, prefix) => `${prefix}${DEVICES[lesson] ?? "MyFirstPythonDevice"}`;

/** What a learner waits for in real time is made short. */
const SETTINGS = { "interval-seconds": "1", "time-to-live-seconds": "5" };

/** How long a step may take: a hub gathers feedback for fifteen seconds, and a machine may be busy. */
const STEP = 60_000;

let world;
let relayed;
let direct;
let withRelay;
let withoutRelay;

before(async () => {
  world = await startLive();
  ({ relayed, direct, withRelay, withoutRelay } = world);
});

after(() => world?.close());

let visits = 0;

/** A test's body with a context of its own, a way to open pages in it, and a prefix for the ids of its devices. */
const visit = (act) => () => {
  visits += 1;
  const prefix = `t${visits}-`;
  return world.visit((context) => act({
    context, prefix, open: (site, hub, lesson) => openLesson(context, site, hub, lesson, prefix),
  }));
};

/** Opens a lesson, and goes to a live hub. */
async function openLesson(context, site, hub, lesson, prefix) {
  const page = await context.newPage();
  await page.goto(`${site.root}en/${lesson}/`);
  const live = liveHub(page);
  await live.connect(hub.strings.iothubowner, { prefix });
  return { page, live, at: lessonPage(page) };
}

/**
 * Does the open step: by its button, twice if it breaks something first, and by the learner's word where the check
 * cannot ask. Gives whether it was confirmed.
 */
async function perform({ page, live, at }) {
  for (const [id, value] of Object.entries(SETTINGS)) {
    const field = page.locator(`#setting-${id}`);
    if (await field.count()) await field.fill(value);
  }
  const label = await at.run.innerText();
  let confirmed = false;
  let presses = 1;
  await at.run.click();
  const says = async () => `${await at.panel.innerText()}\n${await live.bar.innerText()}`;
  const printed = async () => (await page.locator(".console").allInnerTexts()).map((text) => text.slice(-1_000)).join("\n");
  let said = "";
  const isPassed = async () => {
    said = await says();
    const state = await at.panel.getAttribute("data-state");
    if (state === "passed") return true;
    if (state === "to-confirm" && !confirmed) {
      confirmed = true;
      await page.locator("#confirm").click();
    }
    if (state === "not-yet" && presses === 1 && (await at.run.innerText()) !== label) {
      presses += 1;
      await at.run.click();
    }
    return false;
  };
  try {
    await until(() => `the step to be passed: ${said}`, isPassed, STEP);
  } catch (error) {
    error.message += `\n${await printed()}`;
    throw error;
  }
  // A message without words would show its id.
  assert.doesNotMatch(said, /\b(check|refused|verdict|step|to-confirm|why)-[a-z]+-/);
  return confirmed;
}

/** Does all steps of a lesson, and gives the ids of those that were confirmed. `before` may do something before a step. */
async function performAll(lesson, opened, before = () => {}) {
  const confirmed = [];
  const steps = await stepsOf("en", lesson);
  for (const [index, step] of steps.entries()) {
    await opened.at.opened(step.id);
    await before(step.id, index);
    if (await perform(opened)) confirmed.push(step.id);
    if (index < steps.length - 1) await opened.at.next.click();
  }
  return confirmed;
}

/** The learner registers the device elsewhere, and pastes its string. */
async function handOver(page, hub, deviceId) {
  await page.locator("#device-string").fill(await register(hub, deviceId));
  await page.locator("#device-string").press("Enter");
}

/** What remains the learner's to confirm with a relay: what only the hub in the page can do. */
const CONFIRMED_WITH_RELAY = { twins: ["lag"], faults: ["quota"] };

/** Without one: what asks the hub's REST API. */
const CONFIRMED_WITHOUT_RELAY = {
  telemetry: ["register", "unplug"],
  methods: ["register", "call", "refuse", "offline"],
  messages: ["prepare"],
  twins: ["prepare", "tag", "again", "conflict", "lag"],
  faults: ["disabled", "offline", "conflict", "quota"],
};

describe("with a relay", { concurrency: LESSONS.length }, () => {
  for (const lesson of LESSONS) {
    test(`lesson ${lesson}`, visit(async ({ open, prefix }) => {
      const opened = await open(withRelay, relayed, lesson);
      const confirmed = await performAll(lesson, opened);
      assert.deepEqual(confirmed, CONFIRMED_WITH_RELAY[lesson] ?? []);
      const { deviceId } = await byHand(relayed, "GET", `/devices/${deviceOf(lesson, prefix)}`);
      assert.equal(deviceId, deviceOf(lesson, prefix), "the device is on the live hub");
      await opened.live.leave();
      await assert.rejects(byHand(relayed, "GET", `/devices/${deviceId}`), /DeviceNotFound/, "and gone with the page");
    }));
  }
});

describe("without a relay", { concurrency: LESSONS.length }, () => {
  for (const lesson of LESSONS) {
    test(`lesson ${lesson}`, visit(async ({ open, prefix }) => {
      const opened = await open(withoutRelay, direct, lesson);
      const confirmed = await performAll(lesson, opened, async (_, index) => {
        // What the first step asks for is done elsewhere.
        if (index === 0) await handOver(opened.page, direct, deviceOf(lesson, prefix));
      });
      assert.deepEqual(confirmed, CONFIRMED_WITHOUT_RELAY[lesson]);
    }));
  }
});
