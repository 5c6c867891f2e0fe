"""Registers a device with the hub, and prints what the registry knows of it.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  a service connection string, such as that of registryReadWrite
"""

import argparse
import os
import platform
import sys

from azure.iot.hub import IoTHubRegistryManager
from msrest.exceptions import HttpOperationError


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    device_id = parser.parse_args().device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to a service connection string")
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))

    print(f"Python {platform.python_version()}")
    print("Registers a device with the identity registry of an IoT hub.")
    print(f"    policy   = {parts.get('SharedAccessKeyName')}")
    print(f"    deviceId = {device_id}")

    # The request carries no keys, so the hub makes two.
    registry = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        device = registry.create_device_with_sas(
            device_id, primary_key=None, secondary_key=None, status="enabled"
        )
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")

    keys = device.authentication.symmetric_key
    print("The registry now holds:")
    print(f"    deviceId                   = {device.device_id}")
    print(f"    primaryKey                 = {keys.primary_key}")
    print(f"    secondaryKey               = {keys.secondary_key}")
    print(f"    connectionState            = {device.connection_state}")
    print(f"    status                     = {device.status}")
    print(f"    lastActivityTime           = {device.last_activity_time}")
    print(f"    cloudToDeviceMessageCount  = {device.cloud_to_device_message_count}")
    print(f"    isManaged                  = {device.capabilities.iot_edge}")
    print(f"    authMethod                 = {device.authentication.type}")

    # This is what the device needs to connect: host name, device id and primary key.
    print("The device's connection string:")
    print(f"    HostName={parts['HostName']};DeviceId={device_id};SharedAccessKey={keys.primary_key}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
