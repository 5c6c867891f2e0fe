"""Receives feedback: what became of messages whose senders asked to be told.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import os
import sys
import time

from azure.iot.hub import IoTHubRegistryManager
from msrest.exceptions import HttpOperationError

# How long to wait before asking the hub again, in seconds.
PAUSE = 15


def next_batch(service):
    """Waits for the next batch of feedback, prints it and completes it."""
    print("Waiting for feedback. The hub gathers it for up to 15 seconds.")
    # The client wraps this call too, but keeps what came to itself: hence raw.
    feedback = service.protocol.cloud_to_device_messages
    while True:
        answer = feedback.receive_feedback_notification(raw=True).response
        if answer.status_code == 200:
            break
        time.sleep(PAUSE)

    records = answer.json()
    for record in records:
        status, message_id = record["statusCode"], record["originalMessageId"]
        print(f"Feedback: {status} for {message_id} to {record['deviceId']}")
        print(f"    enqueuedTimeUtc = {record['enqueuedTimeUtc']}")
    # A batch that is not completed comes again.
    feedback.complete_feedback_notification(answer.headers["ETag"].strip('"'))
    return records


def main():
    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)
    try:
        next_batch(service)
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
