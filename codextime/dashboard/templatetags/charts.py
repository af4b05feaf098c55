"""What a page repeats by the hundred, as HTML at once: a template's own loop, which looks each value up by name, took
much of the time of an overview of a year."""

from collections.abc import Iterable, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from codextime.dashboard.charts.bars import Bar, Segment
from codextime.dashboard.charts.heatmap import HeatDay
from codextime.dashboard.charts.punchcard import Dot
from codextime.dashboard.estimate_page import WorthRow
from codextime.dashboard.figures import KeyFigure
from codextime.dashboard.price_lines import PartLine
from codextime.dashboard.sums import Sum, print_exactly

register = template.Library()

SIZE = 'viewBox="0 0 80 20" width="80" height="20"'
SPARKLINE = f' <svg class="sparkline" {SIZE} aria-hidden="true"><polyline points="%s"/></svg>'
SEPARATOR = "\0"  # what no text of a page has in it
# A year of rows: of a simple table the first cell heads its row without a `scope` (H63 of the WCAG techniques).
FIRST = "<tr><th>"
CELLS = "<td>%s<td>%s<td>%s"  # whose ends, and those of rows, HTML lets one leave out


@register.filter
def day_rows(days: Iterable[HeatDay]) -> SafeString:
    """A row a day, with the way to its page: day, tokens, calls, estimate."""
    shown = list(days)
    needs_quotes = any("=" in day.link for day in shown)  # `/days/2026-11-21` needs none
    row = FIRST + ('<a href="%s">%s</a>' if needs_quotes else "<a href=%s>%s</a>") + CELLS
    figures = print_exactly([day.sum for day in shown])
    return fill(row, [(day.link, day.on, *cells) for day, cells in zip(shown, figures, strict=True)])


@register.filter
def sum_rows(rows: Iterable[tuple[str, Sum]]) -> SafeString:
    """A row for each name: name, tokens, calls, estimate."""
    shown = list(rows)
    figures = print_exactly([sum_ for _name, sum_ in shown])
    return fill(FIRST + "%s" + CELLS, [(name, *cells) for (name, _sum), cells in zip(shown, figures, strict=True)])


@register.filter
def text_rows(rows: Sequence[tuple[str, Sequence[str]]]) -> SafeString:
    """A row for each name, with its cells: the same number in each."""
    row = FIRST + "%s" + "<td>%s" * (len(rows[0][1]) if rows else 0)
    return fill(row, ((name, *texts) for name, texts in rows))


@register.filter
def figure_list(figures: Iterable[KeyFigure]) -> SafeString:
    """What a `dl` of key figures has in it."""
    texts = [
        (
            part.label,
            part.value,
            part.title,
            part.note,
            part.note_title,
            part.trend,
            part.sparkline,
            part.share,
            part.link,
        )
        for part in figures
    ]
    return mark_safe("".join([draw_figure(*row) for row in escape_all(texts)]))  # noqa: S308 - escaped


def draw_figure(
    label: str, value: str, title: str, note: str, note_title: str, trend: str, sparkline: str, share: str, link: str
) -> str:
    """Of escaped texts."""
    shown = f'<a href="{link}">{value}</a>' if link else value
    known = f" · {share}" if share else ""
    return (
        f'<div class="figure"><dt>{label}</dt><dd class="figure-value" title="{title}">{shown}</dd>'
        f'<dd class="figure-note"><span title="{note_title}"><span class="{trend}">{note}</span>{known}</span>'
        f"{SPARKLINE % sparkline if sparkline else ''}</dd></div>"
    )


@register.filter
def worth_rows(rows: Iterable[WorthRow]) -> SafeString:
    """A row for each model, day or label, maybe with the way to its lines: tokens, estimate, credits."""
    texts = [(row.link, row.name, row.tokens, row.value, row.priced, row.credits, row.mark) for row in rows]
    return mark_safe("".join([worth_row(*row) for row in escape_all(texts)]))  # noqa: S308 - escaped


def worth_row(link: str, name: str, tokens: str, value: str, priced: str, credits_: str, mark: str) -> str:
    """Of escaped texts."""
    head = f'<a href="{link}">{name}</a>' if link else name
    cells = f'<td class="number">{tokens}<td class="number value">{value}{below(priced)}'
    return f'<tr><th scope="row">{head}{cells}<td class="number">{credits_}{below(mark)}'


def below(text: str) -> str:
    return f'<br><span class="muted">{text}</span>' if text else ""


@register.filter
def part_rows(parts: Iterable[PartLine]) -> SafeString:
    """A row for each class of tokens of a price line."""
    row = '<tr><th scope="row">%s' + '<td class="number">%s' * 4
    return fill(row, [(part.kind, part.tokens, part.rate, part.multiplier, part.amount) for part in parts])


@register.filter
def circles(dots: Iterable[Dot]) -> SafeString:
    """Those of one step together: a class at each would be a quarter of them. Numbers need no quotes."""
    steps: dict[int, list[tuple[str, ...]]] = {}
    for dot in dots:
        steps.setdefault(dot.step, []).append((dot.x, str(dot.y), dot.radius))
    circle = "<circle cx=%s cy=%s r=%s />"
    groups = [f'<g class="dot dot-{step}">{fill(circle, rows)}</g>' for step, rows in sorted(steps.items())]
    return mark_safe("".join(groups))  # noqa: S308 - of what `fill` made


@register.filter
def stacks(bars: Iterable[Bar]) -> SafeString:
    """A link for each bar, which over its whole height shows its figures; without an address, only something to point
    at."""
    return mark_safe("".join(map(stack, bars)))  # noqa: S308 - of what `fill` made


def stack(bar: Bar) -> str:
    address = fill(' href="%s"', [(bar.link,)] if bar.link else [])
    picture = fill("<svg x=%s width=%s>", [(bar.x, bar.width)]) + rects(bar.segments) + "</svg>"
    hover = fill("<title>%s</title><rect class=hover x=%s width=%s />", [(bar.title, bar.hover_x, bar.hover_width)])
    name = '"bar bar-now"' if bar.is_now else "bar"
    return f"<a class={name}{address} tabindex=-1>{hover}{picture if bar.segments else ''}</a>"


def rects(segments: Iterable[Segment]) -> str:
    return fill("<rect class=%s y=%s height=%s />", ((part.css, part.y, part.height) for part in segments))


def fill(pattern: str, rows: Iterable[tuple[str, ...]]) -> SafeString:
    """`pattern` once for each row, with the row's texts escaped in their places. Django's `format_html_join` asks of
    each text whether it is lazy or safe, which costs more than escaping it."""
    return mark_safe("".join([pattern % row for row in escape_all(list(rows))]))  # noqa: S308 - escaped


def escape_all(rows: Sequence[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    """Rows of the same length. All their texts are escaped as one, as most have nothing to escape."""
    texts = [text for row in rows for text in row]
    escaped = escape(SEPARATOR.join(texts)).split(SEPARATOR)
    if len(escaped) != len(texts):  # one of them has the separator in it
        escaped = [escape(text) for text in texts]
    return zip(*[iter(escaped)] * len(rows[0]), strict=True) if rows else []
