"""Accounts of every kind, with one session each unless it says otherwise, up to the hour before `now`."""

import datetime
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from codextime.accounts.models import User
from codextime.usage.readings import CallReading
from tests.dashboard.threads import group, in_thread
from tests.usage.burning import burn

HOUR = datetime.timedelta(hours=1)
SECOND_SOURCE = UUID("5f0c2c56-6c0e-4b52-9b6d-7a4ff1a3a002")
FUTURE = "gpt-12.9-sol-preview-2031-01-01-a-name-as-long-as-the-contract"
HUGE_CALLS = 1_000_000
SUMMED = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()
    AND table_name IN ('usage_slot', 'usage_day', 'usage_dayhour', 'usage_threadday', 'usage_threadtotal')
    AND (column_name = 'calls' OR column_name LIKE '%tokens') AND column_name NOT LIKE 'highest%'
"""


def hourly(
    now: datetime.datetime,
    count: int,
    *,
    every: int = 5,
    model: str = "gpt-5.4",
    tokens: tuple[int, int, int, int, int] = (12_000, 9_000, 0, 800, 300),
    thread: int = 1,
) -> list[CallReading]:
    """`count` calls, one every so many hours."""
    return [in_thread(thread, now - HOUR * (1 + every * n), model=model, tokens=tokens) for n in range(count)]


def make_empty(user: User, now: datetime.datetime) -> None:
    """Nothing was ever sent."""


def make_partial(user: User, now: datetime.datetime) -> None:
    """Dates wait for their totals: one that nobody has seen yet, and one that has some already."""
    group(user, *hourly(now, 40), label="work laptop")
    burn(user, *hourly(now, 3, every=1), *hourly(now - 60 * 24 * HOUR, 1), label="work laptop", is_rebuilt=False)


def make_one_call(user: User, now: datetime.datetime) -> None:
    group(user, *hourly(now, 1))


def make_unpriced(user: User, now: datetime.datetime) -> None:
    """No model has a rate."""
    group(user, *hourly(now, 20, model="custom"), *hourly(now, 20, model="codex-internal", thread=2))


def make_no_output(user: User, now: datetime.datetime) -> None:
    """Calls that were read and never answered, some of them without any token at all."""
    group(user, *hourly(now, 20, tokens=(9_000, 0, 0, 0, 0)), *hourly(now, 10, tokens=(0, 0, 0, 0, 0), thread=2))


def make_future(user: User, now: datetime.datetime) -> None:
    """A model that nobody knows yet, under the longest name that travels, beside one that is known."""
    group(user, *hourly(now, 30, model=FUTURE), *hourly(now, 8, every=9, thread=2), label="the machine in the cellar")


def make_huge(user: User, now: datetime.datetime) -> None:
    """A million calls in a year on two machines, with many models and threads: as sums of a few hundred calls."""
    models = ("gpt-5.4", "gpt-5.2-codex", "gpt-5.1-codex-max", "gpt-5-codex", "custom", "gpt-6.1-sol", "o3", FUTURE)
    calls = [
        reading
        for n, model in enumerate(models)
        for reading in hourly(
            now - HOUR * 3 * n,
            180 - 20 * n,
            every=48,
            model=model,
            tokens=(260_000, 234_000, 0, 7_000, 900),
            thread=n + 1,
        )
    ]
    group(user, *calls[::2], label="work laptop")
    burn(user, *calls[1::2], label="a desktop with a rather long label of sixty characters, here", source=SECOND_SOURCE)
    with connection.cursor() as cursor:
        cursor.execute(SUMMED)
        for table, column in cursor.fetchall():
            times = HUGE_CALLS // len(calls)
            cursor.execute(f"UPDATE {table} SET {column} = {column} * %s WHERE user_id = %s", [times, user.pk])


KINDS: dict[str, Callable[[User, datetime.datetime], None]] = {
    "empty": make_empty,
    "partial": make_partial,
    "huge": make_huge,
    "one call": make_one_call,
    "unpriced": make_unpriced,
    "no output": make_no_output,
    "future model": make_future,
}
