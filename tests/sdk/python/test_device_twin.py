"""Twins, from the device's side and from the cloud's."""

import pytest
from azure.iot.device.exceptions import ClientError
from azure.iot.hub.models import Twin, TwinProperties
from waiting import Inbox


def wish(service, device, desired):
    service.update_twin(device.id, Twin(properties=TwinProperties(desired=desired)))


def desired_inbox(client):
    """What a device is told. The client reads the twin first, and hands out what was desired before."""
    inbox = Inbox("desired properties")
    client.on_twin_desired_properties_patch_received = inbox
    inbox.next()
    return inbox


def test_a_new_device_reads_an_empty_twin(device, connect, transport):
    twin = connect(device.connection_string, **transport).get_twin()
    assert twin == {"desired": {"$version": 1}, "reported": {"$version": 1}}


def test_a_device_reads_what_is_desired_and_what_it_has_reported(service, device, connect, transport):
    wish(service, device, {"interval": 10, "nested": {"on": True}})
    client = connect(device.connection_string, **transport)
    client.patch_twin_reported_properties({"interval": 5, "text": "ö 한글"})
    twin = client.get_twin()
    assert twin["desired"] == {"interval": 10, "nested": {"on": True}, "$version": 2}
    assert twin["reported"] == {"interval": 5, "text": "ö 한글", "$version": 2}


def test_the_service_reads_what_a_device_reports(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    client.patch_twin_reported_properties({"firmware": {"version": "1.2"}, "gone": 1})
    client.patch_twin_reported_properties({"firmware": {"state": "well"}, "gone": None})
    reported = service.get_twin(device.id).properties.reported
    assert reported["firmware"] == {"version": "1.2", "state": "well"}
    assert "gone" not in reported
    assert reported["$version"] == 3
    assert "$lastUpdated" in reported["$metadata"]["firmware"]["state"]


def test_a_report_that_is_not_allowed_is_an_error(device, connect, transport):
    client = connect(device.connection_string, **transport)
    with pytest.raises(ClientError):
        client.patch_twin_reported_properties({"a.b": 1})
    assert client.get_twin()["reported"] == {"$version": 1}


def test_a_device_is_told_of_a_change_with_its_version(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    inbox = desired_inbox(client)
    wish(service, device, {"interval": 10})
    assert inbox.next() == {"interval": 10, "$version": 2}
    wish(service, device, {"interval": None, "mode": "slow"})
    assert inbox.next() == {"interval": None, "mode": "slow", "$version": 3}


def test_a_device_is_told_of_a_replaced_twin(service, device, connect):
    wish(service, device, {"old": 1})
    client = connect(device.connection_string)
    inbox = desired_inbox(client)
    service.replace_twin(device.id, Twin(properties=TwinProperties(desired={"new": 2})))
    assert inbox.next() == {"new": 2, "$version": 3}


def test_a_device_is_not_told_of_tags(service, device, connect):
    client = connect(device.connection_string)
    inbox = desired_inbox(client)
    service.update_twin(device.id, Twin(tags={"plant": "43"}))
    assert inbox.is_quiet()


def test_a_change_while_a_device_was_away_reaches_it_when_it_is_back(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    inbox = desired_inbox(client)
    wish(service, device, {"seen": 1})
    assert inbox.next()["seen"] == 1
    client.disconnect()
    wish(service, device, {"missed": 2})
    # On connecting again the client asks for the twin without ever having subscribed to the answers.
    client.connect()
    assert inbox.next() == {"seen": 1, "missed": 2, "$version": 3}
