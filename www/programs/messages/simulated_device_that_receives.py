"""A device that waits for messages from the cloud, and prints them.

Install: pip install azure-iot-device
Set:     IOTHUB_DEVICE_CONNECTION_STRING  the device's own connection string
"""

import os
import sys
import threading

from azure.iot.device import IoTHubDeviceClient
from azure.iot.device.exceptions import ClientError

total = 0


def on_message(message):
    """Runs for each message. The client has confirmed it to the hub: it is out of the queue."""
    global total
    total += 1
    print("Message received:")
    print(f"    data           = {message.data.decode('utf-8', errors='replace')}")
    print(f"    message_id     = {message.message_id or 'none'}")
    for name, value in message.custom_properties.items():
        print(f"    {name:<14} = {value}")
    print(f"    received in all: {total}")


def main():
    connection_string = os.environ.get("IOTHUB_DEVICE_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_DEVICE_CONNECTION_STRING is not set: set it to the device's connection string")
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))

    device = IoTHubDeviceClient.create_from_connection_string(connection_string)
    try:
        device.connect()
        print(f"{parts.get('DeviceId')} is connected and waits for messages.")
        # This subscribes to the device's queue.
        device.on_message_received = on_message
        threading.Event().wait()
    except ClientError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        device.shutdown()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
