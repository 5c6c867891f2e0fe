"""The other end of a live hub: the published SDKs for Python, as a service, a reader and a device.

It starts a hub on the SDKs' ports, and does what it is told in lines of JSON: `{"do": "call_method", ...}`. Each line is
answered by one: `{"gave": ...}` or `{"failed": "..."}`. The first line that it says is the hub.
"""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path

SDK_TESTS = Path(__file__).resolve().parent.parent / "sdk"
sys.path[:0] = [str(SDK_TESTS), str(SDK_TESTS / "python")]

import hub as emulator  # noqa: E402
from azure.iot.device import IoTHubDeviceClient, MethodResponse  # noqa: E402
from azure.iot.hub import IoTHubRegistryManager  # noqa: E402
from azure.iot.hub.models import CloudToDeviceMethod, Twin, TwinProperties  # noqa: E402
from telemetry import OLDEST, Reading, reader  # noqa: E402
from waiting import Inbox  # noqa: E402

# The SDKs tell on these loggers what they send, tokens included.
for name in ("azure", "uamqp", "paho"):
    logging.getLogger(name).setLevel(logging.ERROR)


class OtherEnd:
    """What can be done. Each method is a command, and its arguments are the command's members."""

    def __init__(self, hub):
        self._host = hub.hostname
        self._service = IoTHubRegistryManager.from_connection_string(hub.iothubowner)
        self._reading = Reading(reader(hub.eventhub, connection_verify=hub.ca), OLDEST)
        self._reading.__enter__()
        self._device = None
        self._heard = Inbox("call, message or patch")

    def close(self):
        self._reading.__exit__()
        if self._device:
            self._device.shutdown()

    # The cloud.

    def call_method(self, device, method, payload):
        called = CloudToDeviceMethod(method_name=method, payload=payload)
        result = self._service.invoke_device_method(device, called)
        return {"status": result.status, "payload": result.payload}

    def send(self, device, text, properties):
        self._service.send_c2d_message(device, text, properties)

    def desire(self, device, patch):
        self._service.update_twin(device, Twin(properties=TwinProperties(desired=patch)))

    def reported(self, device):
        return self._service.get_twin(device).properties.reported

    def create(self, device):
        """Registers a device."""
        self._service.create_device_with_sas(device, None, None, "enabled")

    def next_event(self, device):
        """The next event of a device: its body."""
        mine = device.encode()
        _, event = self._reading.next(
            lambda event: event.system_properties[b"iothub-connection-device-id"] == mine
        )
        return event.body_as_str()

    # A device.

    def connect(self, device):
        """Connects as a device, and listens for everything."""
        keys = self._service.get_device(device).authentication.symmetric_key
        string = f"HostName={self._host};DeviceId={device};SharedAccessKey={keys.primary_key}"
        client = IoTHubDeviceClient.create_from_connection_string(string)
        client.on_method_request_received = self._answer
        client.on_message_received = lambda message: self._heard({"message": message.data.decode()})
        client.on_twin_desired_properties_patch_received = lambda patch: self._heard({"patch": patch})
        self._device = client
        client.connect()

    def publish(self, text):
        self._device.send_message(text)

    def heard(self):
        """The next thing that the device was told."""
        return self._heard.next()

    def _answer(self, request):
        self._heard({"method": request.name, "payload": request.payload})
        answer = MethodResponse.create_from_method_request(request, 200, {"from": "Python"})
        self._device.send_method_response(answer)


def say(what):
    print(json.dumps(what), flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix="iothub-live-") as folder:
        hub = emulator.start(folder, emulator.EPHEMERAL)
        os.environ.update(hub.environment)
        other_end = OtherEnd(hub)
        say({"hostname": hub.hostname, "listen": hub.address, "port": 443, "ca": hub.ca, "strings": hub.connections})
        try:
            for line in sys.stdin:
                command = json.loads(line)
                act = getattr(other_end, command.pop("do"))
                try:
                    say({"gave": act(**command)})
                except Exception as error:  # Whatever an SDK raises is for the test to show.
                    say({"failed": f"{type(error).__name__}: {error}"})
        finally:
            other_end.close()
            hub.stop()


if __name__ == "__main__":
    main()
