// Runs before the first paint: the theme, the worker, and the page's module, as early as possible.
// Plain JavaScript, so that it still works when the module does not.
(() => {
  "use strict";
  const here = document.currentScript;
  const root = document.documentElement;
  root.dataset.scripts = "on";

  // The theme that was chosen in an earlier visit; see src/app/src/storage.rs.
  try {
    const kept = localStorage.getItem("iot-hub-playground") ?? "";
    const theme = /^theme (light|dark)$/m.exec(kept);
    if (theme) root.dataset.theme = theme[1];
  } catch {
    // Nothing was kept, or the storage is switched off: the system's theme it is.
  }
  // The text that is already in the page belongs to lessons; the first page has another.
  if (/^#?\/?$/.test(location.hash)) root.dataset.first = "home";

  // Says calmly that the page stopped. The words are in the template, in the reader's language.
  let stopped = false;
  globalThis.showPanic = (report) => {
    if (stopped) return;
    stopped = true;
    // What made the page stop may lie in the hub that was kept: the next visit begins with a new one.
    try {
      localStorage.removeItem("iot-hub-playground-hub");
    } catch {
      // Nothing was kept.
    }
    const show = () => {
      const page = document.getElementById("panic-page").content.cloneNode(true);
      const details = page.querySelector("pre");
      details.textContent = `${report}\n\n${navigator.userAgent}`;
      page.querySelector("#panic-reload").addEventListener("click", () => location.reload());
      page.querySelector("#panic-copy").addEventListener("click", async () => {
        getSelection().selectAllChildren(details);
        try {
          await navigator.clipboard.writeText(details.textContent);
        } catch {
          document.execCommand("copy");
        }
        document.getElementById("panic-copied").hidden = false;
      });
      document.body.replaceChildren(page);
      document.getElementById("panic-title").focus();
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
    else show();
  };

  // The bench. It sets `ready` with its first message, which may come before the page listens.
  const bench = new Worker("worker.js");
  bench.addEventListener("message", ({ data }) => {
    bench.ready = true;
    if (data && data.panic) showPanic(data.panic);
  });
  bench.addEventListener("error", (event) => showPanic(event.message || "worker.js does not load"));
  globalThis.bench = bench;

  globalThis.loadChart = () => import("./chart.js");

  // The page's module. A failure in it after a panic is the panic's echo.
  import(here.dataset.module)
    .then((module) => module.default({ module_or_path: here.dataset.wasm }))
    .catch((error) => showPanic(String(error)));
})();
