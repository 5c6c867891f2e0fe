// axe-core finds nothing to complain about on any page: in every language, light and dark, on a desktop and on a phone.

import { test } from "node:test";
import { EXAMINED, assertAccessible, pages } from "./axe.mjs";
import { AS_PHONE, visit } from "./harness.mjs";

// Colours are the same in every language.
const LANGUAGES = { en: ["light", "dark"], ko: ["light"], ru: ["dark"] };

for (const [locale, schemes] of Object.entries(LANGUAGES)) {
  for (const [screen, options] of Object.entries({ "a desktop": {}, "a phone": AS_PHONE })) {
    const visitor = { ...options, ...EXAMINED, problemsExpected: true };
    test(`every page in ${locale}, on ${screen}`, visit(visitor, async ({ page, site }) => {
      for (const [name, arrive] of pages(page, site, locale, "isMobile" in options)) {
        await arrive();
        await assertAccessible(page, `${name} in ${locale}`, schemes);
      }
    }));
  }
}
