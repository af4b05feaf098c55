"""What the overview's address asks for. Anything it does not understand means the default, so no link ever breaks."""

import datetime
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_noop

from codextime.dashboard import periods

MEASURES = {"tokens": gettext_noop("Tokens"), "calls": gettext_noop("Calls"), "value": gettext_noop("Value")}
GRAINS = {"day": gettext_noop("Daily"), "week": gettext_noop("Weekly"), "month": gettext_noop("Monthly")}
STACKS = {"model": gettext_noop("By model"), "label": gettext_noop("By label")}
DEFAULTS = {"period": periods.DEFAULT, "measure": "tokens", "stack": "model"}
LONGEST_NAME = 64  # of a model or a label
YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class OverviewQuery:
    """`on` is the day that the period ends on or contains; `None` is today. `first` and `last` are the dates of a
    custom period. `year` is that of the calendar, `None` for the last twelve months. `by` is `None` for what fits the
    period, and `only` the one model or label that the chart over time shows, empty for all.

    `path` is that of the page; empty for links that stay on whichever page shows them. `has_pages` says whether days
    and threads have pages of their own there."""

    period: str = periods.DEFAULT
    on: datetime.date | None = None
    measure: str = "tokens"
    by: str | None = None
    path: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None
    year: int | None = None
    stack: str = "model"
    only: str = ""
    has_pages: bool = True
    usual: ClassVar[Mapping[str, str]] = DEFAULTS  # what addresses leave out

    def link(self, **changes: Any) -> str:
        """The address of the same page with `changes`; what is the default is left out, and so are the dates of a
        custom period once there is another one."""
        asked = replace(self, **changes)
        is_custom = asked.period == periods.CUSTOM
        texts = {
            "period": asked.period,
            "from": asked.first.isoformat() if is_custom and asked.first else None,
            "to": asked.last.isoformat() if is_custom and asked.last else None,
            "on": asked.on.isoformat() if asked.on and not is_custom else None,
            "measure": asked.measure,
            "year": asked.year and str(asked.year),
            "by": asked.by,
            "stack": asked.stack,
            "only": asked.only,
        }
        kept = {name: text for name, text in texts.items() if text and text != self.usual.get(name)}
        return f"{self.path}?{urlencode(kept)}"

    def day_links(self, *, today: datetime.date) -> Callable[[datetime.date], str]:
        """Finds the page of a day, or where days have none the overview of it; a calendar asks for each day of a
        year."""
        if self.has_pages:
            begin = find_days()
            return lambda on: begin + on.isoformat()
        now = self.link(period="today", on=None, by=None)
        any_day = self.link(period="today", on=periods.FIRST_DAY, by=None)
        begin, _, end = any_day.partition(periods.FIRST_DAY.isoformat())
        return lambda on: now if on == today else begin + on.isoformat() + end


@functools.cache
def find_days() -> str:
    """What the addresses of the pages of days begin with."""
    return reverse("day", args=[periods.FIRST_DAY]).removesuffix(periods.FIRST_DAY.isoformat())


def read_query(parameters: Mapping[str, str]) -> OverviewQuery:
    """The dates of a custom period are what they say, or `None`: whoever typed them wrongly has to learn it."""
    names = {**periods.NAMES, periods.CUSTOM: ""}
    return OverviewQuery(
        period=known(parameters.get("period"), names) or periods.DEFAULT,
        on=read_date(parameters.get("on", "")),
        measure=known(parameters.get("measure"), MEASURES) or "tokens",
        by=known(parameters.get("by"), GRAINS),
        first=read_date(parameters.get("from", "")),
        last=read_date(parameters.get("to", "")),
        year=read_year(parameters.get("year", "")),
        stack=known(parameters.get("stack"), STACKS) or "model",
        only=parameters.get("only", "").replace("\x00", "")[:LONGEST_NAME],
    )


def find_period(query: OverviewQuery, *, today: datetime.date, first_active: datetime.date) -> periods.Period:
    """The days that are asked for; raises `PeriodOutOfRange`."""
    if query.period == periods.CUSTOM:
        return periods.find_custom(query.first, query.last, today=today)
    return periods.find_period(query.period, query.on, today=today, first_active=first_active)


def known(text: str | None, names: Mapping[str, str]) -> str | None:
    return text if text in names else None


def read_year(text: str) -> int | None:
    """A year of four digits that an upload may be of, `None` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) == YEAR_DIGITS else None


def read_date(text: str) -> datetime.date | None:
    """The day of an ISO date (2026-11-21), `None` for anything else."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
