"""Reading telemetry through azure-eventhub."""

import base64
import datetime
import itertools
import os
from types import SimpleNamespace

import pytest
from azure.eventhub import EventHubConsumerClient, TransportType
from azure.eventhub.exceptions import AuthenticationError, ConnectError, EventHubError
from telemetry import LATEST, Reading, body, properties, reader, sent_by, system
from waiting import until

DOORS = ["tls", "websockets", "emulator"]


def open_at(hub, door, **options):
    """A reader that goes in by one of the three doors."""
    if door == "emulator":
        return reader(hub.eventhub_emulator, **options)
    transport = TransportType.AmqpOverWebsocket if door == "websockets" else TransportType.Amqp
    return reader(hub.eventhub, connection_verify=hub.ca, transport_type=transport, **options)


@pytest.fixture(params=DOORS)
def client(request, hub):
    with open_at(hub, request.param) as client:
        yield client


@pytest.fixture
def quick(hub):
    """A reader without TLS, where it does not matter how it goes in."""
    with reader(hub.eventhub_emulator) as client:
        yield client


@pytest.fixture
def telling(event_log, device, connect):
    """A device that has sent ten messages, `0` to `9`, and where they are."""
    sender = connect(device.connection_string)
    for number in range(10):
        sender.send_message(str(number))
    located = event_log.of(device, 10)
    return SimpleNamespace(
        id=device.id, sender=sender, partition=located[0][0], events=[event for _, event in located]
    )


def read_from(client, device, position, count, **options):
    """The bodies of a device's events from a position on: `count` of them, and no more."""
    with Reading(client, position, partition_id=device.partition, **options) as reading:
        is_meant = sent_by(device.id)
        bodies = [body(reading.next(is_meant)[1]).decode() for _ in range(count)]
        assert reading.is_quiet(is_meant)
    return bodies


def test_the_hub_tells_its_partitions(client):
    told = client.get_eventhub_properties()
    assert told["eventhub_name"] == client.eventhub_name
    assert told["partition_ids"] == [str(number) for number in range(len(told["partition_ids"]))]
    assert len(told["partition_ids"]) >= 2
    assert client.get_partition_ids() == told["partition_ids"]
    assert told["created_at"] <= datetime.datetime.now(datetime.timezone.utc)


def test_a_partition_tells_where_it_begins_and_ends(client, telling):
    told = client.get_partition_properties(telling.partition)
    last = telling.events[-1]
    assert told["id"] == telling.partition
    assert told["eventhub_name"] == client.eventhub_name
    assert told["is_empty"] is False
    assert told["beginning_sequence_number"] <= telling.events[0].sequence_number
    assert told["last_enqueued_sequence_number"] >= last.sequence_number
    assert int(told["last_enqueued_offset"]) >= int(last.offset)
    assert told["last_enqueued_time_utc"] >= last.enqueued_time


def test_events_are_read_through_every_door(client, telling):
    assert read_from(client, telling, "-1", 10) == [str(number) for number in range(10)]


def test_a_port_in_a_custom_endpoint_is_dialled(hub, telling):
    endpoint = f"sb://{hub.hostname}:5671"
    client = open_at(hub, "tls", custom_endpoint_address=endpoint)
    assert read_from(client, telling, "-1", 10) == [str(number) for number in range(10)]


def test_all_partitions_are_read_at_once(hub, service, connect, quick):
    ids = [f"spread-{number}-{os.urandom(4).hex()}" for number in range(12)]
    for device_id in ids:
        identity = service.create_device_with_sas(device_id, None, None, "enabled")
        key = identity.authentication.symmetric_key.primary_key
        string = f"HostName={hub.hostname};DeviceId={device_id};SharedAccessKey={key}"
        connect(string).send_message(device_id)
    with Reading(quick) as reading:
        # Each of them sends its name.
        located = [reading.next(lambda event: body(event) in map(str.encode, ids)) for _ in ids]
    assert sorted(body(event).decode() for _, event in located) == sorted(ids)
    assert len({partition for partition, _ in located}) > 1


def test_a_device_s_events_keep_their_order_in_one_partition(event_log, telling):
    assert {partition for partition, _ in event_log.of(telling, 10)} == {telling.partition}
    assert [body(event).decode() for event in telling.events] == [str(number) for number in range(10)]
    numbers = [event.sequence_number for event in telling.events]
    assert numbers == sorted(set(numbers))
    offsets = [int(event.offset) for event in telling.events]
    assert offsets == sorted(set(offsets))


