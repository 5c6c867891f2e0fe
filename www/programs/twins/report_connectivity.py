"""Reports how the device is connected, and listens for changes of its desired properties.

Install: pip install azure-iot-device
Set:     IOTHUB_DEVICE_CONNECTION_STRING  the device's own connection string
"""

import json
import os
import sys
import threading

from azure.iot.device import IoTHubDeviceClient
from azure.iot.device.exceptions import ClientError


def print_properties(label, properties):
    # $version is the hub's, not a wish.
    for name, value in properties.items():
        if not name.startswith("$"):
            print(f"    {label}{name} = {json.dumps(value)}")


def on_desired(patch):
    print(f"Desired properties changed, version {patch['$version']}:")
    print_properties("", patch)


def main():
    connection_string = os.environ.get("IOTHUB_DEVICE_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_DEVICE_CONNECTION_STRING is not set: set it to the device's connection string")
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))

    device = IoTHubDeviceClient.create_from_connection_string(connection_string)
    try:
        device.connect()
        print(f"{parts.get('DeviceId')} is connected over MQTT.")

        # Subscribes first and reads the twin then: a change between the two is not missed.
        device.on_twin_desired_properties_patch_received = on_desired
        print_properties("desired ", device.get_twin()["desired"])

        device.patch_twin_reported_properties({"connectivity": "cellular"})
        print("Reported connectivity = cellular.")
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
