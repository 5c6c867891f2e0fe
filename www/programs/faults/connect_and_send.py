"""Connects, sends one message, and answers whatever method the cloud calls.

Install: pip install azure-iot-device
Set:     IOTHUB_DEVICE_CONNECTION_STRING  the device's own connection string
"""

import os
import sys
import threading
import time

from azure.iot.device import IoTHubDeviceClient, Message, MethodResponse
from azure.iot.device.exceptions import ClientError


def run(device):
    device.connect()
    print("The hub accepted the connection.")

    message = Message('{"state": "well"}', content_type="application/json", content_encoding="utf-8")
    begin = time.monotonic()
    device.send_message(message)
    took = time.monotonic() - begin
    print(f"The hub confirmed the message after {took * 1000:.0f} ms.")

    def answer(request):
        print(f"Method {request.name} was called.")
        response = MethodResponse.create_from_method_request(request, 200, {"state": "well"})
        device.send_method_response(response)

    device.on_method_request_received = answer
    threading.Event().wait()


def main():
    connection_string = os.environ.get("IOTHUB_DEVICE_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_DEVICE_CONNECTION_STRING is not set: set it to the device's connection string")
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))
    print(f"Connecting as {parts.get('DeviceId')}.")

    # Without retries the first refusal ends the program, and its last line says what it was.
    try:
        device = IoTHubDeviceClient.create_from_connection_string(
            connection_string, auto_connect=False, connection_retry=False
        )
    except ValueError as error:
        sys.exit(f"This is not a device's connection string: {error}")
    try:
        run(device)
    except ClientError as error:
        # The hub refuses with a number alone. The client's own words for it are in the cause.
        sys.exit(f"{type(error).__name__}: {error} ({error.__cause__})")
    finally:
        device.shutdown()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
