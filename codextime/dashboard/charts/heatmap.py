"""The calendar: one cell a day, weeks as columns from their first day down, six steps of colour by quantiles.

It shows the 53 weeks up to a day, or a calendar year from its first day to its last.
"""

import datetime
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard.sums import Sum
from codextime.lib import formats, weeks

Link = Callable[[datetime.date], str]

WEEKS = 53
NAMED_WEEKDAYS = (0, 2, 4)  # as `date.weekday()` counts; all seven would be too close
PITCH = 21
CELL = 18  # these three and TOP as in the stylesheet and in overview.js
INSET = 4
MARGIN = 2  # on the left and right, for the rings around days
TOP = 22  # the row with the names of the months
STEPS = 5  # of days with activity; step 0 is a day without
MONTH_WIDTH = 2  # a month's name needs this many columns before the next one
WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HeatCell:
    on: datetime.date
    x: int
    y: int
    step: int
    is_today: bool
    is_chosen: bool

    @property
    def square(self) -> str:
        """Part of an SVG path: with a stroke of twice `INSET` around it, a cell with round corners."""
        side = CELL - 2 * INSET
        return f"M{self.x + INSET} {self.y + INSET}h{side}v{side}h-{side}z"


@dataclass(frozen=True, slots=True)
class HeatMonth:
    x: int
    name: str


@dataclass(frozen=True, slots=True)
class HeatDay:
    """A row of the table behind the picture."""

    on: str
    link: str
    sum: Sum


@dataclass(frozen=True, slots=True)
class Heatmap:
    """`start` is the first day of the first column. `note` says which days have no colour for want of a rate; if those
    are all days, there is no picture to show."""

    width: int
    height: int
    start: datetime.date
    cells: list[HeatCell]
    months: list[HeatMonth]
    weekdays: list[tuple[int, str]]
    days: list[HeatDay]
    note: str
    is_blank: bool

    @property
    def paths(self) -> list[tuple[int, str]]:
        """The cells of each step as one path: a year of single shapes would be a third of the page."""
        steps: dict[int, list[str]] = {}
        for cell in self.cells:
            steps.setdefault(cell.step, []).append(cell.square)
        return [(step, "".join(squares)) for step, squares in sorted(steps.items())]

    @property
    def rings(self) -> list[HeatCell]:
        """Today, and the day that the page shows."""
        return [cell for cell in self.cells if cell.is_today or cell.is_chosen]


def first_of_year(last: datetime.date) -> datetime.date:
    """The first day of the week 52 weeks before that of `last`."""
    return weeks.first_of_week(last) - (WEEKS - 1) * WEEK


def build_heatmap(
    days: Mapping[datetime.date, Sum],
    *,
    last: datetime.date,
    today: datetime.date,
    measure: str,
    link: Link,
    chosen: datetime.date | None = None,
    first: datetime.date | None = None,
) -> Heatmap:
    """The days from `first` (if `None`, of the 53 weeks) up to `last`; `link` gives the address of a day, `chosen` is
    the day that the page shows. Days after today have no cell."""
    first = first or first_of_year(last)
    start = weeks.first_of_week(first)
    shown = [first + datetime.timedelta(days=n) for n in range((min(last, today) - first).days + 1)]
    active = [on for on in shown if on in days]
    thresholds = quantiles([days[on].measured(measure) for on in active])
    unpriced = sum(days[on].is_unpriced for on in active) if measure == "value" else 0
    nothing = Sum()
    cells = []
    for n, on in enumerate(shown, (first - start).days):
        sum_ = days.get(on, nothing)
        step = bisect_right(thresholds, sum_.measured(measure)) + 1 if sum_.measured(measure) > 0 else 0
        cells.append(HeatCell(on, n // 7 * PITCH, TOP + n % 7 * PITCH, step, on == today, on == chosen))
    columns = (last - start).days // weeks.DAYS + 1
    return Heatmap(
        width=columns * PITCH - (PITCH - CELL) + 2 * MARGIN,
        height=TOP + 7 * PITCH,
        start=start,
        cells=cells,
        months=find_months(start, columns),
        weekdays=[(TOP + weeks.row_of(day) * PITCH + CELL - 4, formats.short_weekday(day)) for day in NAMED_WEEKDAYS],
        days=[
            HeatDay(name, link(on), days[on])
            for on, name in zip(reversed(active), formats.days_of_week(reversed(active)), strict=True)
        ],
        note=describe_unpriced_days(unpriced, len(active)),
        is_blank=unpriced > 0 and unpriced == len(active),
    )


def describe_unpriced_days(unpriced: int, active: int) -> str:
    if not unpriced:
        return ""
    if unpriced == active:
        return _("None of the tokens of these days has a public rate, so there is no value to show.")
    text = ngettext(
        "%(count)s\u00a0day without colour had calls, but of models without a public rate then.",
        "%(count)s\u00a0days without colour had calls, but of models without a public rate then.",
        unpriced,
    )
    return text % {"count": formats.exact(unpriced)}


def quantiles(values: list[float]) -> list[float]:
    """The smallest value of each step above the first, so that the largest value always has the last step."""
    ordered = sorted(value for value in values if value > 0)
    if not ordered:
        return []
    return [ordered[len(ordered) * step // STEPS] for step in range(1, STEPS)]


def find_months(start: datetime.date, columns: int) -> list[HeatMonth]:
    """A name over the first whole week of each month that has room for it."""
    firsts = [start + week * WEEK for week in range(columns)]
    starts = [n for n in range(1, columns) if firsts[n].month != firsts[n - 1].month]
    if not starts or starts[0] >= MONTH_WIDTH:
        starts.insert(0, 0)
    return [HeatMonth(n * PITCH, formats.month(firsts[n])) for n in starts if n <= columns - MONTH_WIDTH]
