"""Rates as a table that the database can join: for putting thousands of threads in order, never for what is shown."""

import datetime
from collections.abc import Mapping
from typing import Any

from codextime.pricing.credits import find_credit_rate, find_inferred_rate
from codextime.pricing.estimates import find_multipliers
from codextime.pricing.rates import ONE_DAY, Rate, RateBook, find_rate

# As `estimates.price` counts: what is written to the cache and what is read from it is no fresh input.
AMOUNT = """
    greatest(day.input_tokens - day.cached_input_tokens - day.cache_write_input_tokens, 0)::float8 * rate.{unit}_input
    + day.cache_write_input_tokens::float8 * rate.{unit}_write + day.cached_input_tokens::float8 * rate.{unit}_cached
    + day.output_tokens::float8 * rate.{unit}_output
"""
UNITS = ("usd", "credit")
PARTS = ("input", "write", "cached", "output")
AMOUNTS = tuple(f"{unit}_{part}" for unit in UNITS for part in PARTS)
COLUMNS = ("model_id", "is_long", "stretch", *AMOUNTS, "context_window")
TYPES = ("int", "bool", "int", *("float8",) * len(AMOUNTS), "float8")

# For a row that has a model, whether its context is long, and a UTC date.
JOIN = f"""
LEFT JOIN unnest({", ".join(f"%({name})s::{kind}[]" for name, kind in zip(COLUMNS, TYPES, strict=True))})
    AS rate ({", ".join(COLUMNS)})
    ON rate.model_id = day.model_id AND rate.is_long = day.is_long_context
    AND rate.stretch = width_bucket(day.utc_on, %(changes)s::date[])
"""


def make_rate_table(models: Mapping[int, str], book: RateBook) -> dict[str, Any]:
    """The parameters of `JOIN` for models (names by id): a row for each, of either length of context, between two
    changes of rates. What has no rate is null."""
    changes = book.change_dates
    dates = [changes[0] - ONE_DAY, *changes]
    rows = [
        (model_id, is_long, stretch, *find_amounts(name, on, is_long, book), find_window(name, on, book))
        for model_id, name in models.items()
        for stretch, on in enumerate(dates)
        for is_long in (False, True)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return {"changes": changes} | {name: list(values) for name, values in zip(COLUMNS, columns, strict=True)}


def find_amounts(model: str, on: datetime.date, is_long: bool, book: RateBook) -> list[float | None]:
    credit = find_credit_rate(model, on, book) or find_inferred_rate(model, on, book)
    return [*amounts_of(find_rate(model, on, book), is_long), *amounts_of(credit, is_long)]


def amounts_of(rate: Rate | None, is_long: bool) -> list[float | None]:
    """In the order of `PARTS`, per 1,000,000 tokens."""
    multipliers = find_multipliers(rate, is_long)
    if rate is None or multipliers is None:
        return [None] * len(PARTS)
    by_input, by_output = multipliers
    write = rate.input if rate.cache_write is None else rate.cache_write
    read = [rate.input, write, rate.cached_input or 0]
    return [*(float(amount * by_input) for amount in read), float(rate.output * by_output)]


def find_window(model: str, on: datetime.date, book: RateBook) -> float | None:
    rate = find_rate(model, on, book)
    return rate.context_window if rate else None
