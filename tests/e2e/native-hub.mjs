// The native program as a hub of its own, and clients that speak with it byte by byte: what no SDK would send is sent
// as well.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { fileURLToPath } from "node:url";
import packets from "mqtt-packet";
import { until } from "./harness.mjs";

const PROGRAM = process.env.IOTHUB_PLAYGROUND
  ?? fileURLToPath(new URL("../../target/debug/iothub-playground", import.meta.url));

/** How long a program may take to start, in milliseconds: two files of tests run at a time, on a busy machine. */
const STARTING = 20_000;

const FREE_PORTS = ["--https", "--mqtts", "--amqps", "--amqp", "--admin"].flatMap((name) => [name, "0"]);

/** A shared access signature for a part of the hub. */
export function sign(resource, key, policy) {
  const scope = encodeURIComponent(resource);
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(`${scope}\n${expiry}`).digest("base64");
  const name = policy ? `&skn=${policy}` : "";
  return `SharedAccessSignature sr=${scope}&sig=${encodeURIComponent(signature)}&se=${expiry}${name}`;
}

/** What a program printed, without the keys that it prints for its user. */
const withoutKeys = (text) => text.replaceAll(/(SharedAccessKey=)[^;\s"]+/g, "$1[redacted]");

/**
 * Runs the program as a hub with its data in a folder, and waits until it lets clients in: `{ connections, stop, kill }`,
 * the first of them what leads to it.
 */
export async function runHub(folder, options) {
  const file = join(folder, "connections.json");
  // That of a hub which ran here before would lead to nobody.
  await rm(file, { force: true });
  const program = spawn(PROGRAM, ["hub", "--data", folder, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [program.stdout, program.stderr]) {
    stream.on("data", (text) => { printed = (printed + text).slice(-20_000); });
  }
  let end = null;
  const ended = new Promise((done) => {
    program.once("error", done);
    program.once("exit", (code, signal) => done(code ?? signal));
  }).then((how) => { end = how; });
  const kill = () => {
    program.kill("SIGKILL");
    return ended;
  };
  try {
    const told = await until("a hub to start", () => {
      assert.equal(end, null, `${PROGRAM} ended instead of starting:\n${withoutKeys(printed)}`);
      return readFile(file, "utf8").catch(() => null);
    }, STARTING);
    return {
      connections: JSON.parse(told),
      kill,
      async stop() {
        program.kill("SIGTERM");
        await ended;
        assert.equal(end, 0, `the hub ended badly:\n${withoutKeys(printed)}`);
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** Starts a hub on free ports that keeps nothing, with its admin page at `origin`. */
export async function startHub(hostname = "localhost") {
  const folder = await mkdtemp(join(tmpdir(), "iothub-e2e-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const options = ["--ephemeral", "--hostname", hostname, "--log", "off", ...FREE_PORTS];
  const program = await runHub(folder, options).catch(async (error) => {
    await remove();
    throw error;
  });
  const { ca, ports, admin, iothubowner, service } = program.connections;
  const key = /SharedAccessKey=(.*)$/.exec(iothubowner)[1];
  const trusted = { host: "127.0.0.1", servername: hostname, ca: await readFile(ca) };
  return {
    origin: new URL(admin).origin,
    ports,
    /** What opens the hub for a service program. */
    service,
    end: program.stop,
    async close() {
      await program.kill();
      await remove();
    },
    /** Asks over REST as the owner, and gives the status and the body. */
    ask: (method, path, body, headers = {}) => ask({ ...trusted, port: ports.https }, method, path, body, {
      host: hostname, authorization: sign(hostname, key, "iothubowner"), ...headers,
    }),
    /** Registers a device, and gives its key. */
    async register(id) {
      const { status, body } = await this.ask("PUT", `/devices/${encodeURIComponent(id)}`, JSON.stringify({ deviceId: id }));
      if (status !== 200) throw new Error(`${status}: ${body}`);
      return JSON.parse(body).authentication.symmetricKey.primaryKey;
    },
    /** Opens MQTT as a device, with another client id or agent if these are given. */
    device: (id, deviceKey, more = {}) => device({ ...trusted, port: ports.mqtts }, id, deviceKey, more),
  };
}

function ask(hub, method, path, body, headers) {
  return new Promise((answered, failed) => {
    const asked = request({ ...hub, method, path: `${path}?api-version=2021-04-12`, headers }, async (response) => {
      let text = "";
      for await (const piece of response) text += piece;
      answered({ status: response.statusCode, body: text });
    });
    asked.on("error", failed);
    asked.end(body);
  });
}

async function device(hub, id, key, { clientId = id, agent = "test" }) {
  const socket = connect(hub);
  const parser = packets.parser();
  const received = [];
  let isClosed = false;
  parser.on("packet", (packet) => received.push(packet));
  socket.on("data", (bytes) => parser.parse(bytes));
  socket.on("error", () => {});
  socket.on("close", () => { isClosed = true; });
  const send = (packet) => socket.write(packets.generate(packet));
  const next = (kind) => until(`${kind} from the hub`, () => {
    const at = received.findIndex(({ cmd }) => cmd === kind);
    return at >= 0 && received.splice(at, 1)[0];
  });
  send({
    cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId, keepalive: 60,
    username: `${hub.servername}/${id}/?api-version=2021-04-12&DeviceClientType=${encodeURIComponent(agent)}`,
    password: Buffer.from(sign(`${hub.servername}/devices/${id}`, key)),
  });
  const { returnCode } = await next("connack");
  let messageId = 0;
  return {
    /** What the hub said to the connection: 0 let it in. */
    returnCode,
    /** Sends telemetry, and waits until the hub has it. */
    async telemetry(payload, properties = "") {
      messageId += 1;
      send({ cmd: "publish", topic: `devices/${id}/messages/events/${properties}`, payload, qos: 1, messageId });
      await next("puback");
    },
    /** Publishes where a device may not, which ends the connection. */
    async publishElsewhere(topic) {
      send({ cmd: "publish", topic, payload: "x", qos: 0 });
      await until("the hub to hang up", () => isClosed);
    },
    close: () => socket.destroy(),
  };
}
