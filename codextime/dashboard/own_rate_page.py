"""The list of a user's own rates, ready to print."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from codextime.dashboard.rates_used import per_million
from codextime.lib import formats
from codextime.pricing.models import OwnRate
from codextime.pricing.selectors import OwnPrices, plain


@dataclass(frozen=True, slots=True)
class OwnRateRow:
    """`until` is empty for the newest rate of a model; `cached_input` if cached tokens have no price; `initial` is what
    a form shows to change the rate."""

    id: int
    model: str
    since: str
    until: str
    input: str
    cached_input: str
    output: str
    typed_on: str
    initial: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OwnRatesPage:
    """`models` are those of the user's calls, to choose from."""

    rates: list[OwnRateRow]
    credit_price: str
    models: list[str]


def build_own_rates_page(prices: OwnPrices, models: Sequence[str]) -> OwnRatesPage:
    following: dict[str, datetime.date] = {}
    rows = []
    for rate in prices.rates:  # the newest of a model first
        rows.append(build_row(rate, following.get(rate.model)))
        following[rate.model] = rate.effective_from
    price = "" if prices.credit_price is None else as_typed(prices.credit_price)
    return OwnRatesPage(rows, price, list(models))


def build_row(rate: OwnRate, until: datetime.date | None) -> OwnRateRow:
    cached = None if rate.cached_input is None else plain(rate.cached_input)
    return OwnRateRow(
        id=rate.pk,
        model=rate.model,
        since=formats.day(rate.effective_from),
        until=formats.day(until) if until else "",
        input=per_million(plain(rate.input)),
        cached_input="" if cached is None else per_million(cached),
        output=per_million(plain(rate.output)),
        typed_on=formats.day(rate.typed_at.date()),
        initial={
            "model": rate.model,
            "effective_from": rate.effective_from,
            "input_usd": as_typed(rate.input),
            "cached_input_usd": "" if cached is None else as_typed(cached),
            "output_usd": as_typed(rate.output),
        },
    )


def as_typed(amount: Decimal) -> str:
    """As fields of forms read it, whoever it is for."""
    return f"{amount.normalize():f}"
