"""The rules of the hub's MQTT that no SDK breaks or tries, with another client."""

import json

import pytest
from mqtt import REFUSED, Mqtt
from telemetry import body, properties
from waiting import until


@pytest.mark.parametrize(
    "form",
    [
        "{host}/{id}/?api-version=2021-04-12",
        "{host}/{id}/?api-version=2020-09-30&DeviceClientType=a%20b&model-id=dtmi%3Aexample%3BThermostat%3B1",
        "{host}/{id}/api-version=2016-11-14&DeviceClientType=old",
        "{host}/{id}",
        "{host}/{id}/",
    ],
)
def test_every_form_of_the_user_name_that_is_in_use_connects(hub, device, form):
    with Mqtt(hub, device, user=form.format(host=hub.hostname, id=device.id)) as client:
        assert client.code == 0


def test_names_that_do_not_fit_are_refused(hub, device, other_device):
    version = "?api-version=2021-04-12"
    for options in [
        {"user": f"other.example/{device.id}/{version}"},
        {"user": f"{hub.hostname}/{other_device.id}/{version}"},
        {"user": f"{hub.hostname}/{device.id}/module/{version}"},
        {"client_id": other_device.id},
    ]:
        with Mqtt(hub, device, **options) as client:
            assert client.code == REFUSED, options


@pytest.mark.parametrize(
    "act",
    [
        lambda client, own: client.publish(f"{own}/messages/events/", qos=2),
        lambda client, own: client.publish(f"/{own}/messages/events/"),
        lambda client, own: client.publish("devices/another/messages/events/"),
        lambda client, own: client.publish("homeassistant/status"),
        lambda client, own: client.publish("$iothub/twin/GET/"),
        lambda client, own: client.publish(f"{own}/messages/events/", bytes(262_145)),
        lambda client, own: client.client.subscribe("#"),
        lambda client, own: client.client.subscribe("devices/another/messages/devicebound/#"),
        lambda client, own: client.client.unsubscribe("homeassistant/#"),
    ],
)
def test_what_is_not_allowed_ends_the_connection(hub, device, act):
    with Mqtt(hub, device) as client:
        act(client, f"devices/{device.id}")
        assert client.ended.next() != 0


def test_a_twin_is_read_and_changed_with_answers_that_name_the_request(hub, device):
    with Mqtt(hub, device) as client:
        assert client.subscribe("$iothub/twin/res/#", qos=2) == (1,)

        def ask(topic, payload=b""):
            client.publish(f"$iothub/twin/{topic}", payload, qos=0)
            answer = client.messages.next()
            assert answer.qos == 0
            return answer.topic.removeprefix("$iothub/twin/res/"), answer.payload

        where, twin = ask("GET/?$rid=a-1")
        assert where == "200/?$rid=a-1"
        assert json.loads(twin) == {"desired": {"$version": 1}, "reported": {"$version": 1}}
        reported = "PATCH/properties/reported/?$rid="
        assert ask(f"{reported}2", b'{"a": 1}') == ("204/?$rid=2&$version=2", b"")
        for request, payload, status in [
            ("3&$version=1", b'{"a": 2}', 412),
            ("4", b"nonsense", 400),
            ("5", b'{"$version": 2}', 400),
        ]:
            where, why = ask(reported + request, payload)
            assert where.startswith(f"{status}/?$rid={request[0]}")
            assert json.loads(why)["errorCode"] // 1000 == status


def test_what_a_message_has_besides_its_body_becomes_properties(hub, device, event_log):
    with Mqtt(hub, device) as client:
        events = f"devices/{device.id}/messages/events"
        client.publish(events, b"no bag", qos=0)
        client.publish(f"{events}/", b"retained", retain=True)
        client.publish(f"{events}/a=1&empty=&none&b%20c=d%2Fe/", b"a bag")
        plain, retained, bag = (event for _, event in event_log.of(device, 3))
    assert (body(plain), properties(plain)) == (b"no bag", {})
    assert (body(retained), properties(retained)) == (b"retained", {"mqtt-retain": "true"})
    assert (body(bag), properties(bag)) == (b"a bag", {"a": "1", "empty": "", "none": None, "b c": "d/e"})


def test_a_property_without_a_value_is_written_with_an_empty_one(hub, service, device):
    with Mqtt(hub, device) as client:
        client.subscribe(f"devices/{device.id}/messages/devicebound/#")
        service.send_c2d_message(device.id, "text", {"none": None, "own": "value"})
        assert client.messages.next().topic.endswith("&none=&own=value")


def test_the_will_of_a_client_that_falls_silent_is_an_event(hub, service, device, event_log):
    will = (f"devices/{device.id}/messages/events/why=gone", b"last words", 1)
    client = Mqtt(hub, device, keepalive=5, will=will)
    client.fall_silent()
    until("the hub to give it up", lambda: service.get_device(device.id).connection_state == "Disconnected")
    ((_, event),) = event_log.of(device, 1)
    assert (body(event), properties(event)) == (b"last words", {"why": "gone", "iothub-MessageType": "Will"})
