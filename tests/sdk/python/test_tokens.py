"""Which tokens open what, at every door: REST, the device's HTTP interface, MQTT, and the event hub."""

import pytest
from azure.core.credentials import AzureSasCredential
from azure.eventhub import EventHubConsumerClient, TransportType
from azure.eventhub.exceptions import EventHubError
from mqtt import REFUSED, Mqtt
from rest import OWNER, Rest
from signing import event_hub_token, key_of, parts_of, token

STALE = {"life": -10}


@pytest.fixture
def owner(hub):
    return key_of(hub.iothubowner)


@pytest.fixture
def devices_tokens(hub, device, other_device, owner):
    """Tokens for a device's own doors: those that open them, and those that do not, by their names."""
    host, own = hub.hostname, f"{hub.hostname}/devices/{device.id}"
    secondary = device.identity.authentication.symmetric_key.secondary_key
    opening = {
        "its own": token(own, device.key),
        "its own, with the other key": token(own, secondary),
        "its own, for the whole hub": token(host, device.key),
        "its own, for all devices": token(f"{host}/devices", device.key),
        "its own, with an empty policy": token(own, device.key, ""),
        "its own, with the host in capitals": token(own.replace(host, host.upper()), device.key),
        "the owner's": token(host, owner, OWNER),
        "the owner's, for it alone": token(own, owner, OWNER),
    }
    refused = {
        "nonsense": "nonsense",
        "stale": token(own, device.key, **STALE),
        "another device's": token(f"{host}/devices/{other_device.id}", other_device.key),
        "its own, with another device's key": token(own, other_device.key),
        "for an id that begins alike": token(own[:-1], device.key),
        "for its id in capitals": token(f"{host}/devices/{device.id.upper()}", device.key),
        "for another hub": token(own.replace(host, "other.example"), device.key),
        "a policy's that may not connect": token(host, key_of(hub.service), "service"),
        "an unknown policy's": token(host, owner, "nobody"),
        "the owner's without its name": token(host, owner),
    }
    return opening, refused


def test_a_devices_tokens_over_http(hub, device, devices_tokens):
    rest = Rest(hub)
    opening, refused = devices_tokens
    address = f"/devices/{device.id}/messages"
    for name, auth in opening.items():
        assert rest("GET", f"{address}/devicebound", auth).status_code == 204, name
        assert rest("POST", f"{address}/events", auth).status_code == 204, name
    for name, auth in {**refused, "none": ""}.items():
        for method, path in [("GET", "/devicebound"), ("DELETE", "/devicebound/lock"), ("POST", "/events")]:
            answer = rest(method, address + path, auth)
            assert (answer.status_code, name) == (401, name)
            assert device.key not in answer.text


def test_a_devices_tokens_over_mqtt(hub, device, devices_tokens):
    opening, refused = devices_tokens
    for name, auth in opening.items():
        with Mqtt(hub, device, password=auth) as client:
            assert client.code == 0, name
    for name, auth in refused.items():
        with Mqtt(hub, device, password=auth) as client:
            assert client.code == REFUSED, name


def test_tokens_of_services(hub, device, other_device, owner):
    rest, host = Rest(hub), hub.hostname
    own = f"{host}/devices/{device.id}"
    opening = {
        "the owner's": token(host, owner, OWNER),
        "for the host in capitals": token(host.upper(), owner, OWNER),
        "for all devices": token(f"{host}/devices", owner, OWNER),
        "for the device": token(own, owner, OWNER),
    }
    refused = {
        "none": "",
        "nonsense": "nonsense",
        "of another kind": "Bearer nonsense",
        "stale": token(host, owner, OWNER, **STALE),
        "without a name": token(host, owner),
        "with a wrong key": token(host, device.key, OWNER),
        "for another hub": token("other.example", owner, OWNER),
        "for another device": token(f"{host}/devices/{other_device.id}", owner, OWNER),
        "of a policy that may not": token(host, key_of(hub.service), "service"),
        "the device's own": token(own, device.key),
    }
    for name, auth in opening.items():
        assert rest("GET", f"/devices/{device.id}", auth).status_code == 200, name
    for name, auth in refused.items():
        answer = rest("GET", f"/devices/{device.id}", auth)
        assert (answer.status_code, name) == (401, name)
        assert answer.json()["Message"].startswith("ErrorCode:IotHubUnauthorized"), name
        assert owner not in answer.text and device.key not in answer.text


def test_tokens_of_readers(hub, device):
    parts = parts_of(hub.eventhub)
    key, entity = parts["SharedAccessKey"], parts["EntityPath"]
    name_space = f"sb://{hub.hostname}"
    own = f"{name_space}/{entity}"
    opening = {
        "the event hub's": event_hub_token(own, key, "service"),
        "the name space's": event_hub_token(name_space, key, "service"),
        "a consumer group's": event_hub_token(f"{own}/consumergroups/$Default", key, "service"),
        "in capitals": event_hub_token(own.upper(), key, "service"),
        "of another scheme": event_hub_token(own.replace("sb:", "amqps:"), key, "service"),
    }
    refused = {
        "stale": event_hub_token(own, key, "service", **STALE),
        "signed as for IoT Hub": token(own, key, "service"),
        "for another event hub": event_hub_token(f"{name_space}/other", key, "service"),
        "for another name space": event_hub_token(f"sb://other.example/{entity}", key, "service"),
        "of another policy": event_hub_token(own, key, OWNER),
        "of an unknown policy": event_hub_token(own, key, "nobody"),
        "the hub's": token(hub.hostname, key, "service"),
        "a device's": token(f"{hub.hostname}/devices/{device.id}", device.key),
    }

    def reader(auth):
        options = {"connection_verify": hub.ca, "transport_type": TransportType.Amqp, "retry_total": 0}
        return EventHubConsumerClient(hub.hostname, entity, "$Default", AzureSasCredential(auth), **options)

    for auth in opening.values():
        with reader(auth) as client:
            assert client.get_partition_ids()
    for name, auth in refused.items():
        with reader(auth) as client, pytest.raises(EventHubError):
            assert not client.get_partition_ids(), name


def test_a_disabled_devices_token_opens_nothing(hub, service, device, token_for):
    keys = device.identity.authentication.symmetric_key
    service.update_device_with_sas(device.id, device.identity.etag, keys.primary_key, keys.secondary_key, "disabled")
    auth = token_for(device)
    assert Rest(hub)("POST", f"/devices/{device.id}/messages/events", auth).status_code == 401
    with Mqtt(hub, device, password=auth) as client:
        assert client.code == REFUSED
