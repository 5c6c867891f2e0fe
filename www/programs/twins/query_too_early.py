"""Changes a tag and queries for it at once: too early for a hub whose queries lag behind.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import sys
import time
from datetime import datetime, timezone

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import QuerySpecification, Twin
from msrest.exceptions import HttpOperationError

MAX_PAGE = 100
PAUSE = 5  # seconds
ATTEMPTS = 150


def query_too_early(service, device_id):
    # The time makes a value that the tag never had before.
    inspected = datetime.now(timezone.utc).isoformat()
    twin = service.update_twin(device_id, Twin(tags={"inspected": inspected}))
    print(f"The twin of {twin.device_id} has the tag:")
    print(f"    inspected = {inspected}")

    query = QuerySpecification(query=f"SELECT * FROM devices WHERE tags.inspected = '{inspected}'")
    for attempt in range(1, ATTEMPTS + 1):
        found = service.query_iot_hub(query, None, MAX_PAGE).items
        print(f"Query {attempt} finds devices: {len(found)}")
        if found:
            return
        time.sleep(PAUSE)
    sys.exit("the query never found the change")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    device_id = parser.parse_args().device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        query_too_early(service, device_id)
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
