"""Weeks that begin when those of the reader do (`reader`). Weekdays are numbered from 0 for Monday."""

import datetime

from codextime.lib import reader

DAYS = 7


def days_into_week(on: datetime.date) -> int:
    """0 for the first day of a week, 6 for the last."""
    return row_of(on.weekday())


def first_of_week(on: datetime.date) -> datetime.date:
    return on - datetime.timedelta(days=days_into_week(on))


def row_of(weekday: int) -> int:
    """Where a weekday stands in a week: 0 to 6."""
    return (weekday - reader.habits().week_start) % DAYS


def weekdays() -> list[int]:
    """The seven in the order of the week."""
    return sorted(range(DAYS), key=row_of)
