"""Rates per token as whole numbers of 10^-18 USD, in arrays that the database looks into for exact amounts.

Those of `rate_table`, whose places these have, are floats: for putting in order only.
"""

import datetime
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from codextime.pricing.estimates import make_pricing
from codextime.pricing.rates import RateBook, find_rate
from codextime.usage.rate_table import begin_stretches

DIGITS = 18  # of USD a token behind the point
UNKNOWN = -1
HIGHEST = 2**63 - 1
AMOUNTS = ("fresh", "written", "cached", "output")
RATES = {name: f"(%({name})s::int8[])[place]" for name in AMOUNTS}


@dataclass(frozen=True, slots=True)
class DayRates:
    """`parameters` are those of `PLACE` and `RATES`. Models that have other amounts than such whole numbers have no
    place."""

    parameters: Mapping[str, Any]
    models: list[str]
    stretches: list[datetime.date]

    def find(self, place: int) -> tuple[str, datetime.date, bool]:
        """The model, a UTC date and the length of context that stand there, as `PLACE` counts."""
        cell, is_long = divmod(place - 1, 2)
        model, stretch = divmod(cell, len(self.stretches))
        return self.models[model], self.stretches[stretch], bool(is_long)


@functools.lru_cache(maxsize=256)  # a look at each rate of each model
def make_rates(models: frozenset[tuple[int, str]], book: RateBook) -> DayRates:
    """`models` are (id, name)."""
    cells = {model: make_cells(model[1], book) for model in models}
    told = {model: rows for model, rows in cells.items() if all(is_told(amount) for row in rows for amount in row)}
    rows = [row for rows in told.values() for row in rows]
    arrays = {name: ",".join(str(int(row[n])) for row in rows) for n, name in enumerate(AMOUNTS)}
    stretches = begin_stretches(book)
    parameters = {
        **{name: f"{{{array}}}" for name, array in arrays.items()},
        "models": [id_ for id_, _ in told],
        "changes": book.change_dates,
        "stretches": len(stretches),
    }
    return DayRates(parameters, [name for _, name in told], stretches)


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


def in_usd(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-DIGITS)
