"""Says where a device stands and what it is to do, and then asks which devices are there.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import sys
import time

from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.models import QuerySpecification, Twin, TwinProperties
from msrest.exceptions import HttpOperationError

# The most twins that the hub gives out at once.
MAX_PAGE = 100


def query(service, text):
    """The ids of the first hundred devices that a query finds."""
    page = service.query_iot_hub(QuerySpecification(query=text), None, MAX_PAGE)
    return ", ".join(twin.device_id for twin in page.items) or "none"


def add_tags_and_query(service, device_id, plant, power_level):
    twin = service.get_twin(device_id)
    print(f"The twin of {device_id} has the etag {twin.etag}.")

    # Tags are notes of the cloud, which the device never sees. Desired properties are wishes to the device.
    change = Twin(
        tags={"location": {"region": "US", "plant": plant}},
        properties=TwinProperties(desired={"power_level": power_level}),
    )

    # With the etag the hub refuses if somebody else has changed the twin since it was read.
    twin = service.update_twin(device_id, change, twin.etag)
    print(f"Changed. The etag is {twin.etag} now.")
    print(f"    location     = US, {plant}")
    print(f"    power_level  = {power_level}")

    # A query may see a change a little later than the twin has it.
    time.sleep(1)

    in_plant = f"SELECT * FROM devices WHERE tags.location.plant = '{plant}'"
    print(f"Devices in {plant}: {query(service, in_plant)}")

    on_cellular = f"{in_plant} AND properties.reported.connectivity = 'cellular'"
    print(f"Devices in {plant} on a cellular network: {query(service, on_cellular)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    parser.add_argument("--plant", default="Redmond43")
    parser.add_argument("--power-level", type=int, default=1)
    options = parser.parse_args()

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        add_tags_and_query(service, options.device_id, options.plant, options.power_level)
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
