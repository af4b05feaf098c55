"""Sums of tables of usage with what they would have cost: the same for pages and for the read API."""

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, Func, IntegerField, Min, QuerySet, Sum, Value

from codextime.dashboard import sums
from codextime.lib.tokens import Tokens
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
    """The sums of `rows`, which have `utc_on`, `is_long_context` and `COLUMNS`, by the columns `keys`.

    Adds up in the database what has one rate: the dates between two changes of rates.
    """
    changes = Value(book.change_dates, ARRAY_OF_DATES)
    summed = (
        rows.annotate(
            between_changes=Func("utc_on", changes, function="width_bucket", output_field=IntegerField()),
        )
        .values(*keys, "model__name", "is_long_context", "between_changes")
        .annotate(a_day=Min("utc_on"), **{f"sum_of_{column}": Sum(column) for column in COLUMNS})
        .order_by(*keys)
        .values_list("model__name", "is_long_context", "a_day", *(f"sum_of_{column}" for column in COLUMNS), *keys)
    )
    for model, is_long, a_day, calls, *rest in summed:
        tokens, values = rest[: len(COLUMNS) - 1], rest[len(COLUMNS) - 1 :]
        priced = sums.priced(calls, Tokens(*tokens), model, a_day, is_long_context=is_long, book=book)
        yield RatedRow(tuple(values), model, priced, a_day, is_long)
