"""Cloud-to-device messages and feedback through azure-iot-hub: sent over AMQP, the rest over REST."""

import base64
import datetime
import os
import uuid

import pytest
from azure.iot.hub import IoTHubHttpRuntimeManager, IoTHubRegistryManager
from uamqp import TransportType
from waiting import Inbox, until

# The hub gathers feedback for fifteen seconds.
FEEDBACK_LIMIT = 40


def count(service, device):
    return service.get_device(device.id).cloud_to_device_message_count


@pytest.fixture(params=[TransportType.Amqp, TransportType.AmqpOverWebsocket], ids=["amqp", "websockets"])
def sender(request, hub):
    """A client that sends over one connection."""
    return IoTHubRegistryManager.from_connection_string(hub.service, request.param)


def test_a_message_that_is_sent_is_in_the_queue(service, sender, device):
    sender.send_c2d_message(device.id, "text", {})
    assert count(service, device) == 1


def test_one_connection_sends_many_messages(service, sender, device, connect):
    inbox = Inbox("message")
    connect(device.connection_string).on_message_received = inbox
    for number in range(30):
        sender.send_c2d_message(device.id, str(number), {"number": str(number)})
    received = [inbox.next() for _ in range(30)]
    assert [message.data for message in received] == [b"%d" % number for number in range(30)]
    assert [message.custom_properties["number"] for message in received] == [str(n) for n in range(30)]


def test_a_message_without_an_id_gets_one_from_the_client(sender, device, connect):
    inbox = Inbox("message")
    connect(device.connection_string).on_message_received = inbox
    sender.send_c2d_message(device.id, "text", {})
    assert uuid.UUID(inbox.next().message_id)


def test_sending_to_an_unknown_device_fails_and_leaves_the_connection_usable(service, sender, device):
    with pytest.raises(Exception, match="C2D message send failure"):
        sender.send_c2d_message("nobody", "text", {})
    sender.send_c2d_message(device.id, "text", {})
    assert count(service, device) == 1


def test_a_full_queue_takes_no_more(service, sender, device):
    for number in range(50):
        sender.send_c2d_message(device.id, str(number), {})
    with pytest.raises(Exception, match="C2D message send failure"):
        sender.send_c2d_message(device.id, "one too many", {})
    assert count(service, device) == 50


def test_a_message_of_64_kb_arrives_and_a_larger_one_is_refused(sender, device, connect):
    inbox = Inbox("message")
    connect(device.connection_string).on_message_received = inbox
    sender.send_c2d_message(device.id, "x" * 65_000, {})
    assert len(inbox.next().data) == 65_000
    with pytest.raises(Exception, match="C2D message send failure"):
        sender.send_c2d_message(device.id, "x" * 66_000, {})


def test_a_wrong_key_sends_nothing(hub, service, device):
    key = base64.b64encode(os.urandom(32)).decode()
    parts = hub.service.split("SharedAccessKey=")
    stranger = IoTHubRegistryManager.from_connection_string(f"{parts[0]}SharedAccessKey={key}")
    with pytest.raises(Exception):
        stranger.send_c2d_message(device.id, "text", {})
    assert count(service, device) == 0


def test_a_device_key_sends_nothing(hub, service, device):
    stranger = IoTHubRegistryManager.from_connection_string(
        f"HostName={hub.hostname};SharedAccessKeyName=service;SharedAccessKey={device.key}"
    )
    with pytest.raises(Exception):
        stranger.send_c2d_message(device.id, "text", {})
    assert count(service, device) == 0


def test_purging_empties_the_queue(service, sender, device):
    for number in range(3):
        sender.send_c2d_message(device.id, str(number), {})
    purged = service.protocol.cloud_to_device_messages.purge_cloud_to_device_message_queue(device.id)
    assert purged.total_messages_purged == 3
    assert purged.device_id == device.id
    assert count(service, device) == 0


class Feedback:
    """Reads feedback over REST, as a program does that looks below the SDK's wrapper."""

    def __init__(self, hub):
        self._runtime = IoTHubHttpRuntimeManager.from_connection_string(hub.service)

    def batch(self):
        """The next batch and its lock, or none if there is none just now."""
        raw = self._runtime.protocol.cloud_to_device_messages
        answer = raw.receive_feedback_notification(raw=True).response
        if answer.status_code == 204:
            return None
        return answer.json(), answer.headers["ETag"].strip('"')

    def next(self, device):
        """The next batch with a record on a device; others are completed on the way."""

        def look():
            batch = self.batch()
            if batch is None:
                return None
            records = [record for record in batch[0] if record["deviceId"] == device.id]
            if not records:
                self.complete(batch[1])
                return None
            return records, batch[1]

        return until("feedback", look, FEEDBACK_LIMIT)

    def complete(self, lock):
        self._runtime.complete_feedback_notification(lock)

    def abandon(self, lock):
        self._runtime.abandon_feedback_notification(lock)


@pytest.fixture
def feedback(hub):
    return Feedback(hub)


def test_feedback_tells_that_a_device_has_confirmed(service, device, connect, feedback):
    inbox = Inbox("message")
    connect(device.connection_string).on_message_received = inbox
    service.send_c2d_message(device.id, "text", {"messageId": "message-1", "iothub-ack": "full"})
    inbox.next()
    (record,), lock = feedback.next(device)
    assert record["originalMessageId"] == "message-1"
    assert record["statusCode"] == "Success"
    assert record["deviceGenerationId"] == device.identity.generation_id
    assert datetime.datetime.fromisoformat(record["enqueuedTimeUtc"].replace("Z", "+00:00"))
    feedback.complete(lock)


def test_feedback_tells_that_messages_were_purged_and_comes_again_if_it_is_abandoned(service, device, feedback):
    service.send_c2d_message(device.id, "text", {"messageId": "message-2", "iothub-ack": "negative"})
    service.protocol.cloud_to_device_messages.purge_cloud_to_device_message_queue(device.id)
    first, lock = feedback.next(device)
    assert [record["statusCode"] for record in first] == ["Purged"]
    feedback.abandon(lock)
    again, lock = feedback.next(device)
    assert again == first
    feedback.complete(lock)


def test_feedback_tells_that_a_message_has_expired(service, device, feedback):
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    properties = {"messageId": "message-3", "iothub-ack": "full", "expiryTimeUtc": int(now * 1000) + 5_000}
    service.send_c2d_message(device.id, "text", properties)
    (record,), lock = feedback.next(device)
    assert record["statusCode"] == "Expired"
    feedback.complete(lock)
