"""Twins and queries through azure-iot-hub."""

import uuid

import pytest
from azure.iot.hub.models import QuerySpecification, Twin, TwinProperties
from msrest.exceptions import HttpOperationError


def status_of(act, *arguments):
    with pytest.raises(HttpOperationError) as refusal:
        act(*arguments)
    return refusal.value.response.status_code


@pytest.fixture
def fleet(service):
    """Seven devices with a tag that no other device has."""
    tag = uuid.uuid4().hex
    ids = [f"{tag}-{number}" for number in range(7)]
    for device_id in ids:
        service.create_device_with_sas(device_id, None, None, "enabled")
        service.update_twin(device_id, Twin(tags={"fleet": tag}))
    yield tag, ids
    for device_id in ids:
        service.delete_device(device_id)


def query(service, text, token=None, most=None):
    return service.query_iot_hub(QuerySpecification(query=text), token, most)


def test_a_new_twin_has_its_sections_with_versions_and_metadata(service, device):
    twin = service.get_twin(device.id)
    assert twin.device_id == device.id
    assert twin.etag and twin.version >= 1
    assert twin.status == "enabled" and twin.connection_state == "Disconnected"
    for section in (twin.properties.desired, twin.properties.reported):
        assert section["$version"] == 1
        assert "$lastUpdated" in section["$metadata"]


def test_a_patch_merges_and_null_removes(service, device):
    service.update_twin(device.id, Twin(tags={"plant": {"name": "43", "floor": 1}, "old": 1}))
    twin = service.update_twin(device.id, Twin(tags={"plant": {"floor": 2}, "old": None}))
    assert twin.tags == {"plant": {"name": "43", "floor": 2}}


def test_a_replacement_leaves_nothing_of_what_was(service, device):
    service.update_twin(device.id, Twin(tags={"old": 1}, properties=TwinProperties(desired={"old": 1})))
    change = Twin(tags={"new": 2}, properties=TwinProperties(desired={"new": 2}))
    twin = service.replace_twin(device.id, change)
    assert twin.tags == {"new": 2}
    assert twin.properties.desired["new"] == 2
    assert "old" not in twin.properties.desired


def test_versions_rise_and_metadata_tell_when(service, device):
    change = Twin(properties=TwinProperties(desired={"a": {"b": 1}}))
    twin = service.update_twin(device.id, change)
    assert twin.properties.desired["$version"] == 2
    assert twin.properties.desired["$metadata"]["a"]["b"]["$lastUpdatedVersion"] == 2


def test_the_etag_keeps_two_writers_apart(service, device):
    etag = service.get_twin(device.id).etag
    changed = service.update_twin(device.id, Twin(tags={"first": 1}), etag)
    assert changed.etag != etag
    assert status_of(service.update_twin, device.id, Twin(tags={"second": 2}), etag) == 412
    assert service.update_twin(device.id, Twin(tags={"second": 2}), changed.etag).tags == {"first": 1, "second": 2}


@pytest.mark.parametrize("value", [1, -1.5, True, "ö 한글", "", {"a": {"b": {}}}, [1, [2], {"c": None or 0}]])
def test_values_come_back_as_they_were(service, device, value):
    service.update_twin(device.id, Twin(properties=TwinProperties(desired={"value": value})))
    assert service.get_twin(device.id).properties.desired["value"] == value


def test_what_a_twin_may_not_hold_is_refused(service, device):
    change = Twin(properties=TwinProperties(desired={"a b": 1}))
    assert status_of(service.update_twin, device.id, change) == 400


def test_the_twin_of_an_unknown_device_is_not_found(service):
    assert status_of(service.get_twin, "nobody") == 404
    assert status_of(service.update_twin, "nobody", Twin(tags={"a": 1})) == 404


def test_a_query_finds_twins(service, fleet):
    tag, ids = fleet
    found = query(service, f"SELECT * FROM devices WHERE tags.fleet = '{tag}'")
    assert found.type == "Twin"
    assert sorted(twin.device_id for twin in found.items) == ids
    assert found.items[0].tags == {"fleet": tag}
    assert found.continuation_token is None


def test_a_query_is_read_page_by_page(service, fleet):
    tag, ids = fleet
    text = f"SELECT * FROM devices WHERE tags.fleet = '{tag}'"
    pages, token = [], None
    while True:
        page = query(service, text, token, 3)
        pages.append([twin.device_id for twin in page.items])
        token = page.continuation_token
        if not token:
            break
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(sum(pages, [])) == ids


def test_a_last_page_that_is_full_is_the_last(service, fleet):
    tag, ids = fleet
    page = query(service, f"SELECT * FROM devices WHERE tags.fleet = '{tag}'", None, 7)
    assert len(page.items) == 7
    assert page.continuation_token is None


def test_a_query_that_finds_nothing_is_an_empty_page(service):
    page = query(service, "SELECT * FROM devices WHERE tags.fleet = 'no such fleet'")
    assert page.items == [] and page.continuation_token is None


def test_a_query_that_cannot_be_read_is_refused(service):
    assert status_of(query, service, "SELECT FROM WHERE") == 400
