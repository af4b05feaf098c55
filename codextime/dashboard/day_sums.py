"""What the bars of a chart have, by model and rate, and what each day has, priced in the database: a calendar has
hundreds of days, of some models and rates each.

Amounts are exact. Rates per token are whole numbers of 10^-18 USD in arrays that the database looks into (as
`rate_table`'s are, which are floats: those are for putting in order only).
"""

import datetime
import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from codextime.dashboard import sums
from codextime.dashboard.day_tables import DayTable, fetch, read_days
from codextime.dashboard.priced_rows import price_days
from codextime.dashboard.sums import DayRow, Sum
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import Estimate, make_pricing
from codextime.pricing.rates import RateBook, find_rate
from codextime.usage.models import TOKEN_FIELDS
from codextime.usage.rate_table import PLACE, begin_stretches

BAR = 'width_bucket("on", %(starts)s::date[])'  # counted from 1
DIGITS = 18  # of USD a token behind the point
UNKNOWN = -1
HIGHEST = 2**63 - 1
AMOUNTS = ("fresh", "written", "cached", "output", "saved")
RATES = {name: f"(%({name})s::int8[])[place]" for name in AMOUNTS}
SUMMED = ", ".join(f"sum({field}) AS {field}" for field in TOKEN_FIELDS)
# As `estimates.Pricing` counts. Rows that come in order need no table of sums; those of bars are few.
BARS_AND_DAYS = f"""
SELECT stretch, name, is_long_context, a_day, calls, {", ".join(TOKEN_FIELDS)}, bar, NULL, NULL, NULL
FROM (
    SELECT stretch, model_id, is_long_context, min(utc_on) AS a_day, sum(calls) AS calls,
        {SUMMED}, {BAR} AS bar
    FROM (
        SELECT *, width_bucket(utc_on, %(changes)s::date[]) AS stretch FROM {{table}}
        WHERE {{whose}} AND "on" BETWEEN %(first)s AND %(last)s OFFSET 0
    ) AS day GROUP BY bar, model_id, is_long_context, stretch
) AS summed JOIN usage_modelname ON usage_modelname.id = model_id
UNION ALL
SELECT NULL, NULL, bool_and(place IS NOT NULL), "on", sum(calls), {SUMMED}, NULL,
    sum(CASE WHEN {RATES["fresh"]} > {UNKNOWN} THEN
        (input_tokens - cached_input_tokens - cache_write_input_tokens) * {RATES["fresh"]}
        + cache_write_input_tokens * {RATES["written"]} + output_tokens * {RATES["output"]}
        + cached_input_tokens * greatest({RATES["cached"]}, 0) ELSE 0 END),
    sum(CASE WHEN {RATES["fresh"]} = {UNKNOWN} THEN input_tokens + output_tokens
        WHEN {RATES["cached"]} = {UNKNOWN} THEN cached_input_tokens ELSE 0 END),
    sum(cached_input_tokens * {RATES["saved"]})
FROM (
    SELECT *, {PLACE} AS place FROM {{table}} AS day
    WHERE {{whose}} AND "on" BETWEEN %(first)s AND %(last)s ORDER BY "on" OFFSET 0
) AS day GROUP BY "on"
"""


class BarsAndDays(NamedTuple):
    """`rows` are those of each bar, model and rate, on the day that the bar begins; `by_day` has the sum of each day,
    without the rates that it was priced with."""

    rows: list[DayRow]
    by_day: dict[datetime.date, Sum]


def read_bars_and_days(
    days: DayTable,
    first: datetime.date,
    last: datetime.date,
    *,
    starts: Sequence[datetime.date],
    models: Mapping[int, str],
    book: RateBook,
) -> BarsAndDays:
    """From the first day to the last. A bar is what lies between two of `starts`, the first of which is the first day;
    `models` are all that there are: names by id."""
    amounts = make_amounts(frozenset(models.items()), book)
    rows = fetch(BARS_AND_DAYS, days, {"first": first, "last": last, "starts": list(starts), **amounts})
    of_bars = ((*row[:10], starts[row[10] - 1]) for row in rows if row[10])
    of_days = [row for row in rows if not row[10]]
    if all(is_priced for _, _, is_priced, *_ in of_days):
        by_day = dict(map(read_day, of_days))
    else:  # a model that came up in between, or with rates that no such whole number can tell
        by_day = sums.group(read_days(days, first, last, book), lambda row: row.on)
    return BarsAndDays(price_days(of_bars, book), by_day)


def read_day(row: tuple[Any, ...]) -> tuple[datetime.date, Sum]:
    _, _, _, on, calls, read, cached, written, output, reasoning, _, usd, unpriced, saved = row
    estimate = Estimate(in_usd(usd), read + output, unpriced, saved_usd=in_usd(saved))
    return on, Sum(calls, Tokens(read, cached, written, output, reasoning), estimate)


def in_usd(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-DIGITS)


@functools.lru_cache(maxsize=256)  # a look at each rate of each model
def make_amounts(models: frozenset[tuple[int, str]], book: RateBook) -> dict[str, Any]:
    """The parameters of `PLACE` and `RATES`: an array of each amount of `Pricing`, as text. Without the models that
    have other amounts than such whole numbers."""
    cells = {id_: make_cells(name, book) for id_, name in models}
    told = {id_: rows for id_, rows in cells.items() if all(is_told(amount) for row in rows for amount in row)}
    rows = [row for rows in told.values() for row in rows]
    arrays = {name: ",".join(str(int(row[n])) for row in rows) for n, name in enumerate(AMOUNTS)}
    changes = book.change_dates
    return {
        **{name: f"{{{array}}}" for name, array in arrays.items()},
        "models": list(told),
        "changes": changes,
        "stretches": len(changes) + 1,
    }


def make_cells(model: str, book: RateBook) -> list[list[Decimal]]:
    """The amounts of a model in each stretch of time and either length of context, in the order of `PLACE`."""
    pricings = (
        make_pricing(find_rate(model, on, book), is_long) for on in begin_stretches(book) for is_long in (False, True)
    )
    return [[in_parts(getattr(pricing, name)) for name in AMOUNTS] for pricing in pricings]


def in_parts(amount: Decimal | None) -> Decimal:
    return Decimal(UNKNOWN) if amount is None else amount.scaleb(DIGITS)


def is_told(amount: Decimal) -> bool:
    return amount <= HIGHEST and amount == amount.to_integral_value()
