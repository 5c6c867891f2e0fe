"""Waiting for what happens on another thread or in the hub, with a time limit."""

import queue
import time

# How long anything on this machine may take, in seconds.
LIMIT = 20

# How long something must stay away until a test believes that it does not come, in seconds.
QUIET = 1


def until(what, look, limit=LIMIT, pause=0.05):
    """Waits until `look` gives something true, and gives it back."""
    end = time.monotonic() + limit
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < end, f"waited {limit} s for {what}; last seen: {seen!r}"
        time.sleep(pause)


class Inbox:
    """Takes what an SDK hands to a handler, and gives it to the test."""

    def __init__(self, what):
        self._what = what
        self._items = queue.Queue()

    def __call__(self, item):
        self._items.put(item)

    def next(self, limit=LIMIT):
        """The next thing that comes."""
        try:
            return self._items.get(timeout=limit)
        except queue.Empty:
            raise AssertionError(f"no {self._what} came within {limit} s") from None

    def is_quiet(self):
        """Whether nothing comes for a while."""
        try:
            self._items.get(timeout=QUIET)
        except queue.Empty:
            return True
        return False
