"""Shared access signatures, as the documentation of the service says, and what stands in connection strings."""

import base64
import hmac
import time
import urllib.parse

# How long a token is good for, in seconds, unless a test says otherwise.
LIFE = 3600


def parts_of(connection_string):
    return dict(part.split("=", 1) for part in connection_string.split(";") if part)


def key_of(connection_string):
    return parts_of(connection_string)["SharedAccessKey"]


def token(resource, key, policy=None, life=LIFE):
    """A token for a part of the hub: for IoT Hub the key is base64."""
    return sign(resource, base64.b64decode(key), policy, life)


def event_hub_token(resource, key, policy, life=LIFE):
    """A token for a part of the event hub: for Event Hubs the key is the text itself."""
    return sign(resource, key.encode(), policy, life)


def sign(resource, secret, policy, life):
    resource = urllib.parse.quote(resource, safe="")
    expiry = int(time.time()) + life
    digest = hmac.digest(secret, f"{resource}\n{expiry}".encode(), "sha256")
    signature = urllib.parse.quote(base64.b64encode(digest), safe="")
    signed = f"SharedAccessSignature sr={resource}&sig={signature}&se={expiry}"
    return signed if policy is None else f"{signed}&skn={policy}"
