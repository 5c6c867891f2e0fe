"""The wind gauge once more. It keeps what it could not send, and tries again.

Install: pip install azure-iot-device
Set:     IOTHUB_DEVICE_CONNECTION_STRING  the device's own connection string
"""

import argparse
import asyncio
import os
import random
import sys
import time

from azure.iot.device import Message
from azure.iot.device.aio import IoTHubDeviceClient
from azure.iot.device.exceptions import (
    ClientError,
    CredentialError,
    OperationCancelled,
    OperationTimeout,
)

# Long enough to outlast a break of the network: a message counts as lost only after this time.
MESSAGE_TIMEOUT = 300  # seconds

# The longest that one attempt may take before the connection counts as broken.
ATTEMPT_TIMEOUT = 10  # seconds

# Wait 1 s, then 2 s, 4 s, 8 s ... up to half a minute. Chance shortens each wait by up to a quarter.
FIRST_WAIT, FACTOR, LONGEST_WAIT, JITTER = 1.0, 2.0, 30.0, 0.25

# What may be over after a while. A wrong key is not among it.
PASSING = (ClientError, OperationCancelled, OperationTimeout, asyncio.TimeoutError)


async def until_it_works(device, operation):
    """Does what `operation` does, with a new connection and a longer wait after each failure."""
    wait, attempt = FIRST_WAIT, 0
    while True:
        try:
            if not device.connected:
                await asyncio.wait_for(device.connect(), ATTEMPT_TIMEOUT)
            return await asyncio.wait_for(operation(), ATTEMPT_TIMEOUT)
        except CredentialError:
            raise
        except PASSING:
            attempt += 1
            pause = wait * (1 - JITTER * random.random())
            print(f"Attempt {attempt} in {pause:.1f} s")
            await asyncio.sleep(pause)
            wait = min(wait * FACTOR, LONGEST_WAIT)


async def send_telemetry(device, device_id, average, interval):
    number = 0
    while True:
        wind_speed = average + random.random() * 4 + 2
        body = f'{{"deviceId": "{device_id}","windSpeed": {wind_speed:.2f}}}'
        message = Message(body, content_type="application/json", content_encoding="utf-8")
        message.message_id = f"message_{number}"
        message.correlation_id = f"correlation_{number}"
        message.custom_properties["Property"] = f"PropMsg_{number}"

        times = 0

        async def send():
            nonlocal times
            times += 1
            await device.send_message(message)

        print(f"message_{number} accepted for sending: windSpeed {wind_speed:.2f}")
        begin = time.monotonic()
        await asyncio.wait_for(until_it_works(device, send), MESSAGE_TIMEOUT)
        took = time.monotonic() - begin

        again = ", sent more than once" if times > 1 else ""
        print(f"message_{number} confirmed by the hub after {took:.1f} s{again}")
        number += 1
        await asyncio.sleep(interval)


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--average-wind-speed", type=float, default=10.0)
    parser.add_argument("--interval-seconds", type=float, default=30.0)
    options = parser.parse_args()

    connection_string = os.environ.get("IOTHUB_DEVICE_CONNECTION_STRING")
    if not connection_string:
        sys.exit("IOTHUB_DEVICE_CONNECTION_STRING is not set: set it to the device's connection string")
    parts = dict(part.split("=", 1) for part in connection_string.split(";"))

    # The client's own retries all wait equally long, so this program makes its own.
    device = IoTHubDeviceClient.create_from_connection_string(
        connection_string, auto_connect=False, connection_retry=False
    )

    async def tell():
        print("Connected." if device.connected else "Disconnected.")

    device.on_connection_state_change = tell
    try:
        await send_telemetry(
            device, parts.get("DeviceId"), options.average_wind_speed, options.interval_seconds
        )
    except asyncio.TimeoutError:
        sys.exit(f"The hub did not confirm the message within {MESSAGE_TIMEOUT} s")
    except ClientError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        await device.shutdown()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("Stopped.")
