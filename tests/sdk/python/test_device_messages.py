"""Messages from the cloud, as a device receives and confirms them."""

import datetime
import json

from waiting import Inbox, until

# Whatever has a meaning in a topic, in an encoded property bag, or in neither of them.
ODD = "a b+c/d%e&f=g#h$i?j,k;l\"m'n<ö>한글"

# All that a name may hold beside letters and digits.
ODD_NAME = "!#$%&'*+-.^_`|~"


def inbox_of(client):
    inbox = Inbox("message")
    client.on_message_received = inbox
    return inbox


def waiting(service, device):
    return service.get_device(device.id).cloud_to_device_message_count


def test_a_message_arrives_with_its_properties(service, device, connect, transport):
    inbox = inbox_of(connect(device.connection_string, **transport))
    service.send_c2d_message(
        device.id,
        '{"number": 1}',
        {
            "messageId": "message-1",
            "correlationId": "correlation-1",
            "contentType": "application/json",
            "contentEncoding": "utf-8",
            "iothub-ack": "full",
            "own": "value",
        },
    )
    message = inbox.next()
    assert json.loads(message.data) == {"number": 1}
    assert message.message_id == "message-1"
    assert message.correlation_id == "correlation-1"
    assert message.content_type == "application/json"
    assert message.content_encoding == "utf-8"
    assert message.ack == "full"
    assert message.custom_properties == {"own": "value"}


def test_odd_characters_in_properties_arrive_as_they_were(service, device, connect, transport):
    inbox = inbox_of(connect(device.connection_string, **transport))
    sent = {ODD_NAME: ODD, "empty": "", "path": "/devices/a/b", "plus": "+", "percent": "%41"}
    service.send_c2d_message(device.id, "odd", sent)
    assert inbox.next().custom_properties == sent


def test_bytes_arrive_as_they_were(service, device, connect, transport):
    inbox = inbox_of(connect(device.connection_string, **transport))
    service.send_c2d_message(device.id, bytes(range(256)), {})
    assert inbox.next().data == bytes(range(256))


def test_a_message_that_was_received_leaves_the_queue(service, device, connect, transport):
    inbox = inbox_of(connect(device.connection_string, **transport))
    service.send_c2d_message(device.id, "confirmed", {})
    inbox.next()
    until("the queue to be empty", lambda: waiting(service, device) == 0)


def test_messages_wait_for_a_device_and_keep_their_order(service, device, connect, transport):
    for number in range(10):
        service.send_c2d_message(device.id, str(number), {})
    assert waiting(service, device) == 10
    inbox = inbox_of(connect(device.connection_string, **transport))
    assert [inbox.next().data for _ in range(10)] == [b"%d" % number for number in range(10)]


def test_an_expired_message_does_not_arrive(service, device, connect):
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    service.send_c2d_message(device.id, "too late", {"expiryTimeUtc": int(now * 1000) + 500})
    until("the message to expire", lambda: waiting(service, device) == 0)
    inbox = inbox_of(connect(device.connection_string))
    service.send_c2d_message(device.id, "in time", {})
    assert inbox.next().data == b"in time"


def test_an_expiry_time_is_told_to_the_device(service, device, connect):
    inbox = inbox_of(connect(device.connection_string))
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    service.send_c2d_message(device.id, "until then", {"expiryTimeUtc": int((now + 3600) * 1000)})
    told = datetime.datetime.fromisoformat(inbox.next().expiry_time_utc.replace("Z", "+00:00"))
    assert abs(told.timestamp() - now - 3600) < 1


def test_a_device_stays_subscribed_while_it_is_away(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    inbox = inbox_of(client)
    client.connect()
    client.disconnect()
    service.send_c2d_message(device.id, "while away", {})
    client.connect()
    assert inbox.next().data == b"while away"


def test_a_device_gets_only_its_own_messages(service, device, other_device, connect):
    inbox = inbox_of(connect(device.connection_string))
    service.send_c2d_message(other_device.id, "for the other", {})
    service.send_c2d_message(device.id, "for this one", {})
    assert inbox.next().data == b"for this one"
    assert inbox.is_quiet()
