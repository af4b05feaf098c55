"""Switches: rows of links of which one is chosen."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from codextime.dashboard.periods import CUSTOM, ONE_DAY, Period
from codextime.dashboard.queries import OverviewQuery
from codextime.lib import weeks


class Linked(Protocol):
    """What a page was asked for."""

    def link(self, **changes: Any) -> str:
        """The address of the same page with `changes`."""


class Stacked(Linked, Protocol):
    """Of a page with a chart over time: also what that is stacked by, and which of it the chart shows alone."""

    @property
    def stack(self) -> str: ...

    @property
    def only(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    link: str
    is_chosen: bool


def choices(query: Linked, field: str, names: Mapping[str, str], chosen: str, **changes: str | None) -> list[Choice]:
    """A switch: one link a name, the chosen one marked. `names` are marked for translation where they stand."""
    return [Choice(_(text), query.link(**{field: name}, **changes), name == chosen) for name, text in names.items()]


def shortcuts(query: OverviewQuery, *, today: datetime.date) -> list[Choice]:
    """Dates that people ask for by name and that no switch has; weeks begin as the reader's do."""
    week, month_before = weeks.first_of_week(today), today.replace(day=1) - ONE_DAY
    spans = {
        _("This week"): (week, today),
        _("Last week"): (week - 7 * ONE_DAY, week - ONE_DAY),
        _("Last month"): (month_before.replace(day=1), month_before),
        _("90 d"): (today - 89 * ONE_DAY, today),
    }
    return [
        Choice(
            name,
            query.link(period=CUSTOM, first=first, last=last, by=None),
            (query.period, query.first, query.last) == (CUSTOM, first, last),
        )
        for name, (first, last) in spans.items()
    ]


def later_link(query: Linked, period: Period) -> str:
    """To the following period; empty where none has begun, and for dates of one's own. Today is the default, so the
    link to it is short."""
    if period.reaches_today or period.name == CUSTOM:
        return ""
    following = period.day_after()
    return query.link(on=None if following == period.today else following)
