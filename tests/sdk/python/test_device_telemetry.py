"""What a device sends, as a reader of events sees it."""

import datetime
import json

from azure.iot.device import Message
from telemetry import body, properties, system

# Whatever has a meaning in a topic, in an encoded property bag, or in neither of them.
ODD = "a b+c/d%e&f=g#h$i?j,k;l\"m'n<ö>한글"


def only_event(event_log, device):
    ((_, event),) = event_log.of(device, 1)
    return event


def test_a_message_arrives_with_its_system_properties(event_log, device, connect, transport):
    message = Message('{"temperature": 21.5}', message_id="message-1")
    message.correlation_id = "correlation-1"
    message.content_type = "application/json"
    message.content_encoding = "utf-8"
    connect(device.connection_string, **transport).send_message(message)
    event = only_event(event_log, device)
    assert json.loads(event.body_as_str()) == {"temperature": 21.5}
    assert system(event, "message-id") == "message-1"
    assert system(event, "correlation-id") == "correlation-1"
    assert system(event, "content-type") == "application/json"
    assert system(event, "content-encoding") == "utf-8"


def test_odd_characters_in_properties_arrive_as_they_were(event_log, device, connect, transport):
    message = Message("odd")
    message.message_id = "+%$/#&=?!"
    message.custom_properties = {ODD: ODD, "empty": "", "space": " ", "plus": "+", "percent": "%41"}
    connect(device.connection_string, **transport).send_message(message)
    event = only_event(event_log, device)
    assert properties(event) == {ODD: ODD, "empty": "", "space": " ", "plus": "+", "percent": "%41"}
    assert system(event, "message-id") == "+%$/#&=?!"


def test_a_message_without_properties_arrives(event_log, device, connect, transport):
    connect(device.connection_string, **transport).send_message("plain")
    event = only_event(event_log, device)
    assert event.body_as_str() == "plain"
    assert properties(event) == {}
    assert system(event, "message-id") is None


def test_bytes_arrive_as_they_were(event_log, device, connect, transport):
    sent = bytes(range(256))
    connect(device.connection_string, **transport).send_message(Message(sent))
    assert body(only_event(event_log, device)) == sent


def test_an_empty_body_arrives(event_log, device, connect, transport):
    message = Message("")
    message.custom_properties["is"] = "empty"
    connect(device.connection_string, **transport).send_message(message)
    event = only_event(event_log, device)
    assert body(event) == b""
    assert properties(event) == {"is": "empty"}


def test_an_event_says_who_sent_it_and_how_it_was_authorised(event_log, device, connect, transport):
    before = datetime.datetime.now(datetime.timezone.utc)
    connect(device.connection_string, **transport).send_message("who?")
    event = only_event(event_log, device)
    assert system(event, "iothub-connection-device-id") == device.id
    assert system(event, "iothub-connection-auth-generation-id") == device.identity.generation_id
    assert system(event, "iothub-message-source") == "Telemetry"
    method = json.loads(system(event, "iothub-connection-auth-method"))
    assert method["scope"] == "device" and method["type"] == "sas"
    second = datetime.timedelta(seconds=1)
    assert before - second <= event.enqueued_time <= before + 30 * second


def test_many_messages_arrive_once_each_and_in_their_order(event_log, device, connect, transport):
    client = connect(device.connection_string, **transport)
    for number in range(200):
        client.send_message(str(number))
    bodies = [event.body_as_str() for _, event in event_log.of(device, 200)]
    assert bodies == [str(number) for number in range(200)]


def test_a_message_of_nearly_256_kb_arrives(event_log, device, connect, transport):
    sent = b"x" * 250_000
    connect(device.connection_string, **transport).send_message(Message(sent))
    assert body(only_event(event_log, device)) == sent
