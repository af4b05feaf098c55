"""Limits on how often something may be done, counted in the cache, which all processes share."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from redis import RedisError

from codextime.lib import metrics
from codextime.lib.hashing import hash_secret

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RateLimit:
    """At most `amount` times in each period of `seconds`, for each key.

    While the cache does not answer nothing can be counted: then a lenient limit lets everything pass, another nothing.
    """

    name: str
    amount: int
    seconds: int
    is_lenient: bool = False


class LimitReached(Exception):
    """It was done too often; it may be tried again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def count_use(limit: RateLimit, *, key: str, now: datetime) -> bool:
    """Counts one use by `key` (kept as a hash); false if nothing can be counted now. Raises `LimitReached` from the
    first one too many on.

    Periods begin at multiples of their length, and each has a counter of its own: a counter that outlives its
    period can lock nobody out.
    """
    period, passed = divmod(int(now.timestamp()), limit.seconds)
    counter = f"rate:{limit.name}:{hash_secret(key)}:{period}"
    uses = add_one(counter, limit)
    if uses > limit.amount:
        metrics.LIMITS_REACHED.add(limit.name)
        raise LimitReached(retry_after=limit.seconds - passed)
    return uses > 0


def count_uses(*uses: tuple[RateLimit, str], now: datetime) -> bool:
    """Counts one use of each limit by its key, until nothing can be counted: a cache that is silent is waited for once.
    Raises `LimitReached` at the first that is too many."""
    return all(count_use(limit, key=key, now=now) for limit, key in uses)


def add_one(counter: str, limit: RateLimit) -> int:
    """The counter's new value; without the cache, one that the limit allows if it is lenient, and too high else."""
    try:
        cache.add(counter, 0, timeout=2 * limit.seconds)
        return cache.incr(counter)
    except (RedisError, ValueError):  # ValueError: the counter was evicted between the two
        logger.warning("The cache does not answer: the limit %s is not counted.", limit.name)
        return 0 if limit.is_lenient else limit.amount + 1
