"""A module of a device: it has keys, a twin, methods and a connection of its own."""

from types import SimpleNamespace

import pytest
from azure.iot.device import IoTHubModuleClient, MethodResponse
from azure.iot.hub.models import CloudToDeviceMethod, QuerySpecification, Twin, TwinProperties
from conftest import device_string
from telemetry import body, system
from waiting import Inbox, until

MODULE = "module-1"


@pytest.fixture
def module(hub, service, device, transport):
    """A module that is connected and listens."""
    keys = service.create_module_with_sas(device.id, MODULE, "", None, None).authentication.symmetric_key
    string = f"{device_string(hub, device.id, keys.primary_key)};ModuleId={MODULE}"
    client = IoTHubModuleClient.create_from_connection_string(string, **transport)
    patches = Inbox("desired properties")
    client.on_twin_desired_properties_patch_received = patches
    client.on_method_request_received = lambda request: client.send_method_response(
        MethodResponse.create_from_method_request(request, 200, request.payload)
    )
    client.connect()
    yield SimpleNamespace(client=client, patches=patches)
    client.shutdown()


def test_its_telemetry_names_it(device, module, event_log):
    module.client.send_message("text")
    ((_, event),) = event_log.of(device, 1)
    assert body(event) == b"text"
    assert system(event, "iothub-connection-module-id") == MODULE


def test_its_twin_is_not_the_devices(service, device, module):
    module.client.patch_twin_reported_properties({"a": 1})
    assert service.get_module_twin(device.id, MODULE).properties.reported["a"] == 1
    assert "a" not in service.get_twin(device.id).properties.reported
    service.update_module_twin(device.id, MODULE, Twin(properties=TwinProperties(desired={"b": 2})))
    until("the module to be told", lambda: module.patches.next() == {"b": 2, "$version": 2})
    query = f"SELECT * FROM devices.modules WHERE deviceId = '{device.id}'"
    (found,) = service.query_iot_hub(QuerySpecification(query=query)).items
    assert (found.module_id, found.properties.desired["b"]) == (MODULE, 2)


def test_it_answers_methods(service, device, module):
    call = CloudToDeviceMethod(method_name="echo", payload=[1, "two"], connect_timeout_in_seconds=5)
    assert service.invoke_device_module_method(device.id, MODULE, call).payload == [1, "two"]


def test_it_is_connected_for_itself(service, device, module):
    assert service.get_module(device.id, MODULE).connection_state == "Connected"
    assert service.get_device(device.id).connection_state == "Disconnected"
