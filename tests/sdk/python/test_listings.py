"""The programs that the lessons show, run as they are shown."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from azure.iot.hub import IoTHubRegistryManager
from conftest import device_string
from hub import EPHEMERAL
from waiting import LIMIT, until

PROGRAMS = Path(__file__).parents[3] / "www" / "programs"

# The hub gathers feedback for fifteen seconds, and the programs ask for it every fifteen seconds.
FEEDBACK_LIMIT = 60


class Program:
    """A program that runs, and what it prints."""

    def __init__(self, name, environment, arguments):
        self._name = name
        self._lines = []
        self._seen = 0
        self._process = subprocess.Popen(
            [sys.executable, "-u", PROGRAMS / name, *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.append(line.rstrip())

    def prints(self, text, limit=LIMIT):
        """Waits for a line with a text, after the last one that was waited for."""
        end = time.monotonic() + limit
        while True:
            has_ended = self._process.poll() is not None and not self._reader.is_alive()
            while self._seen < len(self._lines):
                line = self._lines[self._seen]
                self._seen += 1
                if text in line:
                    return line
            assert not has_ended, f"{self._name} ended without {text!r}:\n{self}"
            assert time.monotonic() < end, f"{self._name} did not print {text!r} in {limit} s:\n{self}"
            time.sleep(0.02)

    def ends(self, code=0, limit=LIMIT):
        """Waits until it ends by its own logic."""
        try:
            came = self._process.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self._name} did not end in {limit} s:\n{self}") from None
        self._reader.join(LIMIT)
        assert came == code, f"{self._name} ended with {came} instead of {code}:\n{self}"

    def interrupt(self):
        """Presses Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        self.prints("Stopped.")
        self.ends()

    def freeze(self):
        """Lets it do nothing until it thaws, however long others take."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def __str__(self):
        return "\n".join(self._lines)


@pytest.fixture
def start():
    """Starts programs, and sees that none of them is left."""
    programs = []

    def start(name, *arguments, **environment):
        program = Program(name, environment, arguments)
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.kill()


@pytest.fixture
def as_service(hub, start):
    """Starts a program of the cloud."""
    return lambda name, *arguments: start(name, *arguments, IOTHUB_CONNECTION_STRING=hub.service)


@pytest.fixture
def as_owner(hub, start):
    """Starts a program that writes the registry."""
    return lambda name, *arguments: start(name, *arguments, IOTHUB_CONNECTION_STRING=hub.iothubowner)


@pytest.fixture
def as_device(device, start):
    """Starts a program of the device."""

    def run(name, *arguments, connection_string=device.connection_string):
        return start(name, *arguments, IOTHUB_DEVICE_CONNECTION_STRING=connection_string)

    return run


def test_every_listing_is_run_here():
    here = Path(__file__).read_text()
    programs = [str(path.relative_to(PROGRAMS)) for path in sorted(PROGRAMS.glob("*/*.py"))]
    assert programs
    assert [program for program in programs if f'"{program}"' not in here] == []


def test_telemetry_a_device_is_created_and_connects_with_what_was_printed(service, as_owner, as_device, device):
    device_id = f"{device.id}-created"
    program = as_owner("telemetry/create_device_identity.py", "--device-id", device_id)
    string = program.prints("HostName=").strip()
    program.ends()
    sender = as_device("telemetry/simulated_device.py", connection_string=string)
    sender.prints("message_0 confirmed by the hub")
    sender.interrupt()
    again = as_owner("telemetry/create_device_identity.py", "--device-id", device_id)
    again.prints("The hub refused: 409")
    again.ends(1)
    service.delete_device(device_id)


def new_device(hub):
    """Registers a device with a hub, and gives back its connection string."""
    registry = IoTHubRegistryManager.from_connection_string(hub.iothubowner)
    keys = registry.create_device_with_sas("MyFirstPythonDevice", None, None, "enabled").authentication
    return device_string(hub, "MyFirstPythonDevice", keys.symmetric_key.primary_key)


def test_telemetry_a_reader_prints_what_a_device_sends(own_hub, start):
    # The program reads one event after the other, so a hub with thousands of them would keep it busy. And its client
    # hands out nothing while events keep coming faster than it looks for them.
    own = own_hub(EPHEMERAL)
    sender = start(
        "telemetry/simulated_device.py",
        "--interval-seconds",
        "0.5",
        IOTHUB_DEVICE_CONNECTION_STRING=new_device(own),
    )
    reader = start("telemetry/read_events.py", EVENTHUB_CONNECTION_STRING=own.eventhub)
    for number in range(4):
        reader.prints("==== From: MyFirstPythonDevice")
        reader.prints("windSpeed")
        reader.prints(f"message-id = message_{number}")
        reader.prints(f"correlation-id = correlation_{number}")
        # Only every other message says what it is.
        if number % 2 == 0:
            reader.prints("content-type = application/json")
        reader.prints(f"Property = PropMsg_{number}")
    sender.prints("confirmed in all: 4")
    sender.interrupt()
    reader.interrupt()


def test_telemetry_a_device_that_keeps_trying_comes_back(as_device, device, connect):
    sender = as_device("telemetry/simulated_device_with_retry.py", "--interval-seconds", "0.1")
    sender.prints("message_3 confirmed by the hub")
    usurper = connect(device.connection_string, connection_retry=False)
    usurper.connect()
    sender.prints("Disconnected.")
    sender.prints("Connected.")
    sender.prints("confirmed by the hub")
    sender.interrupt()


def test_telemetry_a_wrong_key_ends_the_program(hub, as_device, device, other_device):
    string = device_string(hub, device.id, other_device.key)
    for name in ("telemetry/simulated_device.py", "telemetry/simulated_device_with_retry.py"):
        program = as_device(name, connection_string=string)
        program.prints("CredentialError")
        program.ends(1)


def test_methods_the_back_end_sets_the_interval(as_device, as_service, device):
    thermometer = as_device("methods/simulated_device_with_methods.py")
    thermometer.prints("Sent")

    def call(*arguments):
        program = as_service("methods/back_end_application.py", "--device-id", device.id, *arguments)
        status = program.prints("status   =").split()[-1]
        payload = program.prints("payload  =")
        program.ends()
        return status, payload

    assert call()[0] == "200"
    thermometer.prints("Method SetTelemetryInterval called, payload 10")
    assert call("--method-payload", "0")[0] == "400"
    status, payload = call("--method-name", "Explode")
    assert status == "404" and "not defined: Explode" in payload
    thermometer.interrupt()


def test_methods_a_device_that_is_away_cannot_be_called(as_service, device):
    program = as_service("methods/back_end_application.py", "--device-id", device.id)
    program.prints("The hub refused: 404")
    program.ends(1)


def test_messages_a_message_is_received_and_fed_back(as_device, as_service, device):
    receiver = as_device("messages/simulated_device_that_receives.py")
    receiver.prints("waits for messages")
    sender = as_service("messages/send_cloud_to_device_message.py", "--device-id", device.id)
    receiver.prints("service client sent a message")
    number = receiver.prints("message_id     = message_").strip().rpartition("_")[2]
    receiver.prints(f"Property       = PropMsg_{number}")
    receiver.prints("received in all: 1")
    sender.prints(f"Feedback: Success for message_{number} to {device.id}", FEEDBACK_LIMIT)
    sender.ends()
    receiver.interrupt()


def test_messages_a_message_expires_and_that_is_fed_back(as_service, device):
    sender = as_service(
        "messages/send_with_time_to_live.py", "--device-id", device.id, "--time-to-live-seconds", "10"
    )
    message_id = sender.prints("waits until").split()[0]
    sender.prints(f"Feedback: Expired for {message_id} to {device.id}", FEEDBACK_LIMIT)
    sender.ends()


def test_messages_a_program_receives_feedback(as_service, service, device):
    feedback = as_service("messages/receive_feedback.py")
    service.send_c2d_message(device.id, "text", {"messageId": "message-1", "iothub-ack": "full"})
    service.protocol.cloud_to_device_messages.purge_cloud_to_device_message_queue(device.id)
    feedback.prints("Feedback:", FEEDBACK_LIMIT)
    feedback.prints("enqueuedTimeUtc =")
    feedback.ends()


def test_messages_a_queue_is_full_after_fifty(as_service, service, device):
    program = as_service("messages/fill_the_queue.py", "--device-id", device.id)
    program.prints("message_50 is in the queue.")
    program.prints("message_51: C2D message send failure")
    program.ends()
    assert service.get_device(device.id).cloud_to_device_message_count == 50


def test_messages_a_device_that_receives_empties_its_queue(as_device, as_service, device):
    receiver = as_device("messages/simulated_device_that_receives.py")
    receiver.prints("waits for messages")
    program = as_service("messages/fill_the_queue.py", "--device-id", device.id)
    program.prints("The hub took all 60")
    program.ends()
    receiver.prints("received in all: 60")
    receiver.interrupt()


def test_twins_a_query_finds_a_device_by_what_it_reports(as_device, as_service, device):
    reporter = as_device("twins/report_connectivity.py")
    reporter.prints("Reported connectivity = cellular.")
    program = as_service("twins/add_tags_and_query.py", "--device-id", device.id, "--power-level", "3")
    in_plant = program.prints("Devices in Redmond43: ")
    on_cellular = program.prints("Devices in Redmond43 on a cellular network: ")
    program.ends()
    assert device.id in in_plant and device.id in on_cellular
    reporter.prints("Desired properties changed, version 2:")
    reporter.prints("power_level = 3")
    reporter.interrupt()


def test_twins_the_second_of_two_writers_reads_again(as_service, device):
    program = as_service("twins/change_with_an_old_etag.py", "--device-id", device.id)
    program.prints("Attempt 1: 412")
    program.prints("Attempt 2: done.")
    program.ends()


def test_twins_a_query_finds_a_change(as_service, device):
    program = as_service("twins/query_too_early.py", "--device-id", device.id)
    program.prints("finds devices: 1")
    program.ends()


def test_faults_a_device_sends_and_answers(as_device, as_service, device):
    well = as_device("faults/connect_and_send.py")
    well.prints("The hub accepted the connection.")
    well.prints("The hub confirmed the message")

    def answer():
        program = as_service("faults/call_a_method.py", "--device-id", device.id)
        program.prints(f"Calling GetState of {device.id}.")
        return "answered 200" in program.prints(" ")

    # The program does not tell when it is subscribed.
    until("the device to answer", answer)
    well.prints("Method GetState was called.")
    well.interrupt()


def test_faults_a_device_that_is_away_does_not_answer(as_service, device):
    program = as_service("faults/call_a_method.py", "--device-id", device.id)
    program.prints("The hub refused: 404")
    program.ends(1)


def test_faults_a_disabled_device_is_refused_until_it_is_enabled(as_owner, as_device, device):
    def set_status(status):
        program = as_owner("faults/set_device_status.py", "--device-id", device.id, "--status", status)
        program.prints(f"{device.id} is {status} now.")
        program.ends()

    set_status("disabled")
    refused = as_device("faults/connect_and_send.py")
    refused.prints("CredentialError")
    refused.ends(1)
    set_status("enabled")
    accepted = as_device("faults/connect_and_send.py")
    accepted.prints("The hub confirmed the message")
    accepted.interrupt()


def test_faults_a_writer_in_between_makes_the_other_fail(as_service, device):
    slow = as_service("faults/change_the_twin.py", "--device-id", device.id)
    slow.prints("Read the twin.")
    slow.freeze()
    quick = as_service("faults/write_in_between.py", "--device-id", device.id)
    quick.prints("Changed the twin in any case.")
    quick.ends()
    slow.thaw()
    slow.prints("The hub refused: 412")
    slow.ends(1)


def test_faults_a_twin_is_changed_if_nobody_else_writes(as_service, device):
    program = as_service("faults/change_the_twin.py", "--device-id", device.id)
    program.prints("Changed the twin.")
    program.ends()


def test_faults_a_hub_without_limits_takes_all_messages(as_device):
    program = as_device("faults/send_many.py")
    program.prints("Done.")
    program.ends()


def test_faults_the_free_tier_takes_no_more_than_its_quota(own_hub, start):
    string = new_device(own_hub(EPHEMERAL, "--tier", "F1"))
    program = start("faults/send_many.py", IOTHUB_DEVICE_CONNECTION_STRING=string)
    # Each message counts as 128, and a day has 8,000: these are not the hundred that the program sends.
    program.prints("failed: ")
    program.prints("Connecting again.")
    program.ends(1)
