"""Readers that share the partitions among themselves, that begin in each partition elsewhere, and that only wait."""

import threading
import time

from azure.eventhub._eventprocessor.in_memory_checkpoint_store import InMemoryCheckpointStore
from azure.eventhub._pyamqp import Connection
from azure.eventhub._pyamqp.sasl import SASLAnonymousCredential
from telemetry import LATEST, Reading, body, reader, sent_by
from waiting import until

PARTITIONS = {"0", "1", "2", "3"}

# What a reader promises to be heard within, in seconds, and so expects of the hub.
IDLE = 1


class Sharing:
    """A reader that takes its share of the partitions, and writes down how far it has come."""

    def __init__(self, hub, store):
        self.owned, self.bodies = set(), []
        self._client = reader(
            hub.eventhub_emulator,
            "sharing",
            checkpoint_store=store,
            load_balancing_interval=0.3,
            partition_ownership_expiration_interval=3,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._client.close()
        self._thread.join(20)

    def _read(self):
        self._client.receive(
            on_event=self._take,
            on_partition_initialize=lambda partition: self.owned.add(partition.partition_id),
            on_partition_close=lambda partition, reason: self.owned.discard(partition.partition_id),
            starting_position="-1",
            max_wait_time=0.2,
        )

    def _take(self, partition, event):
        if event:
            self.bodies.append(body(event))
            partition.update_checkpoint(event)


def test_two_readers_share_the_partitions_and_take_over_from_each_other(hub, device, connect):
    sender = connect(device.connection_string)
    store = InMemoryCheckpointStore()
    sender.send_message(f"first {device.id}")
    with Sharing(hub, store) as one:
        until("one to have all", lambda: one.owned == PARTITIONS)
        until("the first event", lambda: f"first {device.id}".encode() in one.bodies)
        with Sharing(hub, store) as other:
            halves = lambda: len(one.owned) == len(other.owned) == 2 and one.owned | other.owned == PARTITIONS
            until("each to have half of them", halves)
        until("one to have all again", lambda: one.owned == PARTITIONS)
        sender.send_message(f"last {device.id}")
        until("the last event", lambda: f"last {device.id}".encode() in one.bodies)
    # What was written down is not read again.
    for text in (f"first {device.id}", f"last {device.id}"):
        assert (one.bodies + other.bodies).count(text.encode()) == 1


def test_each_partition_may_begin_elsewhere(hub, device, connect, event_log):
    sender = connect(device.connection_string)
    for number in range(5):
        sender.send_message(str(number))
    partition, third = event_log.of(device, 5)[2]
    position = {**dict.fromkeys(PARTITIONS, LATEST), partition: third.sequence_number}
    inclusive = {**dict.fromkeys(PARTITIONS, False), partition: True}
    with Reading(reader(hub.eventhub_emulator), position, starting_position_inclusive=inclusive) as reading:
        is_meant = sent_by(device.id)
        assert [body(reading.next(is_meant)[1]) for _ in range(3)] == [b"2", b"3", b"4"]
        assert reading.is_quiet(is_meant)


def test_a_connection_on_which_nothing_happens_stays_open(hub):
    connection = Connection(
        f"amqps://{hub.hostname}",
        idle_timeout=IDLE,
        sasl_credential=SASLAnonymousCredential(),
        connection_verify=hub.ca,
    )
    connection.open(wait=True)
    end = time.monotonic() + 4 * IDLE
    while time.monotonic() < end:
        # Closes by itself if it has heard nothing, not even an empty frame, for as long as it promised.
        connection.listen(wait=0.1)
        assert connection.state.name == "OPENED"
    connection.close()
