"""Steps on real connections of their own, all started together."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

DEADLINE_SECONDS = 60  # on a machine that has much else to do; nothing here takes more than a few
POLL_SECONDS = 0.01


def run_at_once(*steps: Callable[[], T]) -> list[T]:
    """What each step returned, in their order; what one raised is raised here."""
    barrier = Barrier(len(steps))

    def run(step: Callable[[], T]) -> T:
        barrier.wait()
        return on_own_connection(step)

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def start(pool: ThreadPoolExecutor, step: Callable[[], T]) -> Future[T]:
    return pool.submit(on_own_connection, step)


def on_own_connection(step: Callable[[], T]) -> T:
    try:
        return step()
    finally:
        connection.close()


def wait_until(is_so: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    """Looks again and again, for `seconds` at most."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not become so in time."
        time.sleep(POLL_SECONDS)


def waiting_backends() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])
