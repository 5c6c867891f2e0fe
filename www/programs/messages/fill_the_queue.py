"""Sends to a device until the hub takes no more.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import sys
import time

from azure.iot.hub import IoTHubRegistryManager

# More than a queue holds: a device that is connected would take messages without an end.
MOST = 60

# The time between two messages, in seconds.
PAUSE = 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    device_id = parser.parse_args().device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)

    for number in range(1, MOST + 1):
        message_id = f"message_{number}"
        try:
            properties = {"messageId": message_id, "iothub-ack": "positive"}
            service.send_c2d_message(device_id, f'{{"number": {number}}}', properties)
        except Exception as error:  # The client raises nothing more exact.
            # The hub's answer names the reason, 403004 if the queue is full. The client keeps it to itself.
            print(f"{message_id}: {error}")
            return
        print(f"{message_id} is in the queue.")
        time.sleep(PAUSE)
    print(f"The hub took all {MOST}: the device is connected and receives them.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
