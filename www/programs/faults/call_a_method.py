"""Calls a direct method and prints what came of it.

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
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    device_id = parser.parse_args().device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)

    call = CloudToDeviceMethod(method_name="GetState", payload={})
    print(f"Calling {call.method_name} of {device_id}.")
    try:
        result = service.invoke_device_method(device_id, call)
    except HttpOperationError as error:
        # 404103 if the device is not connected: the hub does not keep a call for later.
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")
    print(f"{device_id} answered {result.status}:")
    print(f"    {json.dumps(result.payload)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
