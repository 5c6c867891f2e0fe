// What axe cannot see: that every control is reached by keys, in the order in which it is read, with a name, in sight and
// large enough; that live regions speak outcomes; that nothing moves for whoever wants no motion.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, EXAMINED } from "./axe.mjs";
import { AS_PHONE, tabTo, until, visit } from "./harness.mjs";
import { bench } from "./lesson-one.mjs";

/** The smallest target, in pixels. */
const TARGET = 24;

/** Opens a step and waits for the bench. */
async function open(page, site, route = "/telemetry/register") {
  await page.goto(site.at(route));
  await page.locator('.step-panel:not([data-state="running"])').waitFor();
}

/**
 * Goes through the whole page with Tab, and tells of each control: a short name for messages, the part of the page that
 * it is in, and what is wrong with it.
 */
async function walk(page) {
  await page.evaluate(() => {
    globalThis.walked = new Set();
    // The first stop of whoever has just come.
    document.querySelector(".skip-link").focus();
  });
  // From now on the browser knows that somebody uses keys, and marks the focus.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  const stops = [];
  for (let press = 0; press < 200; press += 1) {
    if (press > 0) await page.keyboard.press("Tab");
    const stop = await page.evaluate(async () => {
      // The focus may scroll a list, which then shows the way back: that is to be reached as well.
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      const element = document.activeElement;
      if (!element || element === document.body || globalThis.walked.has(element)) return null;
      globalThis.walked.add(element);
      const box = element.getBoundingClientRect();
      const part = element.closest(".header, #lesson, .step-panel, .splitter, .bench, .panel, .views");
      const style = getComputedStyle(element);
      // A radio button or a file field may lie under the picture of its label, which shows the focus then.
      const shown = [element, ...(element.labels ?? []), element.nextElementSibling].filter(Boolean);
      const hasMark = shown.some((it) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(it);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
      });
      const isSeen = (x, y) => {
        const there = document.elementFromPoint(x, y);
        return there && (element.contains(there) || there.contains(element) && there.tagName === "LABEL" || there.closest("label")?.contains(element));
      };
      const [left, right] = [Math.max(0, box.left) + 1, Math.min(innerWidth, box.right) - 1];
      const [top, bottom] = [Math.max(0, box.top) + 1, Math.min(innerHeight, box.bottom) - 1];
      const places = [[(left + right) / 2, (top + bottom) / 2], [left, top], [right, bottom], [left, bottom], [right, top]];
      return {
        what: `${element.tagName.toLowerCase()}#${element.id}.${element.className} “${element.innerText?.slice(0, 30) || element.ariaLabel || ""}”`,
        part: part?.classList.contains("splitter") ? "splitter" : part?.id || part?.className.split(" ")[0] || "",
        hasMark,
        isInSight: style.visibility === "visible" && places.some(([x, y]) => isSeen(x, y)),
      };
    });
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
}

/** The controls that can be used, each radio group and each list of tabs as one, that the walk did not come to. */
const missed = (page) => page.evaluate(() => {
  const controls = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  return [...controls].filter((control) => {
    if (control.disabled || control.tabIndex < 0 || globalThis.walked.has(control) || !control.checkVisibility()) return false;
    if (control.type === "radio") {
      return ![...globalThis.walked].some((other) => other.type === "radio" && other.name === control.name);
    }
    return true;
  }).map((control) => control.outerHTML.slice(0, 160));
});

/** The roles of what can have the focus without a name to say; the main part needs none. */
async function nameless(page, context) {
  const session = await context.newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const has = (node, name) => node.properties?.some((property) => property.name === name && property.value.value);
  return nodes
    .filter((node) => !node.ignored && has(node, "focusable") && !["RootWebArea", "main"].includes(node.role.value) && !node.name?.value?.trim())
    .map((node) => node.role.value);
}

