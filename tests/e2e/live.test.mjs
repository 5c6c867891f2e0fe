// The lessons on a live hub: `iothub-playground hub` over TLS, of another origin than the page. With the relay of
// `iothub-playground serve`, and from a static site, where the learner does by hand what a browser may not. Each hub is
// stopped in the middle of its lessons, and started again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LESSONS, lessonPage, stepsOf } from "./course.mjs";
import { until } from "./harness.mjs";
import { byHand, isOver, liveHub, meeting, register, shared, startLive } from "./live.mjs";

/** The device of each lesson, after its prefix. */
const DEVICES = { methods: "MyPythonDevice" };
const deviceOf = (lesson, prefix) => `${prefix}${DEVICES[lesson] ?? "MyFirstPythonDevice"}`;

/** What a learner waits for in real time is made short, but for the three events in whose reading the hub goes away. */
const SETTINGS = {
  telemetry: { send: { "interval-seconds": "10" }, retry: { "interval-seconds": "1" } },
  messages: { expire: { "time-to-live-seconds": "5" } },
};

/** How long a step may take: a hub gathers feedback for fifteen seconds, and a machine may be busy. */
const STEP = 60_000;

/** The same where the hub was away for a while: a device may wait for a minute before it tries again. */
const INTERRUPTED_STEP = 2 * STEP;

/** Waits until a program has printed something. */
const prints = (text) => ({ page }) => page.locator(".console-line").getByText(text).first().waitFor();

/**
 * The steps in which the hub is away. Some are under way when it goes: they wait for events or for feedback, or have shown
 * a fault that is not mended. Some are begun, or mended, while it is away.
 *
 * All lessons are waited for before them, so that no step which goes on by itself is over when the hub goes: a lesson is
 * ready before its step, or before the one that sends the first event.
 */
const MIDDLE = {
  telemetry: { step: "read", isUnderWay: prints("==== From: "), readyBefore: "send" },
  methods: { step: "call", isPressedAway: true },
  messages: { step: "send", isUnderWay: prints("Waiting for feedback.") },
  twins: { step: "again", isPressedAway: true },
  faults: { step: "expired-token", isUnderWay: ({ at }) => at.stands("not-yet"), isPressedAway: true },
};

const world = shared(startLive);

let visits = 0;

/** Tests a lesson in a context of its own, with a way to open its page and a prefix for the ids of its devices. */
const testLesson = (lesson, outage, act) => test(`lesson ${lesson}`, async () => {
  visits += 1;
  const prefix = `t${visits}-`;
  try {
    await world.visit((context) => act({
      prefix, open: (site, hub) => openLesson(context, site, hub, lesson, prefix),
    }));
  } finally {
    outage.miss(lesson);
  }
});

/** How the open step stands. */
const stateOf = ({ panel }) => panel.getAttribute("data-state");

/** Opens a lesson, and goes to a live hub. */
async function openLesson(context, site, hub, lesson, prefix) {
  const page = await context.newPage();
  await page.goto(`${site.root}en/${lesson}/`);
  const live = liveHub(page);
  await live.connect(hub.strings.iothubowner, { prefix });
  return { page, live, hub, lesson, at: lessonPage(page) };
}

/** The presses of the open step's button, and when another one is due. */
async function presses({ page, at }) {
  const label = await at.run.innerText();
  const failures = () => page.locator(".console-line.error").count();
  let failed = await failures();
  let mends = false;
  const press = async () => {
    failed = await failures();
    await at.run.click();
  };
  return {
    press,
    /** A step that breaks something first is mended by a second press. A program that has failed since is tried again. */
    async again(mayFail) {
      const isMendedNext = !mends && (await at.run.innerText()) !== label;
      mends ||= isMendedNext;
      if (isMendedNext || (mayFail && (await failures()) > failed)) await press();
    },
  };
}

/**
 * Does the open step by its button, and by the learner's word where the check cannot ask. Gives whether it was confirmed.
 * With an outage, the hub goes away meanwhile.
 */
async function perform(opened, step, outage) {
  const { page, at } = opened;
  for (const [id, value] of Object.entries(SETTINGS[opened.lesson]?.[step] ?? {})) {
    await page.locator(`#setting-${id}`).fill(value);
  }
  const button = await presses(opened);
  if (outage) {
    await endure(opened, button, outage);
  } else {
    await button.press();
  }
  const confirmed = await finish(opened, button, Boolean(outage));
  if (outage) await isOver(opened.live);
  return confirmed;
}

