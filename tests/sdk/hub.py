"""Starts the emulated hub for the SDKs' tests, and stops it again.

The SDKs dial fixed ports, so each hub has a loopback address of its own: the first that is free.

As a program it runs a command with a hub and the environment in which the SDKs trust it:

    python hub.py node --test node/*.test.mjs

IOTHUB_PLAYGROUND names the program to start, and IOTHUB_CONNECTIONS tells the command where the strings are.
"""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# REST and WebSockets, MQTT, AMQP, and AMQP without TLS.
PORTS = (443, 8883, 5671, 5672)

# The option with which a hub keeps nothing.
EPHEMERAL = "--ephemeral"

# How long a hub may take to start, in seconds.
START_LIMIT = 30

# How long a hub may take to end once it was asked to, in seconds: as long as it promises.
END_LIMIT = 5

# How much of the hub's log is shown when something has failed.
LOG_TAIL = 60


class HubError(Exception):
    """The hub did not start or did not end as it should."""


class Hub:
    """A hub that runs. Its connection strings are `iothubowner`, `service`, `eventhub` and `eventhub_emulator`."""

    def __init__(self, hostname, address, folder, options):
        self.hostname = hostname
        self.address = address
        self.folder = folder
        self._options = options
        self._log = folder.with_suffix(".log")
        self.start()
        self.connections = json.loads(self.connections_file.read_text())
        self.iothubowner = self.connections["iothubowner"]
        self.service = self.connections["service"]
        self.eventhub = self.connections["eventhub"]
        self.eventhub_emulator = self.connections["eventhub_emulator"]
        self.ca = self.connections["ca"]

    def start(self):
        """Starts the hub, the first time or again with what it has kept, and waits until it can be reached."""
        self.connections_file.unlink(missing_ok=True)
        where = ["--data", self.folder, "--hostname", self.hostname, "--listen", self.address]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program(), "hub", *where, *self._options], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        end = time.monotonic() + START_LIMIT
        while not self.connections_file.exists():
            if not self.is_running():
                raise HubError(f"the hub ended with {self._process.returncode} instead of starting:\n{self.log()}")
            if time.monotonic() > end:
                self.kill()
                raise HubError(f"the hub wrote no connections.json within {START_LIMIT} s:\n{self.log()}")
            time.sleep(0.02)

    @property
    def connections_file(self):
        return self.folder / "connections.json"

    @property
    def environment(self):
        """The variables with which every SDK trusts the hub's certificate."""
        return {
            "SSL_CERT_FILE": self.ca,
            "REQUESTS_CA_BUNDLE": self.ca,
            "NODE_EXTRA_CA_CERTS": self.ca,
            "IOTHUB_CONNECTIONS": str(self.connections_file),
        }

    def log(self):
        """The end of what the hub has printed."""
        return tail(self._log)

    def kill(self):
        """Ends the hub without a warning."""
        self._process.kill()
        self._process.wait()

    def is_running(self):
        return self._process.poll() is None

    def stop(self):
        """Asks the hub to end, and sees that it does so in time and well."""
        if not self.is_running():
            raise HubError(f"the hub ended by itself, with {self._process.returncode}:\n{self.log()}")
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise HubError(f"the hub did not end within {END_LIMIT} s:\n{self.log()}") from None
        if code != 0:
            raise HubError(f"the hub ended with {code} instead of 0:\n{self.log()}")


def start(folder, *options):
    """Starts a hub with its files in `folder`, on the first address that is free."""
    for hostname, address in addresses():
        if not is_free(address):
            continue
        try:
            return Hub(hostname, address, Path(tempfile.mkdtemp(prefix="hub-", dir=folder)), options)
        except HubError:
            # Another program may have taken a port in the meantime.
            if is_free(address):
                raise
    raise HubError(f"no loopback address has the ports {PORTS} free: stop what listens there")


def program():
    """The program to start."""
    named = os.environ.get("IOTHUB_PLAYGROUND")
    if not named:
        raise HubError("IOTHUB_PLAYGROUND is not set: `cargo xtask test sdk` builds the hub and sets it")
    return named


def addresses():
    """`localhost` first, as people use it. The others go by their number, which a certificate can name as well."""
    yield "localhost", "127.0.0.1"
    for number in range(2, 32):
        yield f"127.0.0.{number}", f"127.0.0.{number}"


def is_free(address):
    for port in PORTS:
        with socket.socket() as listener:
            # A connection that has just ended holds the port for a while, and disturbs nobody.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, port))
            except PermissionError:
                raise HubError(
                    f"the SDKs dial port {port}, and this user may not listen there: run the tests as root, "
                    "or allow it with `sudo sysctl net.ipv4.ip_unprivileged_port_start=443`"
                ) from None
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
                    return False
                raise
    return True


def tail(log):
    """The end of a log, without the keys that the hub prints for its user."""
    lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
    return re.sub(r"(SharedAccessKey=)[^;\s]+", r"\1[redacted]", "\n".join(lines))


def main():
    # Whoever stops this program stops the hub with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="iothub-sdk-") as folder:
        hub = start(folder, EPHEMERAL)
        try:
            code = subprocess.call(sys.argv[1:], env={**os.environ, **hub.environment})
            if code != 0:
                print(f"the hub's log ends with:\n{hub.log()}")
        finally:
            hub.stop()
    sys.exit(code)


if __name__ == "__main__":
    try:
        main()
    except HubError as error:
        sys.exit(f"error: {error}")
