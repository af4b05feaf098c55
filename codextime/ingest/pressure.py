"""Back-pressure: uploads are told to wait before the database or the workers are so far behind that requests time out.

Each process looks every few seconds at how many dates wait for their totals, and how long that question takes, which is
how long the database makes everybody wait. A tracker waits as it is told; nothing is lost.
"""

import time

from django.conf import settings

from codextime.usage.selectors import count_dirty_marks

LOOK_EVERY = 5.0  # seconds
RETRY_AFTER = 30  # seconds


class ServerBusy(Exception):
    """The server has more to do than it can do now."""


class Probe:
    """What the last look found. While one request looks, the others go by the look before."""

    def __init__(self) -> None:
        self.look_again_at = 0.0
        self.was_busy = False

    def is_busy(self) -> bool:
        now = time.monotonic()
        if now >= self.look_again_at:
            self.look_again_at = now + LOOK_EVERY
            self.was_busy = self.look()
        return self.was_busy

    def look(self) -> bool:
        most = settings.UPLOADS_WAIT_ABOVE_DATES
        began = time.monotonic()
        dates = count_dirty_marks(limit=most + 1)
        return dates > most or time.monotonic() - began > settings.UPLOADS_WAIT_ABOVE_SECONDS


probe = Probe()


def refuse_if_busy() -> None:
    """Raises `ServerBusy`."""
    if probe.is_busy():
        raise ServerBusy
