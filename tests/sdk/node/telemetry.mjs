// Reading events as a service program does, over the Event Hubs-compatible endpoint.

import { earliestEventPosition, EventHubConsumerClient } from "@azure/event-hubs";
import { connections, Inbox, until } from "./bench.mjs";

/** A client that tells of a failure at once instead of trying for minutes. */
export const reader = (connectionString, options = {}) =>
  new EventHubConsumerClient("$Default", connectionString, { retryOptions: { maxRetries: 0 }, ...options });

/** Reads until it is closed. */
export class Reading {
  #client;
  #subscription;
  events = new Inbox("event");
  errors = new Inbox("failure to read");

  /** Reads one partition, or all of them if none is named. */
  constructor(client, { partition, startPosition = earliestEventPosition, ...options } = {}) {
    this.#client = client;
    const handlers = {
      processEvents: async (events, context) =>
        events.forEach((event) => this.events.put(Object.assign(event, { partition: context.partitionId }))),
      processError: async (error) => this.errors.put(error),
    };
    const all = { startPosition, maxWaitTimeInSeconds: 1, ...options };
    this.#subscription = partition === undefined
      ? client.subscribe(handlers, all)
      : client.subscribe(partition, handlers, all);
  }

  /** The next event of a device. A failure to read is thrown. */
  next = (deviceId) => until("event", () => {
    const error = this.errors.take();
    if (error) throw error;
    return this.events.take(sentBy(deviceId));
  });

  isQuiet = (deviceId) => this.events.isQuiet(sentBy(deviceId));

  async close() {
    await this.#subscription.close();
    await this.#client.close();
  }
}

export const sentBy = (deviceId) => (event) => event.systemProperties["iothub-connection-device-id"] === deviceId;

/** The first `count` events that a device has sent, each with its `partition`. */
export async function eventsOf(deviceId, count) {
  const reading = new Reading(reader(connections.eventhub_emulator));
  try {
    const events = [];
    while (events.length < count) events.push(await reading.next(deviceId));
    return events;
  } finally {
    await reading.close();
  }
}
