// What Node.js has and a browser has not. The usual stand-ins wait for timers, which would slow the peers down.
export { Buffer } from "buffer";

export const process = {
  env: {},
  version: "v22.0.0",
  versions: {},
  browser: true,
  nextTick: (call, ...given) => queueMicrotask(() => call(...given)),
  on() {},
  emitWarning() {},
};

const waiting = [];
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => waiting.shift()?.();

export const setImmediate = (call, ...given) => {
  waiting.push(() => call(...given));
  port2.postMessage(null);
};
