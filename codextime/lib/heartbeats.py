"""Signs of life of the processes that nobody can ask: kept in the cache, which all of them share."""

import logging
from datetime import datetime

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600  # long enough to say since when a process is silent


class HeartbeatsUnknown(Exception):
    """The cache does not answer."""


def keep_heartbeat(process: str, *, now: datetime) -> None:
    """Says that `process` was alive at `now`. A cache that does not answer stops nobody."""
    try:
        cache.set(key_of(process), now.timestamp(), timeout=KEPT_SECONDS)
    except RedisError:
        logger.warning("The cache does not answer: the heartbeat of %s is not kept.", process)


def last_heartbeats(*processes: str, now: datetime) -> dict[str, float | None]:
    """For each process the seconds since its last heartbeat, `None` without one. Raises `HeartbeatsUnknown`.

    One from the future, of before a clock was put right, is as far from now as it is, and so no sign of life.
    """
    try:
        found = cache.get_many([key_of(process) for process in processes])
    except RedisError as error:
        raise HeartbeatsUnknown from error
    beats = {process: found.get(key_of(process)) for process in processes}
    return {process: None if at is None else abs(now.timestamp() - at) for process, at in beats.items()}


def key_of(process: str) -> str:
    return f"heartbeat:{process}"
