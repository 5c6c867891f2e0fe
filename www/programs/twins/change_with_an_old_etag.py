"""Two programs change the same twin. The etag keeps the second from undoing what the first has done.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import sys
from datetime import datetime, timezone

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import Twin
from msrest.exceptions import HttpOperationError


def change_with_an_old_etag(service, device_id):
    etag = service.get_twin(device_id).etag
    print(f"Read the twin. Its etag is {etag}.")

    # Another writer does not look at the etag.
    changed = service.update_twin(device_id, Twin(tags={"owner": "maintenance"}))
    print(f"Somebody else changed it. Its etag is {changed.etag} now.")

    change = Twin(tags={"checked": datetime.now(timezone.utc).isoformat()})
    for attempt in range(1, 4):
        try:
            twin = service.update_twin(device_id, change, etag)
            print(f"Attempt {attempt}: done. The etag is {twin.etag}.")
            return
        except HttpOperationError as error:
            if error.response.status_code != 412:
                raise
            print(f"Attempt {attempt}: 412 {error.response.text}")

        # What the change was based on is out of date: read again, and decide again.
        etag = service.get_twin(device_id).etag
        print(f"Read it again. Its etag is {etag}.")
    sys.exit("somebody else was faster each time; try again later")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    device_id = parser.parse_args().device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        change_with_an_old_etag(service, device_id)
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
