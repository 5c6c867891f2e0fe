// Starts what speaks AMQP with a live hub. Its module is fetched while its glue is read.
const wasm = fetch("amqp_bg.wasm");
importScripts("amqp.js");
wasm_bindgen({ module_or_path: wasm }).catch((error) => {
  postMessage({ panic: String(error) });
});
