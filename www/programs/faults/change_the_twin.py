"""Reads a twin, thinks for a moment, and writes it if nobody else has written it meanwhile.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import sys
import time
from datetime import datetime, timezone

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
        twin = service.get_twin(device_id)
        print(f"Read the twin. Its etag is {twin.etag}.")

        # Whatever a program or a person decides takes time, and the twin does not wait.
        time.sleep(2)

        change = Twin(tags={"checked": datetime.now(timezone.utc).isoformat()})
        twin = service.update_twin(device_id, change, twin.etag)
        print(f"Changed the twin. Its etag is {twin.etag} now.")
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
