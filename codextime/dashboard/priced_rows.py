"""Sums of tables of usage with what they would have cost: the same for pages and for the read API."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import DateField, Field, Func, Min, QuerySet, Sum, Value

from codextime.accounts.models import User
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
AS_IT_COMES: "Field[Any, Any]" = Field()  # nothing is called for each value, of which there are thousands


# As `sum_rated` of a user's own days, which is asked for so often that the ORM's part of it counts. `OFFSET 0` has the
# stretch found once a row.
SUMMED_DAYS = """
SELECT stretch, name, is_long_context, a_day, calls, read, cached, written, output, reasoning{keys}
FROM (
    SELECT stretch, model_id, is_long_context, min(utc_on) AS a_day, sum(calls) AS calls, sum(input_tokens) AS read,
        sum(cached_input_tokens) AS cached, sum(cache_write_input_tokens) AS written, sum(output_tokens) AS output,
        sum(reasoning_output_tokens) AS reasoning{named_keys}
    FROM (
        SELECT *, width_bucket(utc_on, %(changes)s::date[]) AS stretch FROM usage_day
        WHERE user_id = %(user)s AND "on" BETWEEN %(first)s AND %(last)s OFFSET 0
    ) AS day GROUP BY stretch, model_id, is_long_context{keys}
) AS summed JOIN usage_modelname ON usage_modelname.id = model_id
ORDER BY {order}name, is_long_context, stretch
"""


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


def sum_days(user: User, first: datetime.date, last: datetime.date, *keys: str, book: RateBook) -> Iterator[RatedRow]:
    """`sum_rated` of the user's days from the first to the last; `keys` are SQL of its columns."""
    names = [f"key_{number}" for number in range(len(keys))]
    statement = SUMMED_DAYS.format(
        keys="".join(f", {name}" for name in names),
        named_keys="".join(f", {key} AS {name}" for key, name in zip(keys, names, strict=True)),
        order="".join(f"{name}, " for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"user": user.pk, "first": first, "last": last, "changes": book.change_dates})
        rows = cursor.fetchall()
    return price_rows(rows, book)


def sum_rated(rows: QuerySet[Any], *keys: str, book: RateBook) -> Iterator[RatedRow]:
    """The sums of `rows`, which have `utc_on`, `is_long_context` and `COLUMNS`, by the columns `keys`.

    Adds up in the database what has one rate: the dates between two changes of rates.
    """
    changes = Value(book.change_dates, ARRAY_OF_DATES)
    summed = (
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
    return price_rows(summed, book)


def price_rows(rows: Iterable[tuple[Any, ...]], book: RateBook) -> Iterator[RatedRow]:
    """`rows` are (stretch, model, is long context, a UTC date of its rate, calls, five sums of tokens, key columns):
    within one stretch between two changes, rates are looked for once."""
    pricings: dict[tuple[str, bool, int], Pricing] = {}
    for stretch, model, is_long, a_day, calls, read, cached, written, output, reasoning, *keys in rows:
        pricing = pricings.get((model, is_long, stretch))
        if pricing is None:
            pricing = find_pricing(model, a_day, is_long_context=is_long, book=book)
            pricings[model, is_long, stretch] = pricing
        tokens = Tokens(int(read), int(cached), int(written), int(output), int(reasoning))
        yield RatedRow(tuple(keys), model, sums.Sum(calls, tokens, pricing.price(tokens)), a_day, is_long)
