"""Enables or disables a device in the registry.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  a service connection string, such as that of registryReadWrite
"""

import argparse
import os
import sys

from azure.iot.hub import IoTHubRegistryManager
from msrest.exceptions import HttpOperationError


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    parser.add_argument("--status", choices=["enabled", "disabled"], default="enabled")
    options = parser.parse_args()

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to a service connection string")
    registry = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        device = registry.get_device(options.device_id)

        # The identity goes back with its keys: without them the hub would make new ones.
        keys = device.authentication.symmetric_key
        device = registry.update_device_with_sas(
            options.device_id, device.etag, keys.primary_key, keys.secondary_key, options.status
        )
        print(f"{options.device_id} is {device.status} now.")
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
