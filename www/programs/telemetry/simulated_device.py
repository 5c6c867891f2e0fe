"""A wind gauge that sends what it measures. It does not cope with a lost connection.

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
from azure.iot.device.exceptions import ClientError

MESSAGE_TIMEOUT = 10  # seconds


async def send_telemetry(device, device_id, average, interval):
    number = 0
    while True:
        wind_speed = average + random.random() * 4 + 2
        body = f'{{"deviceId": "{device_id}","windSpeed": {wind_speed:.2f}}}'

        if number % 2 == 0:
            # As text: the message says how its body is to be read.
            message = Message(body, content_type="application/json", content_encoding="utf-8")
        else:
            # As bytes: the message says nothing about its body.
            message = Message(body.encode("utf-8"))
        message.message_id = f"message_{number}"
        message.correlation_id = f"correlation_{number}"
        message.custom_properties["Property"] = f"PropMsg_{number}"

        print(f"message_{number} accepted for sending: windSpeed {wind_speed:.2f}")
        begin = time.monotonic()
        await asyncio.wait_for(device.send_message(message), MESSAGE_TIMEOUT)
        took = time.monotonic() - begin

        print(f"message_{number} confirmed by the hub after {took * 1000:.0f} ms")
        print(f"    correlation_id = correlation_{number}, Property = PropMsg_{number}")
        number += 1
        print(f"    confirmed in all: {number}")
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
    device_id = parts.get("DeviceId")

    # The client would connect again by itself. Here it is told not to.
    device = IoTHubDeviceClient.create_from_connection_string(
        connection_string, auto_connect=False, connection_retry=False
    )
    try:
        await device.connect()
        print(f"{device_id} is connected over MQTT.")
        await send_telemetry(device, device_id, options.average_wind_speed, options.interval_seconds)
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
