// The broker aedes, fed over a stream in memory: `node aedes.mjs <CONNECT> <PUBLISH> <offset of its packet id>`, the
// packets in hexadecimal. For each line `<messages> <batch>` it sends so many messages, so many at a time, and prints
// their rate as JSON.

import { Duplex } from "node:stream";
import { createInterface } from "node:readline";
import { Aedes } from "aedes";

const [connect, publish] = process.argv.slice(2, 4).map((hex) => Buffer.from(hex, "hex"));
const idAt = Number(process.argv[4]);

/** The broker's end of a link. What the broker says on it is only counted, or kept as well. */
class Link extends Duplex {
  said = 0;
  awaited = Infinity;
  kept = null;

  _read() {}

  _write(chunk, _encoding, done) {
    this.take(chunk);
    done();
  }

  _writev(chunks, done) {
    for (const { chunk } of chunks) this.take(chunk);
    done();
  }

  take(chunk) {
    this.kept?.push(chunk);
    this.said += chunk.length;
    if (this.said >= this.awaited) {
      this.awaited = Infinity;
      this.arrived();
    }
  }

  /** Gives bytes to the broker, and waits until it has said so many bytes in return. */
  exchange(bytes, answer) {
    return new Promise((arrived) => {
      this.arrived = arrived;
      this.awaited = this.said + answer;
      this.push(bytes);
    });
  }
}

const PUBACK = 4;
let id = 0;

async function send(link, messages, batch) {
  const bytes = Buffer.concat(Array.from({ length: batch }, () => publish));
  for (let sent = 0; sent < messages; sent += batch) {
    // The broker is done with the batch before it is written again.
    const count = Math.min(batch, messages - sent);
    for (let packet = 0; packet < count; packet += 1) {
      id = (id % 0xffff) + 1;
      bytes.writeUInt16BE(id, packet * publish.length + idAt);
    }
    await link.exchange(bytes.subarray(0, count * publish.length), count * PUBACK);
  }
}

/** Sees to it, once, that what is counted later are the PUBACKs of what was sent. */
async function check(link) {
  link.kept = [];
  const count = 100;
  await send(link, count, count);
  const said = Buffer.concat(link.kept);
  link.kept = null;
  for (let packet = 0; packet < count; packet += 1) {
    const expected = Buffer.from([0x40, 2, 0, packet + 1]);
    if (!said.subarray(packet * PUBACK, (packet + 1) * PUBACK).equals(expected)) {
      throw new Error(`expected the PUBACK ${expected.toString("hex")}, got ${said.toString("hex")}`);
    }
  }
}

const broker = await Aedes.createBroker();
const link = new Link();
broker.handle(link);
await link.exchange(connect, 4);
await check(link);

for await (const line of createInterface({ input: process.stdin })) {
  const [messages, batch] = line.split(" ").map(Number);
  const started = process.hrtime.bigint();
  await send(link, messages, batch);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  console.log(JSON.stringify({ messages, batch, seconds, rate: messages / seconds }));
}
process.exit();
