"""What the server counts of itself, for its operator's monitoring: numbers and fixed words, never anything of a user.

Web processes, workers and machines count together in one hash of the cache's server, which all of them share: files of
a process each, as Prometheus's own client keeps them, would need a folder that all containers write to. Counts that
cannot be sent wait in the process; if the cache loses everything, they begin anew, which is what counters may do.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)

Samples = defaultdict[
    str, float
]  # by field of the hash: the metric's name, and what tells its samples apart, after a bar

AGAIN_AFTER_SECONDS = 10.0  # a cache that is silent costs one wait in this time, not one a request


@dataclass(frozen=True, slots=True)
class Counter:
    """Only grows. `label` is what its values tell apart; there are few, and all are words of our own code."""

    name: str
    help: str
    label: str = ""

    def add(self, value: str = "", amount: int = 1) -> None:
        if amount:
            record({f"{self.name}|{value}": amount})


@dataclass(frozen=True, slots=True)
class Histogram:
    """How long something took, by upper bounds in seconds."""

    name: str
    help: str
    bounds: tuple[float, ...]

    def observe(self, seconds: float) -> None:
        bound = next((f"{bound:g}" for bound in self.bounds if seconds <= bound), "+Inf")
        record({f"{self.name}|{bound}": 1, f"{self.name}|sum": seconds})

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

gathering: ContextVar[Samples | None] = ContextVar("gathering", default=None)
unsent = Samples(float)
unsent_lock = threading.Lock()
silent_until: dict[str, float] = {}  # by the cache's address, on the monotonic clock


def record(samples: Mapping[str, float]) -> None:
    gathered = gathering.get()
    if gathered is None:
        send(samples)
    else:
        add_up(gathered, samples)


@contextmanager
def gathered() -> Iterator[None]:
    """What is counted in here is sent at its end, in one message."""
    samples = Samples(float)
    token = gathering.set(samples)
    try:
        yield
    finally:
        gathering.reset(token)
        send(samples)


def send(samples: Mapping[str, float]) -> None:
    """Adds to the shared hash, with what could not be sent before. Fails nobody."""
    where = settings.CACHES["default"]["LOCATION"]
    with unsent_lock:
        add_up(unsent, samples)
        if not unsent or silent_until.get(where, 0.0) > time.monotonic():
            return
        due = dict(unsent)
        unsent.clear()
    try:
        pipeline = connect(where).pipeline(transaction=False)
        for field, amount in due.items():
            pipeline.hincrbyfloat(key(), field, amount)
        pipeline.execute()
    except RedisError:
        logger.warning("The cache does not answer: what was counted waits.")
        with unsent_lock:
            add_up(unsent, due)
            silent_until[where] = time.monotonic() + AGAIN_AFTER_SECONDS


def add_up(samples: Samples, more: Mapping[str, float]) -> None:
    for field, amount in more.items():
        samples[field] += amount


def read() -> dict[str, float]:
    """Every sample by its field. Raises `RedisError`."""
    stored = connect(settings.CACHES["default"]["LOCATION"]).hgetall(key())
    return {field.decode(): float(amount) for field, amount in stored.items()}  # type: ignore[union-attr]  # not async


def key() -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:metrics"


@lru_cache(maxsize=4)
def connect(where: str) -> Redis:
    return Redis.from_url(where, **settings.CACHES["default"]["OPTIONS"])
