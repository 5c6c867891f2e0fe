"""Who gets in, and what the registry shows of it."""

import base64
import os
import threading

import pytest
from azure.iot.device import exceptions
from conftest import device_string
from waiting import QUIET, until


def state(service, device):
    return service.get_device(device.id).connection_state


def test_a_device_is_connected_until_it_says_that_it_leaves(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    assert state(service, device) == "Disconnected"
    client.connect()
    assert state(service, device) == "Connected"
    client.disconnect()
    # Over WebSockets the socket may stay open for longer than the session.
    until("the registry to show it", lambda: state(service, device) == "Disconnected", limit=2)


def test_a_device_connects_again(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    for _ in range(3):
        client.connect()
        client.disconnect()
    client.connect()
    assert state(service, device) == "Connected"


def test_a_device_connects_with_its_secondary_key(hub, device, connect, transport):
    key = device.identity.authentication.symmetric_key.secondary_key
    connect(device_string(hub, device.id, key), **transport).connect()


def test_a_policy_key_does_not_open_a_device(hub, device, connect, transport):
    key = hub.service.split("SharedAccessKey=")[1]
    with pytest.raises(exceptions.CredentialError):
        connect(device_string(hub, device.id, key), **transport).connect()


def test_a_wrong_key_is_refused_as_a_credential(hub, device, connect, transport):
    key = base64.b64encode(os.urandom(32)).decode()
    with pytest.raises(exceptions.CredentialError):
        connect(device_string(hub, device.id, key), **transport).connect()


def test_an_unknown_device_is_refused_as_a_credential(hub, device, connect, transport):
    with pytest.raises(exceptions.CredentialError):
        connect(device_string(hub, f"{device.id}-unknown", device.key), **transport).connect()


def test_the_key_of_another_device_is_refused(hub, device, other_device, connect, transport):
    with pytest.raises(exceptions.CredentialError):
        connect(device_string(hub, device.id, other_device.key), **transport).connect()


def test_a_disabled_device_is_refused(service, device, connect, transport):
    keys = device.identity.authentication.symmetric_key
    service.update_device_with_sas(
        device.id, device.identity.etag, keys.primary_key, keys.secondary_key, "disabled"
    )
    with pytest.raises(exceptions.CredentialError):
        connect(device.connection_string, **transport).connect()


def test_a_device_that_is_disabled_loses_its_connection(service, device, connect, transport):
    client = connect(device.connection_string, connection_retry=False, **transport)
    client.connect()
    keys = device.identity.authentication.symmetric_key
    service.update_device_with_sas(
        device.id, device.identity.etag, keys.primary_key, keys.secondary_key, "disabled"
    )
    until("the connection to end", lambda: not client.connected)


def test_a_token_of_the_caller_s_own_opens_the_device(service, device, connect, token_for, transport):
    from azure.iot.device import IoTHubDeviceClient

    client = IoTHubDeviceClient.create_from_sastoken(token_for(device), **transport)
    client.connect()
    assert state(service, device) == "Connected"
    client.shutdown()


def test_a_certificate_that_is_not_trusted_ends_the_attempt(device, connect, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(exceptions.ClientError, match="TLS"):
        connect(device.connection_string, connection_retry=False).connect()


def test_the_certificate_may_be_given_to_the_client(hub, service, device, connect, monkeypatch, transport):
    monkeypatch.delenv("SSL_CERT_FILE")
    with open(hub.ca) as certificate:
        client = connect(device.connection_string, server_verification_cert=certificate.read(), **transport)
    client.connect()
    assert state(service, device) == "Connected"


def test_of_two_connections_the_newer_one_stays(device, connect, transport):
    older = connect(device.connection_string, connection_retry=False, **transport)
    newer = connect(device.connection_string, connection_retry=False, **transport)
    older.connect()
    newer.connect()
    until("the older connection to end", lambda: not older.connected)
    newer.send_message("still there")


def test_a_hub_takes_a_fight_for_one_id_calmly(service, device, other_device, connect):
    fighters = [connect(device.connection_string) for _ in range(2)]
    bystander = connect(other_device.connection_string)
    bystander.connect()
    for fighter in fighters:
        fighter.connect()
    # Each takes the session from the other some dozens of times a second.
    over = threading.Event()
    threading.Timer(3 * QUIET, over.set).start()
    while not over.is_set():
        bystander.send_message("not disturbed")

    def goes_through(act, *arguments):
        try:
            act(*arguments)
        except exceptions.ClientError:
            return False
        return True

    # The other may have taken the session a moment ago, and the last blow may still be on its way.
    until("one of them to leave", lambda: goes_through(fighters[0].disconnect))
    until("the fight to end", lambda: goes_through(fighters[1].send_message, "at peace"))
    assert state(service, device) == "Connected"
