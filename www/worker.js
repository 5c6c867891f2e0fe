// Starts the bench. Its module is fetched while its glue is read.
const wasm = fetch("bench_bg.wasm");
importScripts("bench.js");
wasm_bindgen({ module_or_path: wasm }).catch((error) => {
  postMessage({ panic: String(error) });
});
