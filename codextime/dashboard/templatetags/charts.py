"""What a page repeats by the hundred, as HTML at once: a template's own loop, which looks each value up by name, took
much of the time of an overview of a year."""

from collections.abc import Iterable, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from codextime.dashboard.charts.bars import Bar, Segment
from codextime.dashboard.charts.heatmap import HeatDay
from codextime.dashboard.charts.punchcard import Dot
from codextime.dashboard.sums import Sum

register = template.Library()

CELLS = "<td>%s<td>%s<td>%s"  # whose ends, and those of rows, HTML lets one leave out


@register.filter
def day_rows(days: Iterable[HeatDay]) -> SafeString:
    """A row a day, with the way to its page: day, tokens, calls, estimate."""
    row = '<tr><th scope="row"><a href="%s">%s</a>' + CELLS
    return fill(row, ((day.link, day.on, *cells(day.sum)) for day in days))


@register.filter
def sum_rows(rows: Iterable[tuple[str, Sum]]) -> SafeString:
    """A row for each name: name, tokens, calls, estimate."""
    return fill('<tr><th scope="row">%s' + CELLS, ((name, *cells(sum_)) for name, sum_ in rows))


def cells(sum_: Sum) -> tuple[str, str, str]:
    return sum_.exact_tokens, sum_.exact_calls, sum_.exact_value


@register.filter
def text_rows(rows: Sequence[tuple[str, Sequence[str]]]) -> SafeString:
    """A row for each name, with its cells: the same number in each."""
    row = '<tr><th scope="row">%s' + "<td>%s" * (len(rows[0][1]) if rows else 0)
    return fill(row, ((name, *texts) for name, texts in rows))


@register.filter
def circles(dots: Iterable[Dot]) -> SafeString:
    circle = '<circle class="dot dot-%s" cx="%s" cy="%s" r="%s"><title>%s</title></circle>'
    return fill(circle, ((str(dot.step), dot.x, str(dot.y), dot.radius, dot.title) for dot in dots))


@register.filter
def stacks(bars: Iterable[Bar]) -> SafeString:
    """A link for each bar, which over its whole height shows its figures; without an address, only something to point
    at."""
    return mark_safe("".join(map(stack, bars)))  # noqa: S308 - of what `fill` made


def stack(bar: Bar) -> str:
    address = fill(' href="%s"', [(bar.link,)] if bar.link else [])
    picture = fill('<svg x="%s" width="%s">', [(bar.x, bar.width)]) + rects(bar.segments) + "</svg>"
    hover = fill(
        '<title>%s</title><rect class="hover" x="%s" width="%s"/>', [(bar.title, bar.hover_x, bar.hover_width)]
    )
    now = " bar-now" if bar.is_now else ""
    return f'<a class="bar{now}"{address} tabindex="-1">{hover}{picture if bar.segments else ""}</a>'


def rects(segments: Iterable[Segment]) -> str:
    return fill('<rect class="%s" y="%s" height="%s"/>', ((part.css, part.y, part.height) for part in segments))


def fill(pattern: str, rows: Iterable[tuple[str, ...]]) -> SafeString:
    """`pattern` once for each row, with the row's texts escaped in their places. Django's `format_html_join` asks of
    each text whether it is lazy or safe, which costs more than escaping it."""
    return mark_safe("".join([pattern % tuple(map(escape, row)) for row in rows]))  # noqa: S308 - escaped
