"""When somebody works: a dot for each hour of the week, its area in proportion to the tokens."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.dashboard.charts import Mark, at_percent, pixels
from codextime.lib import formats, weeks

# One text each, as not every language makes a plural of a day by adding to it.
WEEKDAYS = (
    gettext_noop("Mondays"),
    gettext_noop("Tuesdays"),
    gettext_noop("Wednesdays"),
    gettext_noop("Thursdays"),
    gettext_noop("Fridays"),
    gettext_noop("Saturdays"),
    gettext_noop("Sundays"),
)
ROW = 22
TOP = 12
LARGEST = 6.2  # pixels; 24 columns of a phone's width leave 12
SMALLEST = 1.2
STEPS = 5


@dataclass(frozen=True, slots=True)
class Dot:
    x: str
    y: int
    radius: str
    step: int


@dataclass(frozen=True, slots=True)
class PunchCard:
    height: int
    dots: list[Dot]
    weekdays: list[Mark]
    hours: list[Mark]
    busiest: str
    weekday_names: list[str]
    table: list[tuple[str, list[str]]]  # a row an hour, from which a script takes what it says of a dot


def build_punch_card(tokens: Mapping[tuple[int, int], int]) -> PunchCard:
    """`tokens` by (weekday from 0 for Monday, hour), both in the user's time zone."""
    most = max(tokens.values(), default=0)
    week = weeks.weekdays()
    return PunchCard(
        height=TOP + 7 * ROW + 14,
        dots=build_dots(tokens, most),
        weekdays=[Mark(str(TOP + n * ROW + 4), formats.short_weekday(day)) for n, day in enumerate(week)],
        hours=[Mark(at_percent((hour + 0.5) / 24), formats.hour(hour)) for hour in range(0, 24, 4)],
        busiest=describe_busiest(tokens),
        weekday_names=[formats.short_weekday(day) for day in week],
        table=[
            (formats.clock(time(hour)), [formats.exact(tokens.get((weekday, hour), 0)) for weekday in week])
            for hour in range(24)
        ],
    )


def build_dots(tokens: Mapping[tuple[int, int], int], most: int) -> list[Dot]:
    return [
        Dot(
            x=at_percent((hour + 0.5) / 24),
            y=TOP + weeks.row_of(weekday) * ROW,
            radius=pixels(max(LARGEST * math.sqrt(count / most), SMALLEST)),
            step=min(STEPS, 1 + int(count / most * STEPS)),
        )
        for (weekday, hour), count in sorted(tokens.items())
        if count
    ]


def span(hour: int) -> str:
    return formats.span(formats.clock(time(hour)), formats.clock(time((hour + 1) % 24)))


def describe_busiest(tokens: Mapping[tuple[int, int], int]) -> str:
    if not any(tokens.values()):
        return ""
    weekday, hour = max(tokens, key=lambda key: tokens[key])
    return _("Most on %(weekdays)s, %(times)s") % {"weekdays": _(WEEKDAYS[weekday]), "times": span(hour)}
