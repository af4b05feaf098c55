"""Puts the page of the API-equivalent estimate together from what was read: pure, and ready to print."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from codextime.dashboard import periods, timeline, worth
from codextime.dashboard.charts import bars, shares
from codextime.dashboard.choices import Choice, choices, later_link
from codextime.dashboard.periods import Period
from codextime.dashboard.price_lines import PriceLine, build_credit_lines, build_usd_lines, exact_credits
from codextime.dashboard.priced_rows import RatedRow
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.rates_used import Unpriced, describe_evidence, describe_share, describe_unpriced
from codextime.dashboard.sums import Sum
from codextime.dashboard.worth import Worth
from codextime.lib import formats
from codextime.pricing.credits import Credits
from codextime.pricing.rates import RateBook

MOST_LABEL_LINES = 12  # labels whose price lines stand on the page
MOST_UNEVEN = 2  # rows that one of two tables may have more


@dataclass(frozen=True, slots=True)
class Reading:
    """`by_source` are the rows of the period by source; `by_span` the same by the day, week or month that begins on a
    date. Sources have names in `labels`."""

    query: OverviewQuery
    period: Period
    first_active: datetime.date | None
    by_source: Sequence[tuple[int, RatedRow]]
    by_span: Sequence[tuple[datetime.date, RatedRow]]
    labels: Mapping[int, str]
    book: RateBook


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    exact: str
    note: str


@dataclass(frozen=True, slots=True)
class WorthRow:
    """A row of a table by model, day or label: `credits` with their mark; `link` leads to the lines behind it."""

    name: str
    tokens: str
    value: str
    priced: str
    credits: str
    mark: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class LabelLines:
    label: str
    lines: list[PriceLine]


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    bars: bars.Bars
    legend: list[tuple[str, str]]
    rows: list[WorthRow]


@dataclass(frozen=True, slots=True)
class EstimatePage:
    """`chart` is `None` for a single day; `label_lines` are those of the labels with the highest estimates."""

    query: OverviewQuery
    period: Period
    periods: list[Choice]
    earlier: str
    later: str
    figures: list[Figure]
    share: str
    evidence: str
    models: list[WorthRow]
    chart: Chart | None
    labels: list[WorthRow]
    usd_lines: list[PriceLine]
    credit_lines: list[PriceLine]
    label_lines: list[LabelLines]
    unpriced: list[Unpriced]
    has_calls: bool
    is_empty: bool

    @property
    def is_even(self) -> bool:
        """Whether models and labels stand side by side without a hole below the shorter list."""
        return abs(len(self.models) - len(self.labels)) <= MOST_UNEVEN

    @property
    def leaves_labels_out(self) -> bool:
        return len(self.labels) > len(self.label_lines) > 0


def build_estimate_page(reading: Reading) -> EstimatePage:
    period, query, book = reading.period, reading.query, reading.book
    rows = [row for _source, row in reading.by_source]
    models = worth.group((row.model, worth.worth_of(row, book)) for row in rows)
    labels = worth.group((reading.labels[source], worth.worth_of(row, book)) for source, row in reading.by_source)
    whole = worth.total(models.values())
    estimate = whole.sum.estimate
    unpriced = sorted(
        (name for name in models if models[name].sum.estimate.unpriced_tokens),
        key=lambda name: -models[name].sum.estimate.unpriced_tokens,
    )
    return EstimatePage(
        query=query,
        period=period,
        periods=choices(query, "period", periods.NAMES, find_chosen(period), on=None),
        earlier=query.link(on=period.day_before()) if has_earlier(reading) else "",
        later=later_link(query, period),
        figures=build_figures(whole, book.usd_per_credit),
        share=describe_share(estimate),
        evidence=describe_evidence(sorted(estimate.rates, key=lambda rate: rate.model)),
        models=[describe(name, models[name]) for name in worth.by_value(models)],
        chart=build_chart(reading, models) if period.days > 1 else None,
        labels=[describe(name, labels[name]) for name in worth.by_value(labels)],
        usd_lines=build_usd_lines(rows, book),
        credit_lines=build_credit_lines(rows, book),
        label_lines=build_label_lines(reading, worth.by_value(labels)) if len(labels) > 1 else [],
        unpriced=[describe_unpriced(name, models[name].sum.estimate) for name in unpriced],
        has_calls=bool(whole.sum.calls),
        is_empty=reading.first_active is None,
    )


def build_figures(whole: Worth, usd_per_credit: Decimal | None) -> list[Figure]:
    estimate, credits_ = whole.sum.estimate, whole.credits
    figures = [
        Figure(
            _("Estimate"),
            whole.sum.value if whole.sum.calls else formats.NONE,
            whole.sum.exact_value,
            whole.sum.partly_priced,
        ),
        Figure(_("Tokens"), formats.compact(whole.sum.tokens.total), whole.sum.exact_tokens, ""),
        Figure(
            _("Tokens without a rate"),
            formats.compact(estimate.unpriced_tokens),
            formats.exact(estimate.unpriced_tokens),
            _("in no amount") if estimate.unpriced_tokens else "",
        ),
        Figure(_("Codex credits"), print_credits(credits_), print_exact_credits(credits_), describe_credits(credits_)),
    ]
    value = worth.price_credits(credits_, usd_per_credit)
    if value is not None and usd_per_credit is not None:
        note = _("at your price of $%(price)s a credit") % {"price": formats.plain_amount(usd_per_credit)}
        figures.append(Figure(_("Credits in dollars"), formats.usd(value), formats.exact_usd(value), note))
    return figures


def print_credits(credits_: Credits) -> str:
    return formats.amount(credits_.amount) if credits_.is_known else formats.NONE


def print_exact_credits(credits_: Credits) -> str:
    return exact_credits(credits_.amount) if credits_.is_known else formats.NONE


def describe_credits(credits_: Credits) -> str:
    """How well they are known: exact, inferred, or for how much they are missing."""
    if not credits_.tokens:
        return ""
    if not credits_.is_known:
        return _("missing")
    texts = []
    if credits_.missing_tokens:
        texts.append(_("%(share)s missing") % {"share": formats.percent(1 - credits_.known_share)})
    if credits_.inferred_tokens:
        texts.append(_("%(share)s inferred") % {"share": formats.percent(credits_.inferred_tokens / credits_.tokens)})
    return ", ".join(texts) or _("exact")


def describe(name: str, part: Worth, link: str = "") -> WorthRow:
    return WorthRow(
        name=name,
        tokens=part.sum.exact_tokens,
        value=_("unpriced") if part.sum.is_unpriced else formats.exact_usd(part.sum.usd),
        priced=part.sum.partly_priced,
        credits=print_exact_credits(part.credits) if part.credits.is_known else describe_credits(part.credits),
        mark=describe_credits(part.credits) if part.credits.is_known else "",
        link=link,
    )


def build_label_lines(reading: Reading, names: Sequence[str]) -> list[LabelLines]:
    return [
        LabelLines(
            name, build_usd_lines((row for id_, row in reading.by_source if reading.labels[id_] == name), reading.book)
        )
        for name in names[:MOST_LABEL_LINES]
    ]


def build_chart(reading: Reading, models: Mapping[str, Worth]) -> Chart:
    """Dollars by day, week or month, whichever fits the period. Each bar leads to its own days."""
    period, grain = reading.period, timeline.fitting_grain(reading.period)
    whole = {name: part.sum for name, part in models.items()}
    css = find_colours(whole)
    series = [name for name in shares.by_tokens(whole) if css[name] != "series-other" and whole[name].usd]
    spans = list(timeline.find_spans(period, grain))
    stacked = ((max(first, period.first), row.model, row.sum) for first, row in reading.by_span)
    parts = timeline.stack(stacked, [first for first, _last in spans], series)
    worths = worth.group((max(on, period.first), worth.worth_of(row, reading.book)) for on, row in reading.by_span)
    links = {first: link_to(reading.query, grain, last, period.today) for first, last in spans}
    buckets = [
        bars.Bucket(
            formats.day_range(first, last),
            timeline.label(first, grain),
            parts[first],
            links[first],
            is_now=last == period.today,
        )
        for first, last in spans
    ]
    legend = [(name, css[name]) for name in series]
    if any(whole[name].usd for name in whole if name not in series):
        legend.append((_("other models"), css[shares.OTHER]))
    return Chart(
        title=titles()[grain],
        bars=bars.build_bars(buckets, css, measure="value"),
        legend=legend,
        rows=[
            describe(formats.day_range(first, last), worths[first], links[first])
            for first, last in reversed(spans)
            if first in worths
        ],
    )


def find_colours(whole: Mapping[str, Sum]) -> dict[str, str]:
    """Those of the overview; but those of models without an estimate go to the largest estimates that have none."""
    css = shares.find_colours(whole)
    free = sorted({css[name] for name in whole if not whole[name].usd} - {css[shares.OTHER]})
    grey = [
        name for name in whole if css[name] == css[shares.OTHER] and whole[name].usd and name not in shares.NAMELESS
    ]
    return css | dict(zip(sorted(grey, key=lambda name: (-whole[name].usd, name)), free, strict=False))


def titles() -> dict[str, str]:
    return {
        "day": _("Estimate by day"),
        "week": _("Estimate by week"),
        "month": _("Estimate by month"),
    }


def link_to(query: OverviewQuery, grain: str, last: datetime.date, today: datetime.date) -> str:
    period = {"day": "today", "week": "7d", "month": "month"}[grain]
    return query.link(period=period, on=None if last == today else last)


def find_chosen(period: Period) -> str:
    """The name in the switch that is marked: none for a day that is not today."""
    return "" if period.name == "today" and not period.reaches_today else period.name


def has_earlier(reading: Reading) -> bool:
    is_one_of_many = reading.period.name not in ("all", periods.CUSTOM)
    return is_one_of_many and reading.first_active is not None and reading.first_active < reading.period.first
