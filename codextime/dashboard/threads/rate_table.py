"""Rates as arrays that the database looks into: for putting thousands of threads in order, never for what is shown.

An array has a place for each model, each stretch of time between two changes of rates, and either length of context. A
join would have to sort or hash every row.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from codextime.pricing.credits import find_credit_rate, find_inferred_rate
from codextime.pricing.estimates import find_multipliers
from codextime.pricing.rates import ONE_DAY, Rate, RateBook, find_rate

UNKNOWN = -1.0  # an array without nulls is looked into without counting from its beginning
PARTS = ("input", "write", "cached", "output")

PLACE = """
2 * (%(stretches)s * (array_position(%(models)s::int[], day.model_id) - 1)
    + width_bucket(day.utc_on, %(changes)s::date[])) + day.is_long_context::int + 1
"""


def amount(column: str) -> str:
    """A sum of tokens as a float. By way of bigint: PostgreSQL makes a float of a numeric by way of its text."""
    return f"least({column}, 9000000000000000000)::bigint::float8"


def look_up(name: str) -> str:
    return f"(%({name})s::float8[])[place]"


def amount_of(unit: str) -> str:
    """USD or credits (`unit`) times 1,000,000; null without a rate. As `estimates.price` counts: what is written to the
    cache and what is read from it is no fresh input."""
    tokens = {
        "input": "greatest(input_tokens - cached_input_tokens - cache_write_input_tokens, 0)",
        "write": "cache_write_input_tokens",
        "cached": "cached_input_tokens",
        "output": "output_tokens",
    }
    parts = " + ".join(f"{amount(tokens[part])} * {look_up(f'{unit}_{part}')}" for part in PARTS)
    return f"CASE WHEN {look_up(f'{unit}_output')} >= 0 THEN {parts} END"


def share_of_window() -> str:
    """Null where no context window is known."""
    return f"highest_input_tokens / nullif({look_up('windows')}, {UNKNOWN})"


def make_rate_table(models: Mapping[int, str], book: RateBook) -> dict[str, Any]:
    """The parameters of the above for models (names by id)."""
    changes = book.change_dates
    places = [
        (name, on, is_long)
        for name in models.values()
        for on in (changes[0] - ONE_DAY, *changes)
        for is_long in (False, True)
    ]
    arrays: dict[str, Any] = {"windows": [find_window(name, on, book) for name, on, _ in places]}
    for unit, find in (("usd", find_rate), ("credit", find_any_credit_rate)):
        amounts = [amounts_of(find(name, on, book), is_long) for name, on, is_long in places]
        arrays |= {f"{unit}_{part}": [row[n] for row in amounts] for n, part in enumerate(PARTS)}
    return arrays | {"models": list(models), "changes": changes, "stretches": len(changes) + 1}


def find_any_credit_rate(model: str, on: datetime.date, book: RateBook) -> Rate | None:
    return find_credit_rate(model, on, book) or find_inferred_rate(model, on, book)


def amounts_of(rate: Rate | None, is_long: bool) -> list[float]:
    """In the order of `PARTS`, per 1,000,000 tokens."""
    multipliers = find_multipliers(rate, is_long)
    if rate is None or multipliers is None:
        return [UNKNOWN] * len(PARTS)
    by_input, by_output = multipliers
    write = rate.input if rate.cache_write is None else rate.cache_write
    read = [rate.input, write, rate.cached_input or 0]
    return [*(float(price * by_input) for price in read), float(rate.output * by_output)]


def find_window(model: str, on: datetime.date, book: RateBook) -> float:
    rate = find_rate(model, on, book)
    return float(rate.context_window) if rate and rate.context_window else UNKNOWN
