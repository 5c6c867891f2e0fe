// Starts the bench. Its module is fetched while its glue is read.
const wasm = fetch("bench_bg.wasm");
importScripts("bench.js");
wasm_bindgen({ module_or_path: wasm }).catch((error) => {
  postMessage({ panic: String(error) });
});

// What takes the place of the bench when a live hub is asked for. A browser remembers a script that could not be
// fetched; under another name it is asked for again.
let attempts = 0;
globalThis.loadLiveBench = async () => {
  const script = attempts ? `./live-bench.js?${attempts}` : "./live-bench.js";
  attempts += 1;
  const bench = await import(script);
  await bench.default({ module_or_path: fetch("live-bench_bg.wasm") });
  return bench;
};
