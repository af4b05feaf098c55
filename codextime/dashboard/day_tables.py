"""The tables of days: of a user, of a team, of a seat. They have the same columns, and the same is asked of them.

The statements are made by hand: pages ask for thousands of rows, and the ORM's part of it counts.
"""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection
from psycopg.types.numeric import IntLoader

from codextime.accounts.models import User
from codextime.dashboard import sums
from codextime.dashboard.priced_rows import RatedRow, Rows, price_days, price_rows
from codextime.dashboard.records import DayTotal
from codextime.pricing.rates import RateBook

# `OFFSET 0` has the stretch found once a row; days come in order, as to keep the sums of thousands of keys takes longer
# than to sort.
SUMMED_DAYS = """
SELECT stretch, name, is_long_context, a_day, calls, read, cached, written, output, reasoning{keys}
FROM (
    SELECT stretch, model_id, is_long_context, min(utc_on) AS a_day, sum(calls) AS calls, sum(input_tokens) AS read,
        sum(cached_input_tokens) AS cached, sum(cache_write_input_tokens) AS written, sum(output_tokens) AS output,
        sum(reasoning_output_tokens) AS reasoning{named_keys}
    FROM (
        SELECT *, width_bucket(utc_on, %(changes)s::date[]) AS stretch FROM {table}
        WHERE {whose} AND "on" BETWEEN %(first)s AND %(last)s {sorted} OFFSET 0
    ) AS day GROUP BY {group}model_id, is_long_context, stretch
) AS summed JOIN usage_modelname ON usage_modelname.id = model_id
ORDER BY {order}model_id, is_long_context, stretch
"""
KNOWN = """
SELECT "on", sum(input_tokens + output_tokens), sum(calls), NULL, NULL
FROM {table} WHERE {whose} GROUP BY "on"
UNION ALL
SELECT NULL, NULL, NULL, id, name FROM usage_modelname
WHERE id IN (SELECT model_id FROM {table} WHERE {whose})
ORDER BY "on"
"""


class DayTable(NamedTuple):
    """Days of a table, and SQL of whose, which may ask for the `owner`."""

    name: str
    whose: str
    owner: int | None = None


def days_of(user: User) -> DayTable:
    return DayTable("usage_day", "user_id = %(owner)s", user.pk)


class Known(NamedTuple):
    """All days with calls, in order, and the models of them: names by id."""

    active: dict[datetime.date, DayTotal]
    models: dict[int, str]


def read_known(days: DayTable) -> Known:
    known = Known({}, {})
    for on, tokens, calls, model, name in fetch(KNOWN, days, {}):
        if on:
            known.active[on] = DayTotal(tokens, calls)
        else:
            known.models[model] = name
    return known


def read_days(days: DayTable, first: datetime.date, last: datetime.date, book: RateBook) -> list[sums.DayRow]:
    """A row for each day, model and rate: as few as there can be if each is to be priced."""
    return price_days(fetch_days(days, first, last, '"on"', book=book), book)


def sum_days(
    days: DayTable,
    first: datetime.date,
    last: datetime.date,
    *keys: str,
    book: RateBook,
    parameters: Mapping[str, Any] | None = None,
) -> Iterator[RatedRow]:
    """As `sum_rated`, from the first day to the last; `keys` are SQL of the columns, with `parameters`."""
    return price_rows(fetch_days(days, first, last, *keys, book=book, parameters=parameters), book)


def fetch_days(
    days: DayTable,
    first: datetime.date,
    last: datetime.date,
    *keys: str,
    book: RateBook,
    parameters: Mapping[str, Any] | None = None,
) -> Rows:
    names = [f"key_{number}" for number in range(len(keys))]
    parts = {
        "keys": "".join(f", {name}" for name in names),
        "named_keys": "".join(f", {key} AS {name}" for key, name in zip(keys, names, strict=True)),
        "group": "".join(f"{key}, " for key in keys),
        "sorted": f"ORDER BY {', '.join(keys)}, model_id, is_long_context, stretch" if '"on"' in keys else "",
        "order": "".join(f"{name}, " for name in names),
    }
    asked: dict[str, Any] = {"first": first, "last": last, "changes": book.change_dates}
    return fetch(SUMMED_DAYS, days, {**asked, **(parameters or {})}, **parts)


def fetch(statement: str, days: DayTable, parameters: Mapping[str, Any], **parts: str) -> list[tuple[Any, ...]]:
    """The rows of a statement about the table; all of its numbers are whole ones."""
    written = statement.format(table=days.name, whose=days.whose, **parts)
    with connection.cursor() as cursor:
        cursor.adapters.register_loader("numeric", IntLoader)
        cursor.execute(written, {"owner": days.owner, **parameters})
        return list(cursor.fetchall())
