// The same work done in JavaScript: mqtt.js publishes to the broker aedes over a stream in memory, and another mqtt.js
// client reads what arrives.

import { Aedes } from "aedes";
// Its client alone: the bundle that is published for browsers waits for timers between two steps.
import client from "../node_modules/mqtt/build/lib/client.js";
import { Duplex } from "readable-stream";

/** Two streams, of which each reads what the other writes. */
function pair() {
  const end = () => new Duplex({
    read() {
      const { more } = this;
      this.more = null;
      more?.();
    },
    write(chunk, _encoding, done) {
      if (this.other.push(chunk)) done();
      else this.other.more = done;
    },
    final(done) {
      this.other.push(null);
      done();
    },
  });
  const ends = [end(), end()];
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

const connected = (mqtt) => new Promise((done, fail) => {
  mqtt.once("connect", done);
  mqtt.once("error", fail);
});

/** A client of the broker. */
async function connect(broker, clientId) {
  const mqtt = new client.default(() => {
    const [ours, brokers] = pair();
    broker.handle(brokers);
    return ours;
  }, { clientId, keepalive: 0, reconnectPeriod: 0, protocolVersion: 4 });
  await connected(mqtt);
  return mqtt;
}

/** Delivers messages of a device to a reader, at most so many at a time without PUBACK, and tells the milliseconds. */
export async function deliver(messages, inFlight, topic, body) {
  const broker = await Aedes.createBroker();
  const [device, reader] = [await connect(broker, "device"), await connect(broker, "reader")];
  await new Promise((done) => reader.subscribe("devices/#", { qos: 0 }, done));
  let arrived = 0;
  let acknowledged = 0;
  const started = performance.now();
  await new Promise((done, fail) => {
    let sent = 0;
    const isDone = () => arrived === messages && acknowledged === messages;
    reader.on("message", (_topic, payload) => {
      if (payload.length !== body.length) fail(new Error(`${payload.length} bytes arrived`));
      arrived += 1;
      if (isDone()) done();
    });
    const send = () => {
      if (sent === messages) return;
      sent += 1;
      device.publish(topic, body, { qos: 1 }, (error) => {
        if (error) fail(error);
        acknowledged += 1;
        if (isDone()) done();
        send();
      });
    };
    for (let first = 0; first < inFlight; first += 1) send();
  });
  const took = performance.now() - started;
  device.end(true);
  reader.end(true);
  await new Promise((done) => broker.close(done));
  return took;
}
