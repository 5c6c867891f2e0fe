"""A device that speaks HTTP: no SDK does any more, but the service's interface is documented."""

import base64
import json

import pytest
from rest import Rest, assert_refused, lock_of
from telemetry import body, properties, system

BATCH = "application/vnd.microsoft.iothub.json"


@pytest.fixture
def ask(hub, device, token_for):
    """Asks as the device, below its address."""
    rest, auth = Rest(hub), token_for(device)
    return lambda method, path, **options: rest(method, f"/devices/{device.id}/messages{path}", auth, **options)


def test_telemetry_arrives_with_its_properties(ask, device, event_log):
    headers = {
        "iothub-app-own": "a value",
        "iothub-messageid": "message-1",
        "iothub-correlationid": "correlation-1",
        "iothub-contenttype": "application/json",
        "iothub-contentencoding": "utf-8",
    }
    assert ask("POST", "/events", data=bytes(range(256)), headers=headers).status_code == 204
    ((_, event),) = event_log.of(device, 1)
    assert body(event) == bytes(range(256))
    assert properties(event) == {"own": "a value"}
    assert (event.message_id, event.correlation_id) == ("message-1", "correlation-1")
    assert event.content_type == "application/json"
    assert system(event, "content-encoding") == "utf-8"
    assert system(event, "iothub-connection-auth-generation-id") == device.identity.generation_id


def test_a_batch_is_many_events(ask, device, event_log):
    messages = [
        {"body": base64.b64encode(b"one").decode(), "properties": {"iothub-app-own": "value"}},
        {"body": base64.b64encode(b"two").decode()},
    ]
    answer = ask("POST", "/events", data=json.dumps(messages), headers={"Content-Type": BATCH})
    assert answer.status_code == 204
    one, two = (event for _, event in event_log.of(device, 2))
    assert (body(one), properties(one)) == (b"one", {"own": "value"})
    assert (body(two), properties(two)) == (b"two", {})


def test_a_message_has_256_kilobytes(ask):
    assert ask("POST", "/events", data=bytes(262_144)).status_code == 204
    assert_refused(ask("POST", "/events", data=bytes(262_145)), 413, "MessageTooLarge")


def test_a_message_is_received_abandoned_and_completed(ask, service, device):
    assert ask("GET", "/devicebound").status_code == 204
    service.send_c2d_message(device.id, "text", {"messageId": "message-1", "iothub-ack": "full", "own": "value"})
    first = ask("GET", "/devicebound")
    assert (first.status_code, first.content) == (200, b"text")
    told = {name: first.headers[f"iothub-{name}"] for name in ("messageid", "ack", "app-own")}
    assert told == {"messageid": "message-1", "ack": "full", "app-own": "value"}
    # Nobody else gets what is locked.
    assert ask("GET", "/devicebound").status_code == 204
    assert ask("POST", f"/devicebound/{lock_of(first)}/abandon").status_code == 204
    again = ask("GET", "/devicebound")
    assert int(again.headers["iothub-deliverycount"]) == int(first.headers["iothub-deliverycount"]) + 1
    assert again.headers["iothub-sequencenumber"] == first.headers["iothub-sequencenumber"]
    assert_refused(ask("DELETE", f"/devicebound/{lock_of(first)}"), 412, "DeviceMessageLockLost")
    assert ask("DELETE", f"/devicebound/{lock_of(again)}").status_code == 204
    assert service.get_device(device.id).cloud_to_device_message_count == 0


def test_a_message_is_given_up_after_ten_deliveries(ask, service, device):
    service.send_c2d_message(device.id, "text", {})
    for _ in range(10):
        assert ask("POST", f"/devicebound/{lock_of(ask('GET', '/devicebound'))}/abandon").status_code == 204
    assert ask("GET", "/devicebound").status_code == 204
    assert service.get_device(device.id).cloud_to_device_message_count == 0


def test_a_rejected_message_is_gone(ask, service, device):
    service.send_c2d_message(device.id, "text", {})
    lock = lock_of(ask("GET", "/devicebound"))
    assert ask("DELETE", f"/devicebound/{lock}?reject").status_code == 204
    assert service.get_device(device.id).cloud_to_device_message_count == 0
