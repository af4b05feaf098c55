"""The timeline of a thread: three lines over its calls, one below the other, with the table behind them."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard.charts import Mark, at_percent, pixels
from codextime.dashboard.charts.bars import grid_step
from codextime.dashboard.threads.lifecycle import cached_share
from codextime.dashboard.threads.reading_one import CallOfThread
from codextime.lib import formats

MOST_POINTS = 120
PLOT, TOP, BOTTOM = 96, 28, 14  # pixels; the title of a chart stands in its top
HEIGHT = TOP + PLOT + BOTTOM
GRID_LINES = 2
WIDTH = 1_000  # units of the view box, drawn as wide as there is room


@dataclass(frozen=True, slots=True)
class Point:
    """Some calls in a row, mostly one: `input_tokens` are those of the largest, `usd` is the mean of a call, `None` if
    none has a rate."""

    first: int
    last: int
    at: datetime.datetime
    input_tokens: int
    cached_share: float
    usd: float | None
    calls: Sequence[CallOfThread]

    @property
    def name(self) -> str:
        first, last = formats.exact(self.first), formats.exact(self.last)
        return first if first == last else formats.span(first, last)

    @property
    def input(self) -> str:
        return formats.exact(self.input_tokens)

    @property
    def cached(self) -> str:
        return formats.percent(self.cached_share) if self.input_tokens else formats.NONE

    @property
    def estimate(self) -> str:
        return _("unpriced") if self.usd is None else f"${formats.written(f'{self.usd:.4f}')}"


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` are the points of an SVG polyline, in lengths of a view box of `WIDTH` by `HEIGHT`; `area` closes it."""

    title: str
    note: str
    css: str
    y: int
    line: str
    area: str
    spots: list[tuple[str, str]]
    grid: list[Mark]


@dataclass(frozen=True, slots=True)
class Timeline:
    charts: list[Chart]
    points: list[Point]
    marks: list[Mark]
    hovers: list[tuple[str, str, str]]  # x, width and text of what tells the figures of a point
    width: int = WIDTH
    chart_height: int = HEIGHT

    @property
    def height(self) -> int:
        return len(self.charts) * HEIGHT + 8


def build_timeline(calls: Sequence[CallOfThread]) -> Timeline:
    """Of calls in the order of time."""
    points = thin(calls)
    prices = [point.usd or 0.0 for point in points]
    inputs = [float(point.input_tokens) for point in points]
    shares = [point.cached_share for point in points]
    charts = [
        build_chart(0, "context", (_("Context"), _("input tokens of a call")), inputs, formats.on_axis),
        build_chart(1, "cache", (_("Cache ratio"), _("cached share of the input")), shares, format_shares, 1.0),
        build_chart(2, "price", (_("Estimate"), _("USD of a call, API-equivalent")), prices, format_prices),
    ]
    if all(point.usd is None for point in points):
        charts.pop()  # a line at zero would say that they were free
    last = max(len(points) - 1, 1)
    marks = [Mark(at_percent(n / last), points[n].name) for n in labelled(len(points))]
    pitch = 1 / max(len(points), 1)
    hovers = [(at_percent(n * pitch), at_percent(pitch), describe(point)) for n, point in enumerate(points)]
    return Timeline(charts, points, marks, hovers)


def thin(calls: Sequence[CallOfThread]) -> list[Point]:
    """At most `MOST_POINTS`: stretches of as many calls each."""
    length = max(1, -(-len(calls) // MOST_POINTS))
    return [make_point(start + 1, calls[start : start + length]) for start in range(0, len(calls), length)]


def make_point(number: int, calls: Sequence[CallOfThread]) -> Point:
    rated = [call for call in calls if call.sum.estimate.is_priced]
    return Point(
        first=number,
        last=number + len(calls) - 1,
        at=calls[0].at,
        input_tokens=max(call.tokens.input_tokens for call in calls),
        cached_share=cached_share(calls),
        usd=float(sum(call.sum.usd for call in rated)) / len(rated) if rated else None,
        calls=calls,
    )


def build_chart(
    number: int,
    css: str,
    texts: tuple[str, str],
    values: Sequence[float],
    texts_of: Callable[[Sequence[float]], list[str]],
    top: float | None = None,
) -> Chart:
    """`top` is the value of the highest grid line; without it, a round one above all values."""
    highest = top or find_top(max(values, default=0))
    across = WIDTH / max(len(values) - 1, 1)
    spots = [
        (pixels(n * across if len(values) > 1 else WIDTH / 2), pixels(TOP + PLOT * (1 - min(value / highest, 1))))
        for n, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in spots)
    floor = pixels(TOP + PLOT)
    area = f"{spots[0][0]},{floor} {line} {spots[-1][0]},{floor}" if spots else ""
    marks = texts_of([highest * n / GRID_LINES for n in range(GRID_LINES + 1)])
    grid = [Mark(pixels(TOP + PLOT - n * PLOT / GRID_LINES), mark) for n, mark in enumerate(marks)]
    return Chart(*texts, css, number * HEIGHT, line, area, spots if len(spots) == 1 else [], grid)


def find_top(highest: float) -> float:
    """A round number at or above; small amounts are made whole for it."""
    scale = 1.0 if highest >= 10 else 1_000_000.0
    return grid_step(highest * scale) * 4 / scale if highest else 1.0


def labelled(count: int) -> Iterable[int]:
    """The first, the last, and what is halfway."""
    return sorted({0, (count - 1) // 2, count - 1}) if count else []


def describe(point: Point) -> str:
    call = _("Call %(name)s") if point.first == point.last else _("Calls %(name)s")
    lines = [
        f"{call % {'name': point.name}}",
        _("%(tokens)s input tokens") % {"tokens": point.input},
        _("%(share)s cached") % {"share": point.cached},
        _("%(amount)s a call") % {"amount": point.estimate},
    ]
    return "\n".join(lines)


def format_shares(values: Sequence[float]) -> list[str]:
    return [formats.percent(value) for value in values]


def format_prices(values: Sequence[float]) -> list[str]:
    return [format_usd(value) for value in values]


def format_usd(value: float) -> str:
    if not value:
        return "$0"
    digits = 2 if value >= 0.1 else 3 if value >= 0.01 else 5
    return f"${formats.written(f'{value:.{digits}f}')}"
