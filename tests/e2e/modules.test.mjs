// What the modules hold besides the program.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIST } from "./site.mjs";

test("the modules do not tell where they were built", async () => {
  const names = (await readdir(DIST)).filter((name) => name.endsWith(".wasm"));
  assert.equal(names.length, 4);
  const places = [homedir(), fileURLToPath(new URL("../..", import.meta.url))];
  for (const name of names) {
    const module = await readFile(join(DIST, name), "latin1");
    for (const place of places) {
      const at = module.indexOf(`${place.replace(/[\\/]$/, "")}/`);
      assert.ok(at < 0, `${name} holds ${JSON.stringify(module.slice(at, at + 100))}`);
    }
  }
});
