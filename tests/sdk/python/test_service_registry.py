"""The identity registry through azure-iot-hub."""

import base64
import os
import uuid

import pytest
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import AuthenticationMechanism, ExportImportDevice
from msrest.exceptions import HttpOperationError


@pytest.fixture
def new_id(service):
    """The id of a device that is deleted after the test, whether it was created or not."""
    device_id = f"device-{uuid.uuid4()}"
    yield device_id
    try:
        service.delete_device(device_id)
    except HttpOperationError as error:
        assert error.response.status_code == 404


def refusal_of(act, *arguments):
    """The status and the body of a refusal."""
    with pytest.raises(HttpOperationError) as refusal:
        act(*arguments)
    return refusal.value.response.status_code, refusal.value.response.text


def create(service, device_id, primary_key=None, secondary_key=None, status="enabled"):
    return service.create_device_with_sas(device_id, primary_key, secondary_key, status)


def key():
    return base64.b64encode(os.urandom(32)).decode()


def update(service, identity, etag=None, **changes):
    keys = identity.authentication.symmetric_key
    return service.update_device_with_sas(
        identity.device_id,
        etag or identity.etag,
        changes.get("primary_key", keys.primary_key),
        changes.get("secondary_key", keys.secondary_key),
        changes.get("status", identity.status),
    )


def test_a_device_without_keys_is_given_two(service, new_id):
    device = create(service, new_id)
    keys = device.authentication.symmetric_key
    assert device.device_id == new_id
    assert device.status == "enabled"
    assert device.connection_state == "Disconnected"
    assert device.cloud_to_device_message_count == 0
    assert device.authentication.type == "sas"
    assert device.capabilities.iot_edge is False
    assert device.generation_id and device.etag
    assert len(base64.b64decode(keys.primary_key)) >= 16
    assert keys.primary_key != keys.secondary_key


def test_a_device_keeps_the_keys_that_it_is_given(service, new_id):
    primary, secondary = key(), key()
    create(service, new_id, primary, secondary)
    keys = service.get_device(new_id).authentication.symmetric_key
    assert (keys.primary_key, keys.secondary_key) == (primary, secondary)


def test_times_that_never_were_can_be_read(service, new_id):
    device = create(service, new_id)
    assert device.last_activity_time.year == 1
    assert device.connection_state_updated_time.year == 1


def test_a_device_is_created_once(service, new_id):
    create(service, new_id)
    status, body = refusal_of(create, service, new_id)
    assert status == 409
    assert "ErrorCode:DeviceAlreadyExists;" in body


def test_a_device_that_is_not_there_is_not_found(service, new_id):
    status, body = refusal_of(service.get_device, new_id)
    assert status == 404
    assert "ErrorCode:DeviceNotFound;" in body


@pytest.mark.parametrize("device_id", ["space in it", "a/b", "x" * 129])
def test_an_id_that_is_not_allowed_is_refused(service, device_id):
    status, _ = refusal_of(create, service, device_id)
    assert status in (400, 404)


def test_an_id_may_hold_odd_characters(service):
    device_id = f"-.%_*?!(),:=@$'{uuid.uuid4()}"
    assert create(service, device_id).device_id == device_id
    assert service.get_device(device_id).device_id == device_id
    service.delete_device(device_id)


def test_a_device_is_updated_by_its_etag(service, new_id):
    device = create(service, new_id)
    changed = update(service, device, status="disabled")
    assert changed.status == "disabled"
    assert changed.etag != device.etag
    assert changed.authentication.symmetric_key.primary_key == device.authentication.symmetric_key.primary_key


def test_an_old_etag_is_refused(service, new_id):
    device = create(service, new_id)
    update(service, device)
    status, body = refusal_of(update, service, device)
    assert status == 412
    assert "ErrorCode:PreconditionFailed;" in body


# With its quotes as the SDKs send it, and without them as people type it.
@pytest.mark.parametrize("any_etag", ['"*"', "*"])
def test_any_etag_is_spelled_with_quotes_or_without(service, any_etag):
    device_id = f"device-{uuid.uuid4()}"
    device = create(service, device_id)
    devices = service.protocol.devices
    assert devices.create_or_update_identity(device_id, device, any_etag).etag != device.etag
    assert devices.update_twin(device_id, {"tags": {"plant": "43"}}, any_etag).tags == {"plant": "43"}
    devices.delete_identity(device_id, any_etag)
    assert refusal_of(service.get_device, device_id)[0] == 404


@pytest.mark.parametrize("quoted", [True, False])
def test_an_etag_is_spelled_with_quotes_or_without(service, new_id, quoted):
    device = create(service, new_id)
    etag = f'"{device.etag}"' if quoted else device.etag
    devices = service.protocol.devices
    assert devices.create_or_update_identity(new_id, device, etag).etag != device.etag
    twin = service.get_twin(new_id)
    etag = f'"{twin.etag}"' if quoted else twin.etag
    assert devices.update_twin(new_id, {"tags": {"plant": "43"}}, etag).etag != twin.etag
    assert refusal_of(devices.update_twin, new_id, {"tags": {"plant": "44"}}, etag)[0] == 412


