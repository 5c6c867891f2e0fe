"""Direct methods: the service calls, the device answers."""

import time

import pytest
from azure.iot.device import MethodResponse
from azure.iot.hub.models import CloudToDeviceMethod
from msrest.exceptions import HttpOperationError

# Whatever has a meaning in a topic or not, as far as a topic may hold it.
ODD_NAMES = ["plain", "with space", "한글", "a=b&c?d"]


def serve(client, answer):
    """Has a device answer with what `answer` makes of a request: a status and a payload."""

    def on_request(request):
        status, payload = answer(request)
        client.send_method_response(MethodResponse.create_from_method_request(request, status, payload))

    client.on_method_request_received = on_request


def call(service, device, name="method", payload=None, **timeouts):
    method = CloudToDeviceMethod(method_name=name, payload=payload, **timeouts)
    return service.invoke_device_method(device.id, method)


def test_a_device_answers_with_a_status_and_a_payload(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    serve(client, lambda request: (207, {"got": request.payload, "name": request.name}))
    result = call(service, device, "SetInterval", {"seconds": 10})
    assert result.status == 207
    assert result.payload == {"got": {"seconds": 10}, "name": "SetInterval"}


@pytest.mark.parametrize("payload", [{}, [], {"deep": [1, None, {"x": 1.5}]}, 10, "text", True, "", "ö 한글"])
def test_any_json_is_a_payload(service, device, connect, payload):
    client = connect(device.connection_string)
    serve(client, lambda request: (200, request.payload))
    assert call(service, device, payload=payload).payload == payload


def test_an_answer_may_have_no_payload(service, device, connect):
    client = connect(device.connection_string)
    serve(client, lambda request: (200, None))
    result = call(service, device)
    assert result.status == 200
    assert result.payload is None


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_name_arrives_as_it_was_called(service, device, connect, name):
    client = connect(device.connection_string)
    serve(client, lambda request: (200, request.name))
    assert call(service, device, name).payload == name


def test_several_calls_run_at_a_time(service, device, connect, transport):
    from concurrent.futures import ThreadPoolExecutor

    client = connect(device.connection_string, **transport)
    serve(client, lambda request: (200, request.payload))
    # The first call subscribes the device.
    call(service, device)
    with ThreadPoolExecutor(8) as callers:
        results = list(callers.map(lambda number: call(service, device, payload=number).payload, range(40)))
    assert results == list(range(40))


def test_a_payload_of_100_kb_goes_both_ways(service, device, connect, transport):
    client = connect(device.connection_string, **transport)
    serve(client, lambda request: (200, request.payload))
    assert call(service, device, payload="x" * 100_000).payload == "x" * 100_000


def test_a_device_that_is_not_connected_cannot_be_called(service, device):
    with pytest.raises(HttpOperationError) as refusal:
        call(service, device)
    assert refusal.value.response.status_code == 404
    assert "404103" in refusal.value.response.text


def test_a_device_that_does_not_answer_in_time_is_a_gateway_timeout(service, device, connect):
    client = connect(device.connection_string)
    client.on_method_request_received = lambda request: None
    began = time.monotonic()
    with pytest.raises(HttpOperationError) as refusal:
        call(service, device, response_timeout_in_seconds=5)
    assert refusal.value.response.status_code == 504
    assert 4.5 < time.monotonic() - began < 10


def test_a_call_waits_for_a_device_as_long_as_it_says(service, device, connect):
    from concurrent.futures import ThreadPoolExecutor

    client = connect(device.connection_string)
    with ThreadPoolExecutor(1) as caller:
        result = caller.submit(
            call, service, device, connect_timeout_in_seconds=15, response_timeout_in_seconds=15
        )
        serve(client, lambda request: (200, "came late"))
        assert result.result(20).payload == "came late"
