"""Somebody else who writes the same twin, and does not look at the etag.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import sys

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Twin
from msrest.exceptions import HttpOperationError


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    device_id = parser.parse_args().device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        # Without an etag the client sends If-Match: *, which fits any.
        twin = service.update_twin(device_id, Twin(tags={"owner": "maintenance"}))
        print(f"Changed the twin in any case. Its etag is {twin.etag} now.")
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
