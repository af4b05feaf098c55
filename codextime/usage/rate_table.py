"""Rates as arrays that the database looks into: for putting thousands of threads in order, never for what is shown.

What they give stands with the totals of threads, too (`thread_keys`). An array has a place for each model, each stretch
of time between two changes of rates, and either length of context. A join would have to sort or hash every row.
"""

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from codextime.pricing.credits import find_credit_rate, find_inferred_rate
from codextime.pricing.estimates import find_multipliers
from codextime.pricing.rates import ONE_DAY, Rate, RateBook, find_rate

UNKNOWN = -1.0  # an array without nulls is looked into without counting from its beginning
PARTS = ("input", "write", "cached", "output")
ALL_KNOWN, NO_CACHED, NOTHING_KNOWN = 0.0, 1.0, 2.0  # what has a rate in USD

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
        "input": "input_tokens - cached_input_tokens - cache_write_input_tokens",
        "write": "cache_write_input_tokens",
        "cached": "cached_input_tokens",
        "output": "output_tokens",
    }
    parts = " + ".join(f"{amount(tokens[part])} * {look_up(f'{unit}_{part}')}" for part in PARTS)
    return f"CASE WHEN {look_up(f'{unit}_output')} >= 0 THEN {parts} END"


def share_of_window() -> str:
    """Null where no context window is known."""
    return f"highest_input_tokens / nullif({look_up('windows')}, {UNKNOWN})"


def is_unpriced() -> str:
    """Whether some of the tokens have no rate in USD."""
    return f"""CASE {look_up("gaps")} WHEN {ALL_KNOWN} THEN false WHEN {NO_CACHED} THEN cached_input_tokens > 0
    ELSE input_tokens + output_tokens > 0 END"""


class Cell(NamedTuple):
    """What holds for calls of one model in one stretch of time, all of them long or none. Amounts as `amounts_of`."""

    window: float
    gap: float
    usd: list[float]
    credits: list[float]


def make_rate_table(models: Mapping[int, str], book: RateBook) -> dict[str, Any]:
    """The parameters of the above for models (names by id)."""
    cells = [
        cell
        for name in models.values()
        for on in begin_stretches(book)
        for cell in (make_cell(name, on, book, is_long=False), make_cell(name, on, book, is_long=True))
    ]
    arrays: dict[str, Any] = {"windows": [cell.window for cell in cells], "gaps": [cell.gap for cell in cells]}
    for n, part in enumerate(PARTS):
        arrays |= {f"usd_{part}": [cell.usd[n] for cell in cells]}
        arrays |= {f"credit_{part}": [cell.credits[n] for cell in cells]}
    changes = book.change_dates
    return arrays | {"models": list(models), "changes": changes, "stretches": len(changes) + 1}


def find_rates_mark(models: Mapping[int, str], book: RateBook) -> int:
    """A number of 64 bits with a sign: another one as soon as the table would say something else of these models.

    A book that changes its rates of other models only has the same one.
    """
    said = hashlib.sha256()
    for model, name in sorted(models.items()):
        before = None
        for on in begin_stretches(book):
            cells = (make_cell(name, on, book, is_long=False), make_cell(name, on, book, is_long=True))
            if cells != before:
                said.update(repr((model, before and on.isoformat(), cells)).encode())
            before = cells
    return int.from_bytes(said.digest()[:8], signed=True)


def begin_stretches(book: RateBook) -> list[datetime.date]:
    """The first UTC dates of all stretches of time in which no rate changes."""
    changes = book.change_dates
    return [changes[0] - ONE_DAY, *changes]


def make_cell(model: str, on: datetime.date, book: RateBook, *, is_long: bool) -> Cell:
    rate = find_rate(model, on, book)
    usd = amounts_of(rate, is_long)
    credits_ = amounts_of(find_any_credit_rate(model, on, book), is_long)
    return Cell(find_window(rate), find_gap(rate, usd), usd, credits_)


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


def find_window(rate: Rate | None) -> float:
    return float(rate.context_window) if rate and rate.context_window else UNKNOWN


def find_gap(rate: Rate | None, amounts: list[float]) -> float:
    if rate is None or amounts[-1] == UNKNOWN:
        return NOTHING_KNOWN
    return NO_CACHED if rate.cached_input is None else ALL_KNOWN
