"""A thermometer that sends what it measures, and lets the cloud say how often.

Install: pip install azure-iot-device
Set:     IOTHUB_DEVICE_CONNECTION_STRING  the device's own connection string
"""

import json
import os
import random
import sys
import time

from azure.iot.device import IoTHubDeviceClient, Message, MethodResponse
from azure.iot.device.exceptions import ClientError

# The numbers of seconds that the device agrees to.
LEAST, MOST = 1, 600


class Thermometer:
    def __init__(self, device):
        self.device = device
        # The time between two messages, until the cloud asks for another.
        self.interval = 1.0

    def send_telemetry(self):
        while True:
            temperature = 20 + random.random() * 15
            humidity = 60 + random.random() * 20
            body = f'{{"temperature": {temperature:.2f}, "humidity": {humidity:.2f}}}'
            alert = "true" if temperature > 30 else "false"

            message = Message(body, content_type="application/json", content_encoding="utf-8")
            message.custom_properties["temperatureAlert"] = alert
            self.device.send_message(message)
            print(f"Sent {body}, temperatureAlert = {alert}")
            time.sleep(self.interval)

    def answer_method(self, request):
        print(f"Method {request.name} called, payload {json.dumps(request.payload)}")

        # The caller gets this status and this text, whatever they are.
        if request.name != "SetTelemetryInterval":
            status, response = 404, f"Direct method not defined: {request.name}"
        elif not is_agreeable(request.payload):
            status, response = 400, "Invalid parameter"
        else:
            self.interval = float(request.payload)
            status, response = 200, "Executed direct method SetTelemetryInterval"

        print(f"Answering {status}: {response}")
        answer = MethodResponse.create_from_method_request(request, status, {"Response": response})
        self.device.send_method_response(answer)


def is_agreeable(payload):
    # True and False are numbers in Python, but not seconds.
    is_number = isinstance(payload, (int, float)) and not isinstance(payload, bool)
    return is_number and LEAST <= payload <= MOST


def main():
    connection_string = os.environ.get("IOTHUB_DEVICE_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_DEVICE_CONNECTION_STRING is not set: set it to the device's connection string")
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))

    device = IoTHubDeviceClient.create_from_connection_string(connection_string)
    thermometer = Thermometer(device)
    try:
        device.connect()
        print(f"{parts.get('DeviceId')} is connected over MQTT.")
        # This subscribes: from now on the hub passes methods on to this device.
        device.on_method_request_received = thermometer.answer_method
        thermometer.send_telemetry()
    except ClientError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        device.shutdown()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
