"""Stretches of time that an answer has one row for: hours, days, weeks or months of the user's time zone."""

import datetime
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

from codextime.dashboard.periods import FIRST_DAY, ONE_DAY
from codextime.dashboard.timeline import start_of
from codextime.usage.rebuilding import SLOT, utc_midnight

SPAN = "span"  # the one bucket of an answer that is not by time


@dataclass(frozen=True, slots=True)
class Buckets:
    """`starts` grow; from each to the next one the bucket is its name in `names`, `None` where there is none."""

    starts: list[datetime.datetime]
    names: list[str | None]


def find_buckets(first: datetime.date, last: datetime.date, *, by: str | None, zone: zoneinfo.ZoneInfo) -> Buckets:
    """Those that cover the days from `first` to `last` in `zone`, cut where the totals of days are cut."""
    starts: list[datetime.datetime] = []
    names: list[str | None] = []
    for at in slots_between(first, last):
        local = at.astimezone(zone)
        name = name_of(local, by) if first <= local.date() <= last else None
        if not names or name != names[-1]:
            starts.append(at)
            names.append(name)
    return Buckets(starts, names)


def slots_between(first: datetime.date, last: datetime.date) -> Iterator[datetime.datetime]:
    """Of the UTC dates that these days may lie on: no zone is further than a day away."""
    at, end = utc_midnight(first - ONE_DAY), utc_midnight(last + 2 * ONE_DAY)
    while at < end:
        yield at
        at += SLOT


def name_of(local: datetime.datetime, by: str | None) -> str:
    """The first day of a day, week or month; the instant at which an hour begins, with its distance from UTC."""
    if by is None:
        return SPAN
    if by == "hour":
        return local.replace(minute=0).isoformat()
    return start_of(local.date(), by).isoformat()


def place_of(name: str, by: str | None) -> datetime.datetime:
    """For putting buckets in order: of two hours of one name the first is the one that is further from UTC."""
    at = datetime.datetime.fromisoformat(name) if by else utc_midnight(FIRST_DAY)
    return at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
