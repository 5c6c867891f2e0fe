"""What `az iot hub monitor-events` does: it lets the hub show it the way to the events, and reads them with uamqp."""

import base64
import time
import urllib.parse

import pytest
import uamqp
from azure.iot.device import Message
from signing import parts_of, token
from uamqp.authentication import SASTokenAuth


def redirect_from(hub, key=None, below=""):
    """Asks the hub for the way, with the user name and the token in the address."""
    parts = parts_of(hub.iothubowner)
    policy = parts["SharedAccessKeyName"]
    password = token(hub.hostname + below, key or parts["SharedAccessKey"], policy)
    name = hub.hostname.split(".")[0]
    user = urllib.parse.quote(f"{policy}@sas.root.{name}", safe="")
    password = urllib.parse.quote(password, safe="")
    client = uamqp.ReceiveClient(
        f"amqps://{user}:{password}@{hub.hostname}/messages/events/$management", timeout=30000, prefetch=1
    )
    try:
        client.receive_message_batch(max_batch_size=1)
    except uamqp.errors.LinkRedirect as redirect:
        return redirect
    finally:
        client.close()
    raise AssertionError("no redirect came")


@pytest.fixture
def way(hub):
    """The host and the name of the event hub, as the extension cuts them out of the redirect."""
    redirect = redirect_from(hub)
    return redirect.hostname.decode(), redirect.address.decode().split("/")[3]


@pytest.fixture
def auth(hub, way):
    parts = parts_of(hub.iothubowner)
    return SASTokenAuth.from_shared_access_key(
        "sb://{}/{}".format(*way), parts["SharedAccessKeyName"], parts["SharedAccessKey"]
    )


def test_the_hub_shows_the_way_to_its_events(hub):
    redirect = redirect_from(hub)
    host = redirect.hostname.decode()
    entity = parts_of(hub.eventhub)["EntityPath"]
    assert redirect.condition == uamqp.constants.ErrorCodes.LinkRedirect
    assert redirect.network_host.decode() == host
    assert int(redirect.port) == 5671
    assert redirect.address.decode() == f"amqps://{host}:5671/{entity}/"


def test_a_token_for_telemetry_alone_is_shown_the_way(hub):
    assert redirect_from(hub, below="/messages/events").address


def test_a_wrong_key_is_shown_no_way(hub):
    with pytest.raises(uamqp.errors.AMQPConnectionError):
        redirect_from(hub, key=base64.b64encode(bytes(32)).decode())


def test_the_number_of_partitions_is_told(way, auth):
    host, entity = way
    client = uamqp.AMQPClient(f"amqps://{host}/{entity}", auth=auth)
    client.open()
    answer = client.mgmt_request(
        uamqp.Message(application_properties={"name": entity}),
        operation=b"READ",
        op_type=b"com.microsoft:eventhub",
        status_code_field=b"status-code",
        description_fields=b"status-description",
        timeout=30000,
    )
    told = answer.get_data()
    client.close()
    assert told[b"name"] == entity.encode()
    assert told[b"partition_count"] == len(told[b"partition_ids"])


def test_events_are_read_from_a_time_on(event_log, way, auth, device, connect):
    host, entity = way
    sender = connect(device.connection_string)
    before = int(time.time() * 1000)
    for number in range(5):
        message = Message(f'{{"number": {number}}}', content_type="application/json", content_encoding="utf-8")
        message.custom_properties["number"] = str(number)
        sender.send_message(message)
    ((partition, _),) = event_log.of(device, 1)

    source = uamqp.address.Source(f"amqps://{host}/{entity}/ConsumerGroups/$Default/Partitions/{partition}")
    source.set_filter(f"amqp.annotation.x-opt-enqueuedtimeutc > {before - 1}".encode())
    client = uamqp.ReceiveClient(source, auth=auth, timeout=30000, prefetch=100)
    found = []
    end = time.monotonic() + 20
    while len(found) < 5 and time.monotonic() < end:
        for message in client.receive_message_batch(max_batch_size=10, timeout=1000):
            if message.annotations[b"iothub-connection-device-id"] == device.id.encode():
                found.append(message)
    client.close()
    assert [b"".join(message.get_data()) for message in found] == [b'{"number": %d}' % n for n in range(5)]
    assert [message.application_properties[b"number"] for message in found] == [b"%d" % n for n in range(5)]
    assert found[0].properties.content_type == b"application/json"
    assert found[0].annotations[b"iothub-message-source"] == b"Telemetry"
