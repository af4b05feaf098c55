"""Stacked bars over time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from codextime.dashboard.charts import Mark, at_percent, pixels
from codextime.dashboard.charts.shares import print_name
from codextime.dashboard.sums import Sum, add_up
from codextime.lib import formats

PLOT = 192  # pixels from the baseline to the highest grid line
TOP = 8
HEIGHT = TOP + PLOT + 24  # down to the baseline as in the stylesheet (.hover), and the axis below it
GRID_LINES = 4
MOST_LABELS = 6  # fit beside each other on a phone
WIDEST_BAR = 0.06
SMALLEST_SEGMENT = 1.5
CENTS = 100
NICE = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one bar shows: `parts` by series, in the order of stacking; `name` in full, `label` short."""

    name: str
    label: str
    parts: Mapping[str, Sum]
    link: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    y: str
    height: str
    css: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    width: str
    hover_x: str
    hover_width: str
    segments: list[Segment]
    title: str
    link: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Bars:
    height: int
    bars: list[Bar]
    grid: list[Mark]
    labels: list[Mark]


def build_bars(buckets: Sequence[Bucket], css: Mapping[str, str], *, measure: str = "tokens") -> Bars:
    """`css` gives each series its class. `measure` is tokens, or value: what they would have cost."""
    step = grid_step(max((total_of(bucket, measure) for bucket in buckets), default=0))
    scale = PLOT / (step * GRID_LINES)
    pitch = 1 / max(1, len(buckets))
    width = min(pitch * 0.76, WIDEST_BAR)
    bars = [
        Bar(
            x=at_percent((n + 0.5) * pitch - width / 2),
            width=at_percent(width),
            hover_x=at_percent(n * pitch),
            hover_width=at_percent(pitch),
            segments=stack(bucket, scale, css, measure),
            title=describe(bucket, measure),
            link=bucket.link,
            is_now=bucket.is_now,
        )
        for n, bucket in enumerate(buckets)
    ]
    sizes = print_sizes([step * n for n in range(GRID_LINES + 1)], measure)
    grid = [Mark(pixels(TOP + PLOT - n * PLOT / GRID_LINES), size) for n, size in enumerate(sizes)]
    labels = [Mark(at_percent((n + 0.5) * pitch), buckets[n].label) for n in labelled(len(buckets))]
    return Bars(HEIGHT, bars, grid, labels)


def total_of(bucket: Bucket, measure: str) -> float:
    return sum(size_of(part, measure) for part in bucket.parts.values())


def size_of(part: Sum, measure: str) -> float:
    """In tokens, or in cents, which are what grid lines may be apart at least."""
    return float(part.usd) * CENTS if measure == "value" else part.tokens.total


def print_sizes(sizes: Sequence[float], measure: str) -> list[str]:
    return (
        [formats.usd(Decimal(round(size)) / CENTS) for size in sizes] if measure == "value" else formats.on_axis(sizes)
    )


def grid_step(most: float) -> float:
    """The smallest nice distance at which the grid lines reach `most`."""
    least = max(most / GRID_LINES, 1)
    magnitude = 10 ** math.floor(math.log10(least))
    step: float = next(nice * magnitude for nice in NICE if nice * magnitude >= least)
    return step if magnitude > 1 else math.ceil(step)


def labelled(count: int) -> range:
    """At most six positions, so that they fit on a phone."""
    return range(0, count, max(1, math.ceil(count / MOST_LABELS)))


def stack(bucket: Bucket, scale: float, css: Mapping[str, str], measure: str) -> list[Segment]:
    """From below, in whole pixels, with one between two of them."""
    segments = []
    y, below = float(TOP + PLOT), TOP + PLOT
    for name, part in bucket.parts.items():
        size = size_of(part, measure)
        if not size:
            continue
        height = max(size * scale, SMALLEST_SEGMENT)
        y -= height
        top = round(y)
        segments.append(Segment(str(top), str(max(below - top - 1, 1)), css[name]))
        below = top
    return segments


def describe(bucket: Bucket, measure: str) -> str:
    total = add_up(bucket.parts.values())
    parts = [
        f"{print_name(name)} {part.exact_value if measure == 'value' else part.exact_tokens}"
        for name, part in bucket.parts.items()
        if part.calls
    ]
    return "\n".join([f"{bucket.name}: {total.sentence}", *(parts if len(parts) > 1 else [])])
