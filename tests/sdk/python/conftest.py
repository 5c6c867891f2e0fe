"""What the tests share: a hub, service clients, and devices of a test's own."""

import logging
import os
import uuid
from types import SimpleNamespace

import hub as emulator
import pytest
from azure.iot.device import IoTHubDeviceClient
from azure.iot.hub import IoTHubRegistryManager
from signing import token
from telemetry import EventLog

# The SDKs tell on these loggers what they send, tokens included.
for name in ("azure", "uamqp", "paho"):
    logging.getLogger(name).setLevel(logging.ERROR)


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    """A hub for all tests of this process, which trusts its certificate."""
    running = emulator.start(tmp_path_factory.mktemp("hub"), emulator.EPHEMERAL)
    os.environ.update(running.environment)
    yield running
    running.stop()


@pytest.fixture
def own_hub(hub, tmp_path, monkeypatch):
    """Starts a hub for one test, which trusts its certificate instead."""
    running = []

    def own(*options):
        own = emulator.start(tmp_path, *options)
        running.append(own)
        for name, value in own.environment.items():
            monkeypatch.setenv(name, value)
        return own

    yield own
    for own in running:
        own.stop()


@pytest.fixture(scope="session")
def service(hub):
    """A service client with every right. What it sends to devices goes over one AMQP connection."""
    return IoTHubRegistryManager.from_connection_string(hub.iothubowner)


@pytest.fixture(scope="session")
def event_log(hub):
    """All events that devices have sent to the hub."""
    with EventLog(hub) as log:
        yield log


@pytest.fixture
def device(hub, service):
    """A device that is registered for this test."""
    yield from registered(hub, service)


@pytest.fixture
def other_device(hub, service):
    """A second device."""
    yield from registered(hub, service)


@pytest.fixture
def connect(hub):
    """Makes device clients from connection strings, and shuts them down after the test."""
    clients = []

    def make(connection_string, **options):
        client = IoTHubDeviceClient.create_from_connection_string(connection_string, **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.shutdown()


@pytest.fixture(params=["mqtt", "websockets"])
def transport(request):
    """The options with which a device client speaks MQTT over TLS, or over WebSockets."""
    return {"websockets": request.param == "websockets"}


@pytest.fixture
def token_for(hub):
    """Signs a token for a device."""
    return lambda device, **options: token(f"{hub.hostname}/devices/{device.id}", device.key, **options)


def registered(hub, service):
    device_id = f"device-{uuid.uuid4()}"
    identity = service.create_device_with_sas(device_id, None, None, "enabled")
    keys = identity.authentication.symmetric_key
    yield SimpleNamespace(
        id=device_id,
        key=keys.primary_key,
        identity=identity,
        connection_string=device_string(hub, device_id, keys.primary_key),
    )
    service.delete_device(device_id)


def device_string(hub, device_id, key):
    return f"HostName={hub.hostname};DeviceId={device_id};SharedAccessKey={key}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the end of the hub's log beside a failure."""
    report = yield
    running = item.funcargs.get("hub") if hasattr(item, "funcargs") else None
    if report.failed and running:
        report.sections.append(("the hub's log", running.log()))
    return report
