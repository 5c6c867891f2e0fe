"""Reads the telemetry that the hub keeps, from the oldest event on.

Install: pip install azure-eventhub
Set:     EVENTHUB_CONNECTION_STRING  the hub's Event Hubs-compatible endpoint
"""

import argparse
import os
import sys

from azure.eventhub import EventHubConsumerClient


def text(value):
    """Names and values of properties arrive as bytes."""
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def on_event(partition, event):
    system = {text(name): value for name, value in event.system_properties.items()}
    print(f"==== From: {text(system.get('iothub-connection-device-id', ''))}")
    print(event.body_as_str())
    for name in ("message-id", "correlation-id", "content-type", "content-encoding"):
        if system.get(name) is not None:
            print(f"    {name} = {text(system[name])}")
    for name, value in (event.properties or {}).items():
        print(f"    {text(name)} = {text(value)}")
    print(f"    partition {partition.partition_id}, sequence number {event.sequence_number}")


def on_error(partition, error):
    # Without a partition, it is about all of them.
    where = f"partition {partition.partition_id}" if partition else "all partitions"
    print(f"Reading from {where} failed, and is tried again: {error}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--consumer-group", default="$Default")
    consumer_group = parser.parse_args().consumer_group

    connection_string = os.environ.get("EVENTHUB_CONNECTION_STRING")
    if not connection_string:
        sys.exit("EVENTHUB_CONNECTION_STRING is not set: set it to the Event Hubs-compatible endpoint")

    reader = EventHubConsumerClient.from_connection_string(
        connection_string,
        consumer_group,
        # Only for a hub whose certificate is not known to this machine.
        connection_verify=os.environ.get("SSL_CERT_FILE"),
    )
    print("Reading events from all partitions, oldest first.")
    with reader:
        # "-1" is the position before the oldest event that the hub still keeps.
        reader.receive(on_event=on_event, on_error=on_error, starting_position="-1")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Stopped.")
