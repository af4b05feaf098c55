"""Runs of days with at least one call."""

import datetime
from collections.abc import Collection, Iterable

from codextime.dashboard.periods import ONE_DAY


def running_streaks(active: Iterable[datetime.date]) -> dict[datetime.date, int]:
    """For each active day, how many days the streak that it belongs to had lasted by then."""
    lengths: dict[datetime.date, int] = {}
    for on in sorted(active):
        lengths[on] = lengths.get(on - ONE_DAY, 0) + 1
    return lengths


def current_streak(lengths: dict[datetime.date, int], today: datetime.date) -> int:
    """The streak that lasts: until today, or until yesterday while today has no call yet."""
    return lengths.get(today) or lengths.get(today - ONE_DAY, 0)


def longest_streak(lengths: dict[datetime.date, int]) -> int:
    return max(lengths.values(), default=0)


def active_in_week(active: Collection[datetime.date], last: datetime.date) -> int:
    """How many of the seven days up to `last` were active."""
    return sum(last - n * ONE_DAY in active for n in range(7))