def test_reading_begins_after_an_offset(quick, telling):
    assert read_from(quick, telling, telling.events[4].offset, 5) == list("56789")


def test_reading_begins_at_an_offset_if_it_is_included(quick, telling):
    offset = telling.events[4].offset
    assert read_from(quick, telling, offset, 6, starting_position_inclusive=True) == list("456789")


def test_reading_begins_after_a_sequence_number(quick, telling):
    assert read_from(quick, telling, telling.events[6].sequence_number, 3) == list("789")


def test_reading_begins_at_a_sequence_number_if_it_is_included(quick, telling):
    number = telling.events[6].sequence_number
    assert read_from(quick, telling, number, 4, starting_position_inclusive=True) == list("6789")


def test_the_sequence_number_minus_one_is_before_the_oldest(quick, telling):
    assert read_from(quick, telling, -1, 10) == [str(number) for number in range(10)]


def test_reading_begins_after_a_time(quick, telling):
    half = datetime.timedelta(microseconds=500)
    time = telling.events[4].enqueued_time + half
    later = [body(event).decode() for event in telling.events if event.enqueued_time > time]
    assert read_from(quick, telling, time, len(later)) == later


def test_a_time_in_the_future_has_no_events_yet(quick, telling):
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    assert read_from(quick, telling, later, 0) == []


def test_the_latest_position_leaves_out_what_was_before(quick, telling):
    with Reading(quick, LATEST, partition_id=telling.partition) as reading:
        # The reader does not tell when it is there, so the device sends until something is read: slowly, because the
        # reader hands out nothing while events keep coming faster than it looks for them.
        numbers = itertools.count(10)
        look = lambda: telling.sender.send_message(str(next(numbers))) or reading.has_begun()
        until("an event", look, pause=0.5)
        _, first = reading.next(sent_by(telling.id))
    assert int(body(first)) >= 10


def test_events_that_come_while_reading_are_delivered(quick, telling):
    last = telling.events[-1].offset
    with Reading(quick, last, partition_id=telling.partition) as reading:
        for number in range(10, 60):
            telling.sender.send_message(str(number))
        bodies = [body(reading.next(sent_by(telling.id))[1]).decode() for _ in range(50)]
    assert bodies == [str(number) for number in range(10, 60)]


def test_events_of_200_kb_are_read_whole(client, device, connect):
    sender = connect(device.connection_string)
    bodies = [os.urandom(1) * 200_000 for _ in range(5)]
    for sent in bodies:
        sender.send_message(sent)
    with Reading(client) as reading:
        assert [body(reading.next(sent_by(device.id))[1]) for _ in bodies] == bodies


def test_more_events_than_fit_the_credit_are_read_in_their_order(quick, device, connect):
    sender = connect(device.connection_string)
    for number in range(1000):
        sender.send_message(str(number))
    with Reading(quick) as reading:
        bodies = [body(reading.next(sent_by(device.id))[1]).decode() for _ in range(1000)]
    assert bodies == [str(number) for number in range(1000)]


def test_events_are_given_one_by_one_as_well(quick, telling):
    from threading import Thread

    from waiting import Inbox

    inbox = Inbox("event")
    thread = Thread(
        target=quick.receive,
        args=[lambda partition, event: inbox(event)],
        kwargs={"starting_position": "-1", "partition_id": telling.partition},
        daemon=True,
    )
    thread.start()
    found = []
    while len(found) < 10:
        event = inbox.next()
        if sent_by(telling.id)(event):
            found.append(body(event).decode())
    quick.close()
    thread.join(20)
    assert found == [str(number) for number in range(10)]


def test_what_a_message_says_of_itself_is_read(hub, device, connect, quick):
    from azure.iot.device import Message

    message = Message('{"a": 1}', "message-1", "utf-8", "application/json")
    message.correlation_id = "correlation-1"
    message.custom_properties = {"own": "ö 한글"}
    connect(device.connection_string).send_message(message)
    with Reading(quick) as reading:
        _, event = reading.next(sent_by(device.id))
    assert (event.message_id, event.correlation_id) == ("message-1", "correlation-1")
    assert event.content_type == "application/json"
    assert system(event, "content-encoding") == "utf-8"
    assert properties(event) == {"own": "ö 한글"}
    assert system(event, "iothub-enqueuedtime") is not None


