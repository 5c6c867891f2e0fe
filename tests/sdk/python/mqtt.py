"""An MQTT client of a device's own making, through paho: for what the SDKs would not send."""

import paho.mqtt.client as paho
from signing import token
from waiting import Inbox

# The hub's answer to whatever a client has done wrong.
REFUSED = 5


class Mqtt:
    """A connection with a clean session, unless told otherwise. Leaving ends it."""

    def __init__(self, hub, device, user=None, password=None, client_id=None, clean=True, keepalive=60, will=None):
        self.messages = Inbox("message")
        self.confirmed = Inbox("confirmation")
        self.ended = Inbox("end of the connection")
        answers = Inbox("CONNACK")
        self.client = paho.Client(client_id or device.id, clean_session=clean)
        self.client.tls_set(hub.ca)
        auth = password or token(f"{hub.hostname}/devices/{device.id}", device.key)
        self.client.username_pw_set(user or f"{hub.hostname}/{device.id}/?api-version=2021-04-12", auth)
        if will:
            self.client.will_set(*will)
        self.client.on_connect = lambda client, data, flags, code: answers((code, flags["session present"] == 1))
        self.client.on_message = lambda client, data, message: self.messages(message)
        self.client.on_publish = lambda client, data, number: self.confirmed(number)
        self.client.on_subscribe = lambda client, data, number, granted: self.confirmed(granted)
        self.client.on_disconnect = lambda client, data, code: self.ended(code)
        self.client.connect(hub.hostname, 8883, keepalive)
        self.client.loop_start()
        self.code, self.is_resumed = answers.next()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.disconnect()
        self.client.loop_stop()

    def fall_silent(self):
        """Says nothing any more, and stays connected."""
        self.client.loop_stop()

    def publish(self, topic, payload=b"", qos=1, **options):
        self.client.publish(topic, payload, qos, **options)

    def subscribe(self, topic, qos=1):
        """Subscribes, and gives what was granted."""
        self.client.subscribe(topic, qos)
        return self.confirmed.next()