def test_a_device_that_is_deleted_is_gone(service):
    device_id = f"device-{uuid.uuid4()}"
    device = create(service, device_id)
    service.delete_device(device_id, device.etag)
    assert refusal_of(service.get_device, device_id)[0] == 404
    assert refusal_of(service.delete_device, device_id)[0] == 404
    assert refusal_of(service.get_twin, device_id)[0] == 404


def test_an_old_etag_deletes_nothing(service, new_id):
    device = create(service, new_id)
    update(service, device)
    assert refusal_of(service.delete_device, new_id, device.etag)[0] == 412
    assert service.get_device(new_id).device_id == new_id


def test_devices_are_listed(service, device, other_device):
    listed = {identity.device_id for identity in service.get_devices()}
    assert {device.id, other_device.id} <= listed
    assert len(service.get_devices(1)) == 1


def test_statistics_count_devices(service, device, connect):
    before = service.get_device_registry_statistics()
    assert before.total_device_count >= 1
    assert before.enabled_device_count + before.disabled_device_count == before.total_device_count
    online = service.get_service_statistics().connected_device_count
    connect(device.connection_string).connect()
    assert service.get_service_statistics().connected_device_count == online + 1


def test_devices_are_created_and_deleted_in_bulk(service):
    ids = [f"device-{uuid.uuid4()}" for _ in range(20)]

    def all_with(mode):
        sas = AuthenticationMechanism(type="sas", symmetric_key={"primaryKey": key(), "secondaryKey": key()})
        return [
            ExportImportDevice(id=device_id, import_mode=mode, status="enabled", authentication=sas)
            for device_id in ids
        ]

    assert service.bulk_create_or_update_devices(all_with("create")).is_successful
    assert set(ids) <= {identity.device_id for identity in service.get_devices()}
    again = service.bulk_create_or_update_devices(all_with("create"))
    assert not again.is_successful
    assert {error.device_id for error in again.errors} == set(ids)
    assert service.bulk_create_or_update_devices(all_with("delete")).is_successful
    assert not set(ids) & {identity.device_id for identity in service.get_devices()}


def test_a_module_has_keys_and_a_twin(service, device):
    module = service.create_module_with_sas(device.id, "module-1", "", None, None)
    assert module.authentication.symmetric_key.primary_key
    assert [known.module_id for known in service.get_modules(device.id)] == ["module-1"]
    assert service.get_module_twin(device.id, "module-1").module_id == "module-1"
    service.delete_module(device.id, "module-1")
    assert service.get_modules(device.id) == []


def test_the_host_name_may_have_a_port(hub, device):
    string = hub.service.replace(f"HostName={hub.hostname}", f"HostName={hub.hostname}:443")
    with_port = IoTHubRegistryManager.from_connection_string(string)
    # The port is part of what the token opens.
    assert with_port.get_twin(device.id).device_id == device.id
    with_port.send_c2d_message(device.id, "text", {})


def test_a_wrong_key_is_refused(hub, device):
    parts = hub.service.split("SharedAccessKey=")
    stranger = IoTHubRegistryManager.from_connection_string(f"{parts[0]}SharedAccessKey={key()}")
    status, _ = refusal_of(stranger.get_twin, device.id)
    assert status == 401


def test_an_unknown_policy_is_refused(hub, device):
    stranger = IoTHubRegistryManager.from_connection_string(
        f"HostName={hub.hostname};SharedAccessKeyName=nobody;SharedAccessKey={key()}"
    )
    assert refusal_of(stranger.get_twin, device.id)[0] == 401


def test_a_policy_opens_only_what_its_rights_allow(hub, device):
    service_only = IoTHubRegistryManager.from_connection_string(hub.service)
    assert service_only.get_twin(device.id).device_id == device.id
    status, body = refusal_of(service_only.get_device, device.id)
    assert status == 401
    assert "ErrorCode:IotHubUnauthorizedAccess;" in body


def test_a_device_key_opens_nothing_of_the_service(hub, device):
    with_device_key = IoTHubRegistryManager.from_connection_string(
        f"HostName={hub.hostname};SharedAccessKeyName=service;SharedAccessKey={device.key}"
    )
    assert refusal_of(with_device_key.get_twin, device.id)[0] == 401


def test_a_certificate_that_is_not_trusted_ends_the_attempt(hub, device, monkeypatch):
    from requests.exceptions import SSLError

    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    stranger = IoTHubRegistryManager.from_connection_string(hub.service)
    with pytest.raises(Exception) as problem:
        stranger.get_twin(device.id)
    assert isinstance(problem.value.__cause__ or problem.value, SSLError) or "SSL" in str(problem.value)
