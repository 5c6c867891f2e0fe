"""Sends a message that is of no use later, and waits until the hub tells what became of it.

Install: pip install azure-iot-hub six
Set:     IOTHUB_CONNECTION_STRING  the connection string of the policy service
"""

import argparse
import os
import random
import sys
import time
from datetime import datetime, timedelta, timezone

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


def wait_for(service, device_id, message_id):
    """Waits for the feedback on one message: on this device, with this id."""
    while True:
        # Feedback is the hub's, not the sender's: what others have sent comes here as well.
        for record in next_batch(service):
            if (record["deviceId"], record["originalMessageId"]) == (device_id, message_id):
                return


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device-id", default="MyFirstPythonDevice")
    parser.add_argument("--time-to-live-seconds", type=float, default=60)
    options = parser.parse_args()
    device_id = options.device_id

    connection_string = os.environ.get("IOTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_CONNECTION_STRING is not set: set it to the string of the policy service")
    service = IoTHubRegistryManager.from_connection_string(connection_string)

    # A message carries a moment, not a duration. The sender's clock had better be right.
    now = datetime.now(timezone.utc)
    expiry = now + timedelta(seconds=options.time_to_live_seconds)

    value = 10 + random.random() * 4 + 2
    body = f'{{"service client sent a message": {value:.2f}}}'
    # Feedback names a message by its id. The time makes one that no other run has.
    number = int(now.timestamp() * 1000)
    message_id = f"message_{number}"
    properties = {
        "messageId": message_id,
        "correlationId": f"correlation_{number}",
        "Property": f"PropMsg_{number}",
        "iothub-ack": "full",
        # In milliseconds since 1970, as AMQP counts.
        "expiryTimeUtc": int(expiry.timestamp() * 1000),
    }

    print(f"Sending {message_id} to {device_id}: {body}")
    try:
        service.send_c2d_message(device_id, body, properties)
        print(f"{message_id} waits until {expiry.isoformat(timespec='milliseconds')}.")
        wait_for(service, device_id, message_id)
    except HttpOperationError as error:
        sys.exit(f"The hub refused: {error.response.status_code} {error.response.text}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
