"""Limits on how often something may be done, counted in the cache, which all processes share."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from codextime.lib.hashing import hash_secret


@dataclass(frozen=True)
class RateLimit:
    """At most `amount` times in each period of `seconds`, for each key."""

    name: str
    amount: int
    seconds: int


class LimitReached(Exception):
    """It was done too often; it may be tried again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def count_use(limit: RateLimit, *, key: str, now: datetime) -> None:
    """Counts one use by `key` (kept as a hash). Raises `LimitReached` from the first one too many on.

    Periods begin at multiples of their length, and each has a counter of its own: a counter that outlives its
    period can lock nobody out.
    """
    period, passed = divmod(int(now.timestamp()), limit.seconds)
    counter = f"rate:{limit.name}:{hash_secret(key)}:{period}"
    cache.add(counter, 0, timeout=2 * limit.seconds)
    if cache.incr(counter) > limit.amount:
        raise LimitReached(retry_after=limit.seconds - passed)
