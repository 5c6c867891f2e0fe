"""The SDKs' asynchronous clients, which most newer programs use."""

import asyncio

import pytest
from azure.eventhub import TransportType
from azure.eventhub.aio import EventHubConsumerClient
from azure.iot.device import MethodResponse
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.hub.models import CloudToDeviceMethod, Twin, TwinProperties
from telemetry import body, sent_by
from waiting import LIMIT, Inbox


def run(test):
    asyncio.run(asyncio.wait_for(test, LIMIT))


def test_a_device_sends_and_is_reached(service, device, event_log, transport):
    async def act():
        client = IoTHubDeviceClient.create_from_connection_string(device.connection_string, **transport)
        # The SDK calls its handlers in a loop of another thread.
        messages, patches = Inbox("message"), Inbox("desired properties")

        async def answer(request):
            payload = {"name": request.name, "payload": request.payload}
            await client.send_method_response(MethodResponse.create_from_method_request(request, 201, payload))

        client.on_message_received = messages
        client.on_twin_desired_properties_patch_received = patches
        client.on_method_request_received = answer
        try:
            await asyncio.gather(*(client.send_message(str(number)) for number in range(20)))
            await client.patch_twin_reported_properties({"a": {"b": [1, 2]}})
            assert (await client.get_twin())["reported"] == {"a": {"b": [1, 2]}, "$version": 2}
            await asyncio.to_thread(service.send_c2d_message, device.id, "text", {"own": "value"})
            message = await asyncio.to_thread(messages.next)
            assert (message.data, message.custom_properties) == (b"text", {"own": "value"})
            desired = Twin(properties=TwinProperties(desired={"interval": 10}))
            await asyncio.to_thread(service.update_twin, device.id, desired)
            # A client that connects with this handler is told what was desired before.
            while (patch := await asyncio.to_thread(patches.next)) == {"$version": 1}:
                pass
            assert patch == {"interval": 10, "$version": 2}
            call = CloudToDeviceMethod(method_name="do it/now", payload={"a": 1})
            result = await asyncio.to_thread(service.invoke_device_method, device.id, call)
            assert (result.status, result.payload) == (201, {"name": "do it/now", "payload": {"a": 1}})
        finally:
            await client.shutdown()

    run(act())
    assert sorted(int(body(event)) for _, event in event_log.of(device, 20)) == list(range(20))


@pytest.mark.parametrize("door", ["tls", "emulator"])
def test_a_reader_hears_how_far_its_partition_reaches(hub, device, connect, door):
    sender = connect(device.connection_string)
    for number in range(20):
        sender.send_message(str(number))
    string, options = hub.eventhub_emulator, {}
    if door == "tls":
        string, options = hub.eventhub, {"connection_verify": hub.ca, "transport_type": TransportType.Amqp}

    async def act():
        events = asyncio.Queue()

        async def take(partition, batch):
            for event in batch:
                if sent_by(device.id)(event):
                    await events.put((event, partition.last_enqueued_event_properties))

        async def fail(partition, error):
            await events.put((error, None))

        client = EventHubConsumerClient.from_connection_string(string, "$Default", retry_total=0, **options)
        async with client:
            reading = client.receive_batch(
                take, on_error=fail, starting_position="-1", track_last_enqueued_event_properties=True
            )
            reading = asyncio.create_task(reading)
            for number in range(20):
                event, last = await events.get()
                assert body(event) == b"%d" % number
            assert last["sequence_number"] >= event.sequence_number
            assert int(last["offset"]) >= int(event.offset)
            assert last["enqueued_time"] >= event.enqueued_time
            assert last["retrieval_time"]
            reading.cancel()

    run(act())
