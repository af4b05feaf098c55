"""A line without axes beside a figure: the shape of the days, not their values."""

from collections.abc import Sequence

from codextime.dashboard.charts import pixels

WIDTH = 80
HEIGHT = 20
EDGE = 1.5
MOST_POINTS = 60


def build_sparkline(values: Sequence[float]) -> str:
    """The points of an SVG polyline of 80 x 20, or an empty text if there is no line to draw."""
    values = thinned(values)
    if len(values) < 2 or not any(values):
        return ""
    low, high = min(values), max(values)
    across = (WIDTH - 2 * EDGE) / (len(values) - 1)
    up = (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    return " ".join(
        f"{pixels(EDGE + n * across)},{pixels(HEIGHT - EDGE - (v - low) * up)}" for n, v in enumerate(values)
    )


def thinned(values: Sequence[float]) -> Sequence[float]:
    """At most sixty values: means of equally long stretches."""
    length = -(-len(values) // MOST_POINTS)
    if length <= 1:
        return values
    stretches = [values[n : n + length] for n in range(0, len(values), length)]
    return [sum(stretch) / len(stretch) for stretch in stretches]
