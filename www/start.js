// Runs before the first paint: the language, the theme, and the page's module, as early as possible.
// Plain JavaScript, so that it still works when the module does not.
(() => {
  "use strict";
  const here = document.currentScript;
  const root = document.documentElement;
  root.dataset.scripts = "on";

  // The site may lie in any folder; this script lies at its top.
  const base = new URL(".", here.src);
  globalThis.siteBase = base.pathname;

  let kept = "";
  try {
    kept = localStorage.getItem("iot-hub-playground") ?? "";
  } catch {
    // The storage is switched off: nothing was kept.
  }

  // Every language has a folder. Who comes to the one above them goes on to their own.
  if (/^(index\.html)?$/.test(location.pathname.slice(base.pathname.length))) {
    const known = [...document.querySelectorAll("link[hreflang]")].map((link) => link.hreflang);
    const chosen = /^locale (\w+)$/m.exec(kept)?.[1];
    const wanted = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0].toLowerCase())];
    const language = wanted.find((tag) => known.includes(tag)) ?? known[0];
    // Addresses of old, such as #/telemetry/send, were behind the # altogether.
    const [, lesson, step] = /^#\/([\w-]+)(?:\/([\w-]+))?$/.exec(location.hash) ?? [];
    const page = lesson ? `${lesson}/${step ? `#${step}` : ""}` : location.hash;
    location.replace(new URL(`${language}/${page}`, base));
    return;
  }

  // The theme that was chosen in an earlier visit; see src/app/src/storage.rs.
  const theme = /^theme (light|dark)$/m.exec(kept);
  if (theme) root.dataset.theme = theme[1];

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

  // The bench. The page asks for it once it is drawn. Whoever waits for `benchHeard` may speak to it.
  let heard;
  globalThis.benchHeard = new Promise((done) => { heard = done; });
  globalThis.startBench = () => {
    const bench = new Worker(new URL("worker.js", base));
    bench.addEventListener("message", () => heard(bench), { once: true });
    bench.addEventListener("message", keepOffline, { once: true });
    bench.addEventListener("message", ({ data }) => {
      if (data && data.panic) showPanic(data.panic);
    });
    bench.addEventListener("error", (event) => showPanic(event.message || "worker.js does not load"));
    return bench;
  };

  // The site without a network, from the second visit on. Nothing of it may hold up the bench.
  const offline = document.querySelector("meta[name=offline]")?.content;
  const keepOffline = async () => {
    if (!offline || !navigator.serviceWorker) return;
    let registration;
    try {
      registration = await navigator.serviceWorker.register(new URL(offline, base));
    } catch {
      // Switched off, or not served over https: the site works all the same.
      return;
    }
    if (!registration) return;
    const tell = (waiting) => {
      // Without an older version there is nothing to be replaced.
      if (!waiting || !navigator.serviceWorker.controller || document.querySelector(".update-bar")) return;
      const bar = document.getElementById("update-bar").content.cloneNode(true);
      bar.querySelector("button").addEventListener("click", () => {
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
        waiting.postMessage("load the new version");
      });
      document.body.append(bar);
    };
    tell(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming.addEventListener("statechange", () => {
        if (coming.state === "installed") tell(registration.waiting);
      });
    });
  };

  // The learner's own hub: its dialog and its bar, and a word on one that was left by loading the page anew.
  globalThis.openHub = () => import("./hub.js").then(({ open }) => open());
  addEventListener("click", async ({ target }) => {
    const button = target instanceof Element && target.closest("[data-hub]");
    if (!button || button.ariaBusy === "true") return;
    document.querySelector(".hub-not-loaded")?.remove();
    button.ariaBusy = "true";
    try {
      await openHub();
    } catch {
      // Without a network, and not kept from an earlier visit. The button has the words for it.
      const note = Object.assign(document.createElement("p"), { className: "hub-not-loaded", role: "alert", textContent: button.dataset.hub });
      button.after(note);
    } finally {
      button.ariaBusy = null;
    }
  });
  try {
    if (sessionStorage.getItem("iot-hub-playground-live") !== null) import("./hub.js").then(({ tellOfEarlier }) => tellOfEarlier());
  } catch {
    // The storage is switched off: nothing was kept.
  }

  globalThis.loadSearch = (field) => import("./search.js").then(({ attach }) => attach(field));
  globalThis.loadChart = () => import("./chart.js");

  // The page's module. A failure in it after a panic is the panic's echo.
  Promise.all([import(here.dataset.module), import("./words.js")])
    .then(([module, { newWords }]) => {
      globalThis.newWords = newWords;
      return module.default({ module_or_path: new URL(here.dataset.wasm, base) });
    })
    .catch((error) => showPanic(String(error)));
})();
