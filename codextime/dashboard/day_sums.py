"""What days come to, added up and priced in the database: each day, each bar of a chart, each source, and what has one
rate. A calendar has hundreds of days, of some models and rates each."""

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from codextime.dashboard import sums
from codextime.dashboard.day_rates import RATES, UNKNOWN, DayRates, in_usd, make_rates
from codextime.dashboard.day_tables import DayTable, fetch, sum_days
from codextime.dashboard.sums import DayRow, SeriesRow, Sum
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import Estimate, find_pricing
from codextime.pricing.rates import RateBook
from codextime.usage.models import TOKEN_FIELDS
from codextime.usage.rate_table import PLACE

Date = datetime.date

BAR = 'width_bucket("on", %(starts)s::date[])'  # counted from 1
MODEL, SOURCE = "model_id", "source_id"
# As `estimates.Pricing` counts. All sets come from one walk over the days, whose order saves a table of their sums.
SUMS = f"""
SELECT "on", bar, part, place, {{columns}}, sum(calls), {", ".join(f"sum({field})" for field in TOKEN_FIELDS)},
    sum(CASE WHEN {RATES["fresh"]} > {UNKNOWN} THEN
        (input_tokens - cached_input_tokens - cache_write_input_tokens) * {RATES["fresh"]}
        + cache_write_input_tokens * {RATES["written"]} + output_tokens * {RATES["output"]}
        + cached_input_tokens * greatest({RATES["cached"]}, 0) ELSE 0 END),
    sum(CASE WHEN {RATES["fresh"]} = {UNKNOWN} THEN input_tokens + output_tokens
        WHEN {RATES["cached"]} = {UNKNOWN} THEN cached_input_tokens ELSE 0 END)
FROM (
    SELECT *, {PLACE} AS place, {BAR} AS bar, width_bucket("on", %(parts)s::date[]) AS part FROM {{table}} AS day
    WHERE {{whose}} AND "on" BETWEEN %(first)s AND %(last)s ORDER BY "on" OFFSET 0
) AS day GROUP BY GROUPING SETS (("on"), (part, place), (bar, {{series}}){{of_sources}})
"""


class Asked(NamedTuple):
    """Days from the first to the last, of which `parts` and `bars` are the edges of parts and of bars, in order: one
    lies from an edge up to the day before the next. Bars are of each `series`, `MODEL` or `SOURCE`; parts of each
    source, if the table `has_sources`."""

    first: Date
    last: Date
    parts: Sequence[Date]
    bars: Sequence[Date]
    series: str = MODEL
    has_sources: bool = False


class Keyed(NamedTuple):
    """What a model or source has of the bar or part that begins on a day."""

    on: Date
    key: int
    sum: Sum


@dataclass(frozen=True, slots=True)
class DaySums:
    """`rows` are those of each part, model and rate, on the day that the part begins. All others tell the amount of
    their estimate and what has none, but neither rates nor savings. `models` are names by id."""

    models: Mapping[int, str]
    by_day: dict[Date, Sum] = field(default_factory=dict)
    rows: list[DayRow] = field(default_factory=list)
    bars: list[Keyed] = field(default_factory=list)
    sources: list[Keyed] = field(default_factory=list)

    def name_bars(self, names: Mapping[int, str] | None = None) -> list[SeriesRow]:
        """Those of the models, if these are not the names of sources."""
        names = self.models if names is None else names
        return [SeriesRow(bar.on, names[bar.key], bar.sum) for bar in self.bars]


def read_sums(days: DayTable, asked: Asked, *, models: Mapping[int, str], book: RateBook) -> DaySums:
    """`models` are all that there are: names by id."""
    rates = make_rates(frozenset(models.items()), book)
    edges = {"first": asked.first, "last": asked.last, "starts": list(asked.bars), "parts": list(asked.parts)}
    rows = fetch(
        SUMS,
        days,
        {**rates.parameters, **edges},
        columns=f"{asked.series}, {SOURCE if asked.has_sources else 'NULL'}",
        series=asked.series,
        of_sources=f", (part, {SOURCE})" if asked.has_sources else "",
    )
    found = DaySums(models)
    return found if sort_out(rows, found, asked, rates, book) else sum_row_by_row(days, asked, models, book)


def sort_out(rows: Iterable[tuple[Any, ...]], found: DaySums, asked: Asked, rates: DayRates, book: RateBook) -> bool:
    """Whether all rows have a place: not those of a model that came up in between, or with rates that no such whole
    number tells."""
    for on, bar, part, place, series, source, *counted in rows:
        sum_ = make_sum(*counted)
        if on:
            found.by_day[on] = sum_
        elif bar is not None:
            if 0 < bar < len(asked.bars):
                found.bars.append(Keyed(asked.bars[bar - 1], series, sum_))
        elif source is None and place is None:
            return False
        elif not 0 < part < len(asked.parts):
            continue
        elif source is not None:
            found.sources.append(Keyed(asked.parts[part - 1], source, sum_))
        else:
            found.rows.append(price_row(asked.parts[part - 1], sum_, *rates.find(place), book))
    return True


def make_sum(
    calls: int, read: int, cached: int, written: int, output: int, reasoning: int, usd: int, unpriced: int
) -> Sum:
    return Sum(calls, Tokens(read, cached, written, output, reasoning), Estimate(in_usd(usd), read + output, unpriced))


def price_row(on: Date, sum_: Sum, model: str, utc_on: Date, is_long: bool, book: RateBook) -> DayRow:
    estimate = find_pricing(model, utc_on, is_long_context=is_long, book=book).price(sum_.tokens)
    return DayRow(on, model, Sum(sum_.calls, sum_.tokens, estimate), utc_on, is_long)


def sum_row_by_row(days: DayTable, asked: Asked, models: Mapping[int, str], book: RateBook) -> DaySums:
    """The same of rows that are priced here, one by one."""
    keys = ('"on"', MODEL, SOURCE if asked.has_sources else "0")
    rows = list(sum_days(days, asked.first, asked.last, *keys, book=book))
    found = DaySums({**models, **{row.keys[1]: row.model for row in rows}})
    found.by_day.update(sums.add_up_each((row.keys[0], row.sum) for row in rows))
    for row in rows:
        on, model, source = row.keys
        part, bar = find_start(asked.parts, on), find_start(asked.bars, on)
        if part:
            found.rows.append(DayRow(part, row.model, row.sum, row.utc_on, row.is_long_context))
            found.sources.append(Keyed(part, source, row.sum))
        if bar:
            found.bars.append(Keyed(bar, model if asked.series == MODEL else source, row.sum))
    return found


def find_start(edges: Sequence[Date], on: Date) -> Date | None:
    """The last edge up to the day, if there is one on either side of it."""
    n = bisect_right(edges, on)
    return edges[n - 1] if 0 < n < len(edges) else None
