"""Sums of tables of usage with what they would have cost: the same for pages and for the read API."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, Field, Func, Min, QuerySet, Sum, Value

from codextime.dashboard import sums
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import Pricing, find_pricing
from codextime.pricing.rates import RateBook

COLUMNS = (
    "calls",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
ARRAY_OF_DATES = ArrayField(DateField())
# (stretch, model, is long context, a UTC date of its rate, calls, five sums of tokens, key columns).
Rows = Iterable[tuple[Any, ...]]
AS_IT_COMES: "Field[Any, Any]" = Field()  # nothing is called for each value, of which there are thousands


class RatedRow(NamedTuple):
    """What has one rate: the values of the key columns, the model, the priced sum, and a UTC date of its rate."""

    keys: tuple[Any, ...]
    model: str
    sum: sums.Sum
    utc_on: datetime.date
    is_long_context: bool


def sum_priced(rows: QuerySet[Any], *keys: str, book: RateBook) -> Iterator[tuple[tuple[Any, ...], str, sums.Sum]]:
    """(the columns `keys`, model, priced sum), as `sum_rated` reads them."""
    return ((row.keys, row.model, row.sum) for row in sum_rated(rows, *keys, book=book))


def sum_rated(rows: QuerySet[Any], *keys: str, book: RateBook) -> Iterator[RatedRow]:
    """The sums of `rows`, which have `utc_on`, `is_long_context` and `COLUMNS`, by the columns `keys`."""
    return price_rows(select_rated(rows, *keys, book=book), book)


def select_rated(rows: QuerySet[Any], *keys: str, book: RateBook) -> Rows:
    """Adds up in the database what has one rate: the dates between two changes of rates."""
    changes = Value(book.change_dates, ARRAY_OF_DATES)
    summed: Rows = (
        rows.annotate(
            between_changes=Func("utc_on", changes, function="width_bucket", output_field=AS_IT_COMES),
        )
        .values(*keys, "model__name", "is_long_context", "between_changes")
        .annotate(
            a_day=Min("utc_on"), **{f"sum_of_{column}": Sum(column, output_field=AS_IT_COMES) for column in COLUMNS}
        )
        .order_by(*keys)
        .values_list(
            "between_changes",
            "model__name",
            "is_long_context",
            "a_day",
            *(f"sum_of_{column}" for column in COLUMNS),
            *keys,
        )
    )
    return summed


class Pricings:
    """Finds the pricing of rows: within one stretch of time between two changes of rates, once."""

    def __init__(self, book: RateBook) -> None:
        self.book = book
        self.found: dict[tuple[str, bool, int], Pricing] = {}

    def find(self, model: str, on: datetime.date, is_long: bool, stretch: int) -> Pricing:
        pricing = self.found.get((model, is_long, stretch))
        if pricing is None:
            pricing = find_pricing(model, on, is_long_context=is_long, book=self.book)
            self.found[model, is_long, stretch] = pricing
        return pricing


def price_rows(rows: Rows, book: RateBook) -> Iterator[RatedRow]:
    pricings = Pricings(book)
    for stretch, model, is_long, a_day, calls, read, cached, written, output, reasoning, *keys in rows:
        tokens = Tokens(int(read), int(cached), int(written), int(output), int(reasoning))
        sum_ = sums.Sum(calls, tokens, pricings.find(model, a_day, is_long, stretch).price(tokens))
        yield RatedRow(tuple(keys), model, sum_, a_day, is_long)


def price_days(rows: Rows, book: RateBook) -> list[sums.DayRow]:
    """Of rows with the day as their only key; without the way by `RatedRow`, as there are thousands."""
    pricings, days = Pricings(book), []
    for stretch, model, is_long, a_day, calls, read, cached, written, output, reasoning, on in rows:
        tokens = Tokens(int(read), int(cached), int(written), int(output), int(reasoning))
        sum_ = sums.Sum(calls, tokens, pricings.find(model, a_day, is_long, stretch).price(tokens))
        days.append(sums.DayRow(on, model, sum_, a_day, is_long))
    return days
