"""Runs of days with at least one call."""

import datetime
from collections.abc import Collection, Iterable, Sequence

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


def active_in_weeks(active: Collection[datetime.date], lasts: Sequence[datetime.date]) -> list[int]:
    """How many of the seven days up to each of `lasts`, which follow each other, were active."""
    if not lasts:
        return []
    before = [lasts[0] - n * ONE_DAY for n in range(6, 0, -1)]
    is_active = [on in active for on in (*before, *lasts)]
    return [sum(is_active[n : n + 7]) for n in range(len(lasts))]
