"""What the server counts of itself, for its operator's monitoring: numbers and fixed words, never anything of a user.

Web processes, workers and machines count together in one hash of the cache's server, which all of them share: files of
a process each, as Prometheus's own client keeps them, would need a folder that all containers write to. Counts that
cannot be sent wait in the process; if the cache loses everything, they begin anew, which is what counters may do.
"""

import atexit
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)

SEND_AFTER_SECONDS = 1.0  # so much is lost if a process is killed
AGAIN_AFTER_SECONDS = 10.0  # where the cache does not answer


@dataclass(frozen=True, slots=True)
class Counter:
    """Only grows. `label` is what its values tell apart; there are few, and all are words of our own code."""

    name: str
    help: str
    label: str = ""

    def add(self, value: str = "", amount: int = 1) -> None:
        if amount:
            outbox.add({f"{self.name}|{value}": amount})


@dataclass(frozen=True, slots=True)
class Histogram:
    """How long something took, by upper bounds in seconds."""

    name: str
    help: str
    bounds: tuple[float, ...]

    def observe(self, seconds: float) -> None:
        bound = next((f"{bound:g}" for bound in self.bounds if seconds <= bound), "+Inf")
        outbox.add({f"{self.name}|{bound}": 1, f"{self.name}|sum": seconds})

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Observes what runs in here, if it ends well."""
        began = time.monotonic()
        yield
        self.observe(time.monotonic() - began)


UPLOADS = Counter("codextime_uploads_total", "Uploads that were answered with a receipt.", "result")
UPLOADS_REFUSED = Counter(
    "codextime_uploads_refused_total", "Uploads that got no receipt, by the problem's code.", "code"
)
CALLS = Counter("codextime_calls_total", "Calls of stored uploads, by what became of them.", "result")
CALLS_REFUSED = Counter("codextime_calls_refused_total", "Rows of uploads that were refused, by reason.", "reason")
RECEIPT_SECONDS = Histogram(
    "codextime_receipt_seconds",
    "From a whole body to its receipt.",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REBUILD_SECONDS = Histogram(
    "codextime_rebuild_seconds", "A task that rebuilds totals of a user.", (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300)
)
DATES_REBUILT = Counter("codextime_dates_rebuilt_total", "UTC dates of users whose totals were made anew.")
TOTALS_DIFFERENCES = Counter("codextime_totals_differences_total", "Wrong totals that the nightly check found.")
LIMITS_REACHED = Counter("codextime_limits_reached_total", "Requests that a rate limit refused.", "limit")
RESPONSES = Counter("codextime_responses_total", "Answers to requests for pages and to the API.", "status")

ALL = (
    *(UPLOADS, UPLOADS_REFUSED, CALLS, CALLS_REFUSED, RECEIPT_SECONDS, REBUILD_SECONDS, DATES_REBUILT),
    *(TOTALS_DIFFERENCES, LIMITS_REACHED, RESPONSES),
)


class Outbox:
    """What this process counted and has not sent yet, by field of the hash: the metric's name and, after a bar, what
    tells its samples apart. Counting costs a request next to nothing: a timer sends."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Whatever was not sent."""
        self.samples: defaultdict[str, float] = defaultdict(float)
        self.timer: threading.Timer | None = None

    def add(self, samples: Mapping[str, float], *, send_after: float = SEND_AFTER_SECONDS) -> None:
        with self.lock:
            for field, amount in samples.items():
                self.samples[field] += amount
            if self.timer is None:
                self.timer = threading.Timer(send_after, self.send)
                self.timer.daemon = True
                self.timer.start()

    def send(self) -> None:
        """Adds all of it to the shared hash; fails nobody."""
        with self.lock:
            due = self.samples
            if self.timer:
                self.timer.cancel()
            self.forget()
        try:
            write(due)
        except RedisError:
            logger.warning("The cache does not answer: what was counted waits.")
            self.add(due, send_after=AGAIN_AFTER_SECONDS)


outbox = Outbox()
atexit.register(outbox.send)


def leave_to_parent() -> None:
    """What a parent counted it sends itself; its timer is not in the child, and its lock may be taken for ever."""
    outbox.lock = threading.Lock()
    outbox.forget()


os.register_at_fork(after_in_child=leave_to_parent)


def write(samples: Mapping[str, float]) -> None:
    """Raises `RedisError`; then nothing, or everything but an acknowledgement, was written."""
    if not samples:
        return
    pipeline = connect(settings.CACHES["default"]["LOCATION"]).pipeline()
    for field, amount in samples.items():
        pipeline.hincrbyfloat(key(), field, amount)
    pipeline.execute()


def read() -> dict[str, float]:
    """Every sample by its field, with those of this process. Raises `RedisError`."""
    outbox.send()
    stored = connect(settings.CACHES["default"]["LOCATION"]).hgetall(key())
    return {field.decode(): float(amount) for field, amount in stored.items()}  # type: ignore[union-attr]  # not async


def key() -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:metrics"


@lru_cache(maxsize=4)
def connect(where: str) -> Redis:
    return Redis.from_url(where, **settings.CACHES["default"]["OPTIONS"])
