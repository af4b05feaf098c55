"""Rows into the buckets of the chart over time: hours of one day, days, weeks or months."""

import datetime
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext_noop

from codextime.dashboard.charts.bars import Bucket
from codextime.dashboard.charts.shares import OTHER
from codextime.dashboard.periods import ONE_DAY, Period
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.sums import SeriesRow, Sum, add_up, add_up_each
from codextime.lib import formats, weeks

Key = TypeVar("Key", bound=Hashable)

LONGEST_DAILY = 62  # days; a longer period starts with weeks
LONGEST_WEEKLY = 400
LONGEST = {"day": LONGEST_DAILY, "week": 62 * 7}  # days; a longer period has no bars of this grain: too many to read
PERIODS = {"week": "7d", "month": "month"}  # which period a bar leads to
TITLES = {
    "hour": gettext_noop("Tokens by hour"),
    "day": gettext_noop("Tokens by day"),
    "week": gettext_noop("Tokens by week"),
    "month": gettext_noop("Tokens by month"),
}


@dataclass(frozen=True, slots=True)
class HourRow:
    """Calls of one model in one hour of a day; `name` as in `SeriesRow`."""

    hour: int
    name: str
    sum: Sum


def fitting_grain(period: Period) -> str:
    """What shows the shape of the period without hundreds of bars; hours for a single day."""
    if period.days == 1:
        return "hour"
    if period.days <= LONGEST_DAILY:
        return "day"
    return "week" if period.days <= LONGEST_WEEKLY else "month"


def is_fitting(grain: str, period: Period) -> bool:
    """Whether a chart of the period may have bars of this grain."""
    return period.days <= LONGEST.get(grain, period.days)


def hour_buckets(
    rows: Iterable[HourRow], series: Sequence[str], period: Period, now: datetime.datetime
) -> list[Bucket]:
    """The 24 hours of one day in the user's zone; `now` is in that zone."""
    parts = stack(((row.hour, row.name, row.sum) for row in rows), range(24), series)
    return [
        Bucket(
            f"{formats.day_of_week(period.last)}, {formats.clock(datetime.time(hour))}",
            formats.hour(hour),
            parts[hour],
            is_now=period.reaches_today and hour == now.hour,
        )
        for hour in range(24)
    ]


def buckets(
    rows: Iterable[SeriesRow], series: Sequence[str], period: Period, grain: str, query: OverviewQuery
) -> list[Bucket]:
    """Every day, week or month of the period, also the empty ones. A week or month at an edge may be cut."""
    spans, first_of = list(find_spans(period, grain)), find_first_days(period, grain)
    parts = stack(((first_of[row.on], row.name, row.sum) for row in rows), [first for first, _ in spans], series)
    link_to = find_links(grain, query, period.today)
    return [
        Bucket(
            formats.day_range(first, last),
            label(first, grain),
            parts[first],
            link_to(first, last),
            last == period.today,
        )
        for first, last in spans
    ]


def find_edges(period: Period, grain: str) -> list[datetime.date]:
    """The first day of each bar, and the day after the last."""
    return [*(first for first, _ in find_spans(period, grain)), period.last + ONE_DAY]


def find_first_days(period: Period, grain: str) -> dict[datetime.date, datetime.date]:
    """The first day of the bar that each day of the period belongs to."""
    spans = find_spans(period, grain)
    return {first + n * ONE_DAY: first for first, last in spans for n in range((last - first).days + 1)}


def find_links(grain: str, query: OverviewQuery, today: datetime.date) -> Callable[[datetime.date, datetime.date], str]:
    """Where the bar from a day to a day leads: to the day, or to the overview of the week or month."""
    if grain == "day":
        day_link = query.day_links(today=today)
        return lambda first, last: day_link(first)
    return lambda first, last: query.link(period=PERIODS[grain], on=None if last == today else last, by=None)


def narrow(bucket: Bucket, name: str) -> Bucket:
    """The same bar with the one series alone; what is in no series of its own is other."""
    kept = name if name in bucket.parts else OTHER
    return replace(bucket, parts={kept: bucket.parts[kept]})


def describe(bucket: Bucket) -> tuple[str, Sum]:
    """A row of the table behind the chart."""
    return bucket.name, add_up(bucket.parts.values())


def stack(
    parts: Iterable[tuple[Key, str, Sum]], keys: Iterable[Key], series: Sequence[str]
) -> dict[Key, Mapping[str, Sum]]:
    """The sum of each key and series, also of those without calls. What is in no series of its own is other."""
    found = add_up_each(((key, name if name in series else OTHER), sum_) for key, name, sum_ in parts)
    return {key: {name: found.get((key, name)) or Sum() for name in (*series, OTHER)} for key in keys}


def find_spans(period: Period, grain: str) -> Iterable[tuple[datetime.date, datetime.date]]:
    first = period.first
    while first <= period.last:
        following = start_of_next(first, grain)
        yield first, min(following - ONE_DAY, period.last)
        first = following


def start_of(on: datetime.date, grain: str) -> datetime.date:
    if grain == "month":
        return on.replace(day=1)
    return weeks.first_of_week(on) if grain == "week" else on


def start_of_next(on: datetime.date, grain: str) -> datetime.date:
    if grain == "month":
        return start_of(on.replace(day=1) + 31 * ONE_DAY, "month")
    return start_of(on, "week") + 7 * ONE_DAY if grain == "week" else on + ONE_DAY


def label(first: datetime.date, grain: str) -> str:
    return formats.short_month_of_year(first) if grain == "month" else formats.day_of_month(first)
