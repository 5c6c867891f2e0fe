"""REST as the bytes of HTTP: for what the SDKs do not show, and for requests that they would not send."""

import requests
from signing import key_of, token

API_VERSION = "2021-04-12"

OWNER = "iothubowner"


class Rest:
    """Asks the hub, as the owner unless a token is given."""

    def __init__(self, hub):
        self.hub = hub
        self._session = requests.Session()
        self._session.verify = hub.ca

    def __call__(self, method, path, auth=None, headers=None, **options):
        auth = token(self.hub.hostname, key_of(self.hub.iothubowner), OWNER) if auth is None else auth
        return self._session.request(
            method,
            f"https://{self.hub.hostname}{path}",
            # No header at all for an empty token.
            headers={**(headers or {}), **({"Authorization": auth} if auth else {})},
            params={"api-version": API_VERSION},
            timeout=30,
            **options,
        )


def lock_of(answer):
    """The lock of a message that was received."""
    return answer.headers["ETag"].strip('"')


def assert_refused(answer, status, name):
    """The refusal has a status, and its name where programs look for it."""
    assert (answer.status_code, answer.headers.get("iothub-errorcode")) == (status, name), answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["x-ms-request-id"]
    assert answer.json()["Message"].startswith(f"ErrorCode:{name};")
    assert "Tracking ID:" in answer.json()["ExceptionMessage"]