/** Does what there is to do in the open step while the hub goes away, and sees the page say so. */
async function endure(opened, button, outage) {
  const { live, hub, lesson, at } = opened;
  const { isUnderWay, isPressedAway } = MIDDLE[lesson];
  if (isUnderWay) {
    await button.press();
    await isUnderWay(opened);
  }
  await outage.begin(lesson);
  if (isPressedAway) await button.press();
  await live.trouble.getByText(hub.hostname).waitFor();
  // What needs no hub until it is pressed again has nothing to try.
  const triesAgain = hub === world.relayed || lesson !== "faults";
  if (triesAgain) await live.bar.getByText(/^Next try in \d+ s$/).waitFor();
  assert.notEqual(await stateOf(at), "passed", "nothing is passed without the hub");
  await outage.end(lesson);
}

/** Sees the open step passed. */
async function finish({ page, live, at }, button, isInterrupted) {
  const says = async () => `${await at.panel.innerText()}\n${await live.bar.innerText()}`;
  const printed = async () => (await page.locator(".console").allInnerTexts()).map((text) => text.slice(-1_000)).join("\n");
  let confirmed = false;
  let said = "";
  const isPassed = async () => {
    said = await says();
    const state = await stateOf(at);
    if (state === "to-confirm" && !confirmed) {
      confirmed = true;
      await page.locator("#confirm").click();
    }
    if (state === "not-yet") await button.again(isInterrupted);
    return state === "passed";
  };
  const limit = isInterrupted ? INTERRUPTED_STEP : STEP;
  await until(async () => `the step to be passed: ${said}\n${await printed()}`, isPassed, limit);
  // A message without words would show its id.
  assert.doesNotMatch(said, /\b(check|refused|verdict|step|to-confirm|why)-[a-z]+-/);
  return confirmed;
}

/** Does all steps of a lesson, in the middle of which the hub goes away, and gives the ids of those that were confirmed. */
async function performAll(opened, outage) {
  const confirmed = [];
  const steps = await stepsOf("en", opened.lesson);
  const { step, readyBefore = step } = MIDDLE[opened.lesson];
  for (const [index, { id }] of steps.entries()) {
    await opened.at.opened(id);
    if (id === readyBefore) await outage.ready(opened.lesson);
    if (await perform(opened, id, id === step ? outage : null)) confirmed.push(id);
    if (index < steps.length - 1) await opened.at.next.click();
  }
  return confirmed;
}

/** A hub is stopped once all lessons are in their middle, and started again once all have seen that it is away. */
function outageOf(hub) {
  const ready = meeting(LESSONS);
  const stopped = meeting(LESSONS, () => world[hub].stop());
  const started = meeting(LESSONS, () => world[hub].start());
  return {
    ready: ready.come,
    begin: stopped.come,
    end: started.come,
    /** A lesson that has failed keeps no other from going on. */
    miss(lesson) {
      for (const it of [ready, stopped, started]) it.miss(lesson);
    },
  };
}

/** The learner registers the device elsewhere, and pastes its string. */
async function handOver({ page, hub }, deviceId) {
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

// Most of a lesson is waiting for a hub, and the lessons of a hub wait for one another.
describe("lessons on a live hub", { concurrency: 2 }, () => {
  describe("with a relay", { concurrency: LESSONS.length }, () => {
    const outage = outageOf("relayed");
    for (const lesson of LESSONS) {
      testLesson(lesson, outage, async ({ open, prefix }) => {
        const { relayed, withRelay } = world;
        const opened = await open(withRelay, relayed);
        const confirmed = await performAll(opened, outage);
        assert.deepEqual(confirmed, CONFIRMED_WITH_RELAY[lesson] ?? []);
        const { deviceId } = await byHand(relayed, "GET", `/devices/${deviceOf(lesson, prefix)}`);
        assert.equal(deviceId, deviceOf(lesson, prefix), "the device is on the live hub");
        await opened.live.leave();
        await assert.rejects(byHand(relayed, "GET", `/devices/${deviceId}`), /DeviceNotFound/, "and gone with the page");
      });
    }
  });

  describe("without a relay", { concurrency: LESSONS.length }, () => {
    const outage = outageOf("direct");
    for (const lesson of LESSONS) {
      testLesson(lesson, outage, async ({ open, prefix }) => {
        const { direct, withoutRelay } = world;
        const opened = await open(withoutRelay, direct);
        // What the first step asks for is done elsewhere.
        await handOver(opened, deviceOf(lesson, prefix));
        const confirmed = await performAll(opened, outage);
        assert.deepEqual(confirmed, CONFIRMED_WITHOUT_RELAY[lesson]);
      });
    }
  });
});
