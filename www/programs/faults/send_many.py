"""Sends large messages, one after the other, until the hub refuses.

Install: pip install azure-iot-device
Set:     IOTHUB_DEVICE_CONNECTION_STRING  the device's own connection string
"""

import asyncio
import os
import sys

from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.device.exceptions import ClientError, OperationCancelled

# The free tier counts a message for each 512 bytes: one of these counts as 128.
BYTES = 64 * 1024

# More than the free tier takes on one day, and little for a larger one.
MOST = 100

MESSAGE_TIMEOUT = 10  # seconds

REFUSALS = (ClientError, OperationCancelled, asyncio.TimeoutError)


async def send_many(device):
    await device.connect()
    print(f"Sending up to {MOST} messages of {BYTES} bytes.")

    for number in range(1, MOST + 1):
        try:
            await asyncio.wait_for(device.send_message(Message(b"." * BYTES)), MESSAGE_TIMEOUT)
        except REFUSALS as error:
            print(f"Message {number} failed: {type(error).__name__}: {error}")

            # Over MQTT the hub ends the connection without a word. Its answer to a new one says more.
            print("Connecting again.")
            await device.connect()
    print("Done.")


async def main():
    connection_string = os.environ.get("IOTHUB_DEVICE_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_DEVICE_CONNECTION_STRING is not set: set it to the device's connection string")
    device = IoTHubDeviceClient.create_from_connection_string(
        connection_string, auto_connect=False, connection_retry=False
    )
    try:
        await send_many(device)
    except ClientError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        await device.shutdown()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("Stopped.")
