"""Calls a direct method of a device, and waits for the device's answer.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import json
import os
import sys

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import CloudToDeviceMethod
from msrest.exceptions import HttpOperationError


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyPythonDevice")
    parser.add_argument("--method-name", default="SetTelemetryInterval")
    parser.add_argument("--method-payload", type=json.loads, default=10, help="as JSON")
    options = parser.parse_args()

    # This policy may call methods and send messages to devices. It cannot see the registry.
    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)

    print(f"Calling a direct method of {options.device_id}:")
    print(f"    name     = {options.method_name}")
    print(f"    payload  = {json.dumps(options.method_payload)}")

    # The hub passes the call on at once, and answers when the device has.
    call = CloudToDeviceMethod(method_name=options.method_name, payload=options.method_payload)
    try:
        result = service.invoke_device_method(options.device_id, call)
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")

    print(f"{options.device_id} answered:")
    print(f"    status   = {result.status}")
    print(f"    payload  = {json.dumps(result.payload)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
