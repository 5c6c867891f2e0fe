"""Reading events as a service program does, over the Event Hubs-compatible endpoint."""

import threading
import time
from queue import Empty, Queue

from azure.eventhub import EventHubConsumerClient

from waiting import LIMIT, QUIET

OLDEST = "-1"
LATEST = "@latest"


def reader(connection_string, consumer_group="$Default", **options):
    """A client that tells of a failure at once instead of trying for minutes."""
    return EventHubConsumerClient.from_connection_string(
        connection_string, consumer_group, retry_total=0, **options
    )


class Reading:
    """Reads on a thread of its own until it is stopped."""

    def __init__(self, client, position=OLDEST, **options):
        self._client = client
        self._events = Queue()
        self._errors = Queue()
        self._thread = threading.Thread(
            target=client.receive_batch,
            args=[self._take],
            kwargs={
                "on_error": lambda partition, error: self._errors.put(error),
                "starting_position": position,
                "max_wait_time": 0.2,
                **options,
            },
            daemon=True,
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._client.close()
        self._thread.join(LIMIT)

    def _take(self, partition, events):
        for event in events:
            self._events.put((partition.partition_id, event))

    def next(self, is_meant=lambda event: True, limit=LIMIT):
        """The next event that is meant, and its partition. A failure to read is raised."""
        end = time.monotonic() + limit
        while True:
            try:
                partition, event = self._events.get(timeout=0.05)
            except Empty:
                if not self._errors.empty():
                    raise self._errors.get() from None
                assert time.monotonic() < end, f"no event came within {limit} s"
            else:
                if is_meant(event):
                    return partition, event

    def is_quiet(self, is_meant=lambda event: True):
        """Whether no event comes for a while that is meant."""
        try:
            self.next(is_meant, QUIET)
        except AssertionError:
            return True
        return False

    def has_begun(self):
        """Whether any event has come that was not taken yet."""
        return not self._events.empty()

    def error(self, limit=LIMIT):
        """The first failure that is told."""
        try:
            return self._errors.get(timeout=limit)
        except Empty:
            raise AssertionError(f"reading went on for {limit} s") from None


class EventLog:
    """All events of a hub, read once and kept, so that a test need not read them anew."""

    def __init__(self, hub):
        # In a consumer group of its own: elsewhere, a test may take a partition for its reader alone.
        self._reading = Reading(reader(hub.eventhub_emulator, "event-log"))
        self._events = {}

    def __enter__(self):
        self._reading.__enter__()
        return self

    def __exit__(self, *_):
        self._reading.__exit__()

    def of(self, device, count):
        """The first `count` events of a device, oldest first, each with its partition."""
        known = self._events.setdefault(device.id, [])
        while len(known) < count:
            partition, event = self._reading.next()
            sender = system(event, "iothub-connection-device-id")
            self._events.setdefault(sender, []).append((partition, event))
        return known[:count]


def sent_by(device_id):
    return lambda event: system(event, "iothub-connection-device-id") == device_id


def system(event, name):
    """A system property as text: names and values arrive as bytes."""
    return text(event.system_properties.get(name.encode()))


def properties(event):
    """The custom properties as text."""
    return {text(name): text(value) for name, value in (event.properties or {}).items()}


def body(event):
    return b"".join(event.body)


def text(value):
    return value.decode() if isinstance(value, bytes) else value