/** Controls that are hard to hit. What stands in a line of text is as high as the line. */
const small = (page) => page.evaluate((least) => {
  const controls = document.querySelectorAll("a[href], button, input, select, textarea, summary");
  return [...controls].filter((control) => {
    if (!control.checkVisibility() || control.closest(".unseen, .skip-link")) return false;
    if (control.tagName === "A" && getComputedStyle(control).display === "inline") return false;
    const around = control.type === "radio" || control.type === "checkbox" ? control.closest("label") ?? control : control;
    const { width, height } = around.getBoundingClientRect();
    return width > 0 && (width < least - 0.5 || height < least - 0.5);
  }).map((control) => {
    const { width, height } = control.getBoundingClientRect();
    return `${width.toFixed(1)} × ${height.toFixed(1)}: ${control.outerHTML.slice(0, 140)}`;
  });
}, TARGET);

const TABS = ["wire", "events", "registry", "twin", "query", "method", "messages"];

test("Tab leads through header, lesson, bench and panel, past every control, each in sight", visit({}, async ({ page, site, context }) => {
  const at = bench(page);
  await open(page, site, "/telemetry/read");
  await at.solve.click();
  await at.sees("Passed");
  const stops = await walk(page);
  const parts = stops.map(({ part }) => part).filter((part, place, all) => part !== all[place - 1]);
  assert.deepEqual(parts, ["header", "lesson", "step-panel", "splitter", "bench", "splitter", "panel"]);
  assert.deepEqual(stops.filter(({ isInSight }) => !isInSight).map(({ what }) => what), [], "the focus is in sight");
  assert.deepEqual(stops.filter(({ hasMark }) => !hasMark).map(({ what }) => what), [], "the focus is marked");
  assert.deepEqual(await missed(page), []);
  assert.deepEqual(await nameless(page, context), []);
}));

for (const tab of TABS) {
  test(`every control of the tab ${tab} is reached and has a name`, visit({}, async ({ page, site, context }) => {
    const at = bench(page);
    await open(page, site, "/telemetry/read");
    await at.solve.click();
    await at.sees("Passed");
    await page.locator(`#tab-${tab}`).click();
    await page.locator(`#tab-content[aria-labelledby="tab-${tab}"]`).waitFor();
    const stops = await walk(page);
    assert.ok(stops.some(({ part }) => part === "panel"));
    assert.deepEqual(stops.filter(({ isInSight, hasMark }) => !isInSight || !hasMark), []);
    assert.deepEqual(await missed(page), []);
    assert.deepEqual(await nameless(page, context), []);
    assert.deepEqual(await small(page), []);
  }));
}

test("on a phone no bar hides what has the focus", visit(AS_PHONE, async ({ page, site }) => {
  await open(page, site);
  for (const [view, button] of (await page.locator(".views button").all()).entries()) {
    await button.click();
    const stops = await walk(page);
    assert.deepEqual(stops.filter(({ isInSight }) => !isInSight).map(({ what }) => what), [], `view ${view}`);
    assert.deepEqual(await missed(page), [], `view ${view}`);
    assert.deepEqual(await small(page), [], `view ${view}`);
  }
}));

for (const route of ["/", "/doctor", "/glossary"]) {
  test(`every control of ${route} is reached, named and large enough`, visit({}, async ({ page, site, context }) => {
    await page.goto(site.at(route));
    await page.locator("#search").waitFor();
    const stops = await walk(page);
    assert.deepEqual(stops.filter(({ isInSight, hasMark }) => !isInSight || !hasMark), []);
    assert.deepEqual(await missed(page), []);
    assert.deepEqual(await nameless(page, context), []);
    assert.deepEqual(await small(page), []);
  }));
}

test("splitters move with arrows, and say where they are", visit({}, async ({ page, site }) => {
  await open(page, site);
  for (const [name, forth, back, part] of [["columns", "ArrowRight", "ArrowLeft", "#lesson"], ["rows", "ArrowDown", "ArrowUp", "#cards"]]) {
    const bar = page.locator(`.splitter.${name}`);
    const measure = async () => {
      const { width, height } = await page.locator(part).boundingBox();
      return name === "columns" ? width : height;
    };
    const share = async () => Number(await bar.getAttribute("aria-valuenow"));
    await tabTo(page, bar);
    const [size, percent] = [await measure(), await share()];
    await page.keyboard.press(forth);
    await page.keyboard.press(forth);
    await until("a larger part", async () => (await measure()) > size && (await share()) > percent);
    await page.keyboard.press(back);
    await page.keyboard.press(back);
    await until("the part as it was", async () => (await share()) === percent && Math.abs((await measure()) - size) < 2);
  }
}));

