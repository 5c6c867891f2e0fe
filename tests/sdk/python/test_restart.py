"""A hub that ends and starts again, asked to or killed: what it has acknowledged is still there."""

import pytest
from azure.eventhub import EventHubConsumerClient, TransportType
from azure.iot.device import MethodResponse
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import CloudToDeviceMethod, Twin, TwinProperties
from conftest import device_string
from telemetry import Reading, body, reader
from waiting import Inbox, until

DEVICE = "MyFirstPythonDevice"


@pytest.fixture(params=["stop", "kill"])
def restart(request):
    """Ends a hub in one of two ways, and starts it again."""

    def restart(hub):
        getattr(hub, request.param)()
        hub.start()

    return restart


@pytest.fixture
def kept(own_hub):
    """A hub that keeps its state in its folder."""
    return own_hub()


@pytest.fixture
def registry(kept):
    return IoTHubRegistryManager.from_connection_string(kept.iothubowner)


@pytest.fixture
def string(kept, registry):
    """The connection string of a device."""
    keys = registry.create_device_with_sas(DEVICE, None, None, "enabled").authentication.symmetric_key
    return device_string(kept, DEVICE, keys.primary_key)


def test_identities_and_twins_are_kept(kept, registry, string, restart):
    change = Twin(tags={"plant": "43"}, properties=TwinProperties(desired={"interval": 10}))
    twin = registry.update_twin(DEVICE, change)
    identity = registry.get_device(DEVICE)
    restart(kept)
    again = registry.get_twin(DEVICE)
    assert (again.etag, again.tags, again.properties.desired) == (twin.etag, twin.tags, twin.properties.desired)
    again = registry.get_device(DEVICE)
    assert (again.etag, again.generation_id) == (identity.etag, identity.generation_id)
    assert again.authentication.symmetric_key.primary_key in string


def test_events_are_read_on_from_where_the_reader_was(kept, string, connect, restart):
    client = connect(string)
    for number in range(10):
        client.send_message(str(number))
    with Reading(reader(kept.eventhub_emulator)) as reading:
        located = [reading.next() for _ in range(5)]
    restart(kept)
    partition, last = located[-1]
    with Reading(reader(kept.eventhub_emulator), last.offset, partition_id=partition) as reading:
        assert [body(reading.next()[1]).decode() for _ in range(5)] == list("56789")


def test_a_reader_comes_back_by_itself(kept, string, connect, restart):
    client = connect(string)
    client.send_message("before")
    # One that tries again, soon.
    tries = {"retry_total": 10, "retry_backoff_factor": 0.2, "retry_backoff_max": 1}
    trusting = {"connection_verify": kept.ca, "transport_type": TransportType.Amqp}
    with Reading(EventHubConsumerClient.from_connection_string(kept.eventhub, "$Default", **tries, **trusting)) as reading:
        assert body(reading.next()[1]) == b"before"
        restart(kept)
        client.send_message("after")
        # Nothing twice, and nothing is missing.
        assert body(reading.next()[1]) == b"after"


def test_a_device_comes_back_by_itself_and_is_still_subscribed(kept, registry, string, connect, restart):
    client = connect(string)
    messages = Inbox("message")
    client.on_message_received = messages
    client.on_method_request_received = lambda request: client.send_method_response(
        MethodResponse.create_from_method_request(request, 200, "well")
    )
    until("the device to be connected", lambda: registry.get_device(DEVICE).connection_state == "Connected")
    restart(kept)
    sender = IoTHubRegistryManager.from_connection_string(kept.service)
    sender.send_c2d_message(DEVICE, "after the restart", {})
    assert messages.next().data == b"after the restart"
    assert registry.invoke_device_method(DEVICE, CloudToDeviceMethod(method_name="state")).payload == "well"
