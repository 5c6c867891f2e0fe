"""A client that renews its token connects anew and does not subscribe again: the hub has to know what it listens to."""

import pytest
from azure.iot.device import MethodResponse
from azure.iot.hub.models import CloudToDeviceMethod, Twin, TwinProperties
from waiting import Inbox, until

# The client renews its token two minutes before it ends: five seconds from now.
TOKEN_LIFE = 125


def connected_since(service, device):
    identity = service.get_device(device.id)
    return identity.connection_state_updated_time if identity.connection_state == "Connected" else None


@pytest.fixture
def renewed(service, device, connect, transport):
    """A client with all its handlers, that has renewed its token since."""
    client = connect(device.connection_string, sastoken_ttl=TOKEN_LIFE, **transport)
    client.messages = Inbox("message")
    client.patches = Inbox("desired properties")
    client.on_message_received = client.messages
    client.on_twin_desired_properties_patch_received = client.patches
    client.on_method_request_received = lambda request: client.send_method_response(
        MethodResponse.create_from_method_request(request, 200, "well")
    )
    before = until("the device to be connected", lambda: connected_since(service, device))
    until("the token to be renewed", lambda: connected_since(service, device) not in (None, before))
    return client


def test_everything_goes_on_after_a_token_is_renewed(service, device, renewed):
    service.send_c2d_message(device.id, "after the renewal", {})
    assert renewed.messages.next().data == b"after the renewal"

    result = service.invoke_device_method(device.id, CloudToDeviceMethod(method_name="state"))
    assert (result.status, result.payload) == (200, "well")

    service.update_twin(device.id, Twin(properties=TwinProperties(desired={"interval": 10})))
    until("the device to be told", lambda: renewed.patches.next() == {"interval": 10, "$version": 2})

    renewed.patch_twin_reported_properties({"interval": 10})
    assert renewed.get_twin()["reported"]["interval"] == 10
    renewed.send_message("after the renewal")