test("a finger hits a splitter within 24 pixels", visit({ viewport: { width: 1180, height: 820 }, hasTouch: true, isMobile: true }, async ({ page, site }) => {
  await open(page, site);
  for (const name of ["columns", "rows"]) {
    const hits = await page.locator(`.splitter.${name}`).evaluate((bar) => {
      const { left, top, width, height } = bar.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const across = bar.classList.contains("columns") ? [[x - 11, y], [x + 11, y]] : [[x, y - 11], [x, y + 11]];
      return across.map(([x, y]) => document.elementFromPoint(x, y) === bar);
    });
    assert.deepEqual(hits, [true, true], name);
  }
}));

test("live regions speak the outcome, and none of the packets before it", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await open(page, site, "/telemetry/send");
  await page.evaluate(() => {
    globalThis.spoken = [];
    const regions = "[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]";
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const region = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target)?.closest(regions);
        const text = region?.textContent.trim();
        if (text && globalThis.spoken.at(-1) !== text) globalThis.spoken.push(text);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await at.speed(60).check({ force: true });
  await page.locator("#run").click();
  await at.sees("Passed");
  await until("many packets", async () => (await at.packets("PUBLISH").count()) >= 8);
  const spoken = await page.evaluate(() => globalThis.spoken);
  assert.equal(spoken.length, 1, JSON.stringify(spoken));
  assert.match(spoken[0], /passed/i);
}));

test("nothing moves for whoever wants no motion", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await open(page, site, "/telemetry/send");
  const moving = () => page.evaluate(() => document.getAnimations()
    .filter((animation) => animation.effect.getComputedTiming().duration > 1)
    .filter(({ effect }) => effect.getKeyframes().some((frame) => ["transform", "left", "top", "translate"].some((name) => name in frame)))
    .map(({ effect }) => effect.target.outerHTML.slice(0, 120)));
  const seen = [];
  await at.speed(60).check({ force: true });
  await page.locator("#run").click();
  await until("some packets", async () => {
    seen.push(...await moving());
    return (await at.packets("PUBLISH").count()) >= 2;
  });
  assert.deepEqual(seen, []);

  // The same is seen to move by whoever has nothing against it.
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await until("a packet on its way", async () => (await moving()).length > 0);
}));

test("the chart has a table behind it with the same values", visit({}, async ({ page, site }) => {
  const at = bench(page);
  await open(page, site, "/telemetry/read");
  await at.solve.click();
  await at.sees("Passed");
  await at.tab("Events").click();
  const picture = page.locator(".chart [role=img]");
  const said = await picture.getAttribute("aria-label");
  await page.getByRole("button", { name: "As a table" }).click();
  const cells = await page.locator(".chart tbody td:last-child").allInnerTexts();
  const numbers = cells.map(Number).filter((number) => !Number.isNaN(number));
  assert.ok(numbers.length >= 3);
  for (const number of [numbers[0], Math.min(...numbers), Math.max(...numbers)]) {
    assert.ok(said.replaceAll(",", "").includes(String(Number(number.toFixed(3)))), `${number} in “${said}”`);
  }
}));

test("larger text and spacing lose nothing", visit(EXAMINED, async ({ page, site }) => {
  await open(page, site);
  // WCAG 1.4.12: what a reader's own style may set.
  await page.addStyleTag({ content: "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }" });
  const cut = await page.evaluate(() => [...document.querySelectorAll("button, summary, .verdict, h1, h2, label")]
    .filter((element) => element.checkVisibility() && !element.closest(".unseen"))
    .filter((element) => ["hidden", "clip"].includes(getComputedStyle(element).overflowY) && element.scrollHeight > element.clientHeight + 2)
    .map((element) => element.outerHTML.slice(0, 120)));
  assert.deepEqual(cut, []);
  await assertAccessible(page, "with a reader's spacing", ["light"]);
}));
