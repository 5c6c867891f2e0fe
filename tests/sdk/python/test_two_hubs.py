"""Two hubs on one machine: each has an address, keys and devices of its own."""

import pytest
from azure.iot.device import IoTHubDeviceClient, exceptions
from azure.iot.hub import IoTHubRegistryManager
from conftest import device_string
from hub import EPHEMERAL
from msrest.exceptions import HttpOperationError


def test_a_device_of_one_hub_is_unknown_to_the_other(hub, device, own_hub):
    other = own_hub(EPHEMERAL)
    assert other.address != hub.address
    registry = IoTHubRegistryManager.from_connection_string(other.iothubowner)
    with pytest.raises(HttpOperationError) as refusal:
        registry.get_device(device.id)
    assert refusal.value.response.status_code == 404
    client = IoTHubDeviceClient.create_from_connection_string(device_string(other, device.id, device.key))
    with pytest.raises(exceptions.CredentialError):
        client.connect()
    client.shutdown()


def test_a_policy_of_one_hub_opens_nothing_of_the_other(hub, own_hub):
    other = own_hub(EPHEMERAL)
    keys = hub.iothubowner.split(";", 1)[1]
    registry = IoTHubRegistryManager.from_connection_string(f"HostName={other.hostname};{keys}")
    with pytest.raises(HttpOperationError) as refusal:
        registry.get_service_statistics()
    assert refusal.value.response.status_code == 401