def test_two_readers_read_the_same_events(hub, telling):
    first, second = reader(hub.eventhub_emulator), reader(hub.eventhub_emulator)
    with Reading(first) as one, Reading(second) as other:
        for number in range(10):
            for reading in (one, other):
                assert body(reading.next(sent_by(telling.id))[1]) == b"%d" % number


# A consumer group of their own, so that owners take nothing from the readers of all other tests.
OWNED = "owned"


def owner(hub, device, level, consumer_group=OWNED):
    """A reader that wants a partition for itself."""
    client = reader(hub.eventhub_emulator, consumer_group)
    return Reading(client, partition_id=device.partition, owner_level=level)


def is_stolen(error):
    """Whether a reader lost its link to another one."""
    return isinstance(error, EventHubError) and error.error == "link:stolen"


def test_a_newer_owner_takes_a_partition_from_an_older_one(hub, telling):
    with owner(hub, telling, 1) as older:
        older.next(sent_by(telling.id))
        with owner(hub, telling, 1) as newer:
            newer.next(sent_by(telling.id))
            assert is_stolen(older.error())


def test_a_lower_owner_is_refused(hub, telling):
    with owner(hub, telling, 2) as higher:
        higher.next(sent_by(telling.id))
        with owner(hub, telling, 1) as lower:
            assert is_stolen(lower.error())
        telling.sender.send_message("still read")
        higher.next(lambda event: body(event) == b"still read")


def test_an_owner_takes_a_partition_from_readers_that_are_none(hub, telling):
    with Reading(reader(hub.eventhub_emulator, OWNED), partition_id=telling.partition) as plain:
        plain.next(sent_by(telling.id))
        with owner(hub, telling, 0) as owning:
            owning.next(sent_by(telling.id))
            assert isinstance(plain.error(), EventHubError)


def test_a_reader_that_is_no_owner_is_refused_beside_one(hub, telling):
    with owner(hub, telling, 0) as owning:
        owning.next(sent_by(telling.id))
        with Reading(reader(hub.eventhub_emulator, OWNED), partition_id=telling.partition) as plain:
            assert isinstance(plain.error(), EventHubError)


def test_each_consumer_group_has_an_owner_of_its_own(hub, telling):
    with owner(hub, telling, 2) as one, owner(hub, telling, 1, "another") as other:
        for number in range(10):
            for reading in (one, other):
                assert body(reading.next(sent_by(telling.id))[1]) == b"%d" % number


def stranger(hub, door, replace):
    """A reader whose connection string is not quite right."""
    string = hub.eventhub_emulator if door == "emulator" else hub.eventhub
    parts = dict(part.split("=", 1) for part in string.split(";") if part)
    parts.update(replace)
    string = ";".join(f"{name}={value}" for name, value in parts.items())
    options = {} if door == "emulator" else {"connection_verify": hub.ca}
    if door == "websockets":
        options["transport_type"] = TransportType.AmqpOverWebsocket
    return EventHubConsumerClient.from_connection_string(string, "$Default", retry_total=0, **options)


@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_key_reads_nothing(hub, door):
    key = base64.b64encode(os.urandom(32)).decode()
    with stranger(hub, door, {"SharedAccessKey": key}) as client:
        with pytest.raises(AuthenticationError):
            client.get_partition_ids()


def test_an_unknown_policy_reads_nothing(hub):
    with stranger(hub, "emulator", {"SharedAccessKeyName": "nobody"}) as client:
        with pytest.raises(AuthenticationError):
            client.get_partition_ids()


def test_a_device_key_reads_nothing(hub, device):
    with stranger(hub, "emulator", {"SharedAccessKey": device.key}) as client:
        with pytest.raises(AuthenticationError):
            client.get_partition_ids()


def test_an_unknown_entity_is_refused(hub):
    with stranger(hub, "emulator", {"EntityPath": "no-such-entity"}) as client:
        with pytest.raises(EventHubError):
            client.get_partition_ids()


def test_a_certificate_that_is_not_trusted_ends_the_attempt(hub):
    with reader(hub.eventhub) as client:
        with pytest.raises(ConnectError):
            client.get_partition_ids()
