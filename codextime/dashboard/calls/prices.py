"""Rates as SQL, so that the database can choose and sort calls by what they would have cost.

The same as `pricing.estimates.price`, exactly: amounts become whole numbers, and a test compares both.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.pricing.estimates import find_multipliers
from codextime.pricing.rates import Rate, RateBook, find_listed_name

UNPRICED_KEY = -1  # below whatever has a price
EXACTLY = Context(prec=99)  # by itself, `Decimal` would round what the largest calls come to
SMALL_TOKENS = 10**8  # of as many, each times an amount of at most `LARGEST_AMOUNT`, the sum fits a bigint
LARGEST_AMOUNT = 2 * 10**10


@dataclass(frozen=True, slots=True)
class Columns:
    """How a table says when its calls were (a date or an instant), and whether they have a long context."""

    moment: str
    kind: str
    is_long: str


CALLS = Columns("at", "timestamptz", f"input_tokens > {LONG_CONTEXT_TOKENS}")
SLOTS = Columns("slot_at", "timestamptz", "is_long_context")
DAYS = Columns("utc_on", "date", "is_long_context")


@dataclass(frozen=True, slots=True)
class Cell:
    """What holds for calls of one model from one UTC date up to another, either long ones or the others. Amounts are
    USD per 1,000,000 tokens of uncached input, input written to the cache, cached input and output."""

    model_id: int
    first: datetime.date
    until: datetime.date | None
    is_long: bool
    is_official: bool
    knows_cached: bool
    amounts: tuple[Decimal, Decimal, Decimal, Decimal]


def find_cells(models: Mapping[int, str], book: RateBook) -> list[Cell]:
    """All that these models have a rate for; what is in no cell has none."""
    return [
        cell
        for model_id, name in sorted(models.items())
        for rate in book.rates.get(find_listed_name(name, book.rates, book), ())
        for is_long in (False, True)
        for cell in make_cell(model_id, rate, is_long=is_long)
    ]


def make_cell(model_id: int, rate: Rate, *, is_long: bool) -> Iterable[Cell]:
    multipliers = find_multipliers(rate, is_long)
    if multipliers is None:
        return
    by_input, by_output = multipliers
    written = rate.input if rate.cache_write is None else rate.cache_write
    amounts = (rate.input * by_input, written * by_input, (rate.cached_input or 0) * by_input, rate.output * by_output)
    yield Cell(
        model_id,
        rate.effective_from,
        rate.effective_until,
        is_long,
        rate.is_official,
        rate.cached_input is not None,
        tuple(map(Decimal, amounts)),  # type: ignore[arg-type]  # four
    )


def by_cell(cells: Sequence[Cell], columns: Columns, value: Callable[[Cell], str], *, otherwise: str) -> str:
    """SQL of what `value` says of the cell that a row is in."""
    of_models: dict[int, list[Cell]] = {}
    for cell in cells:
        of_models.setdefault(cell.model_id, []).append(cell)
    if not of_models:
        return otherwise
    branches = [
        f"WHEN {model_id} THEN CASE "
        + " ".join(f"WHEN {holds(cell, columns)} THEN {value(cell)}" for cell in of_model)
        + f" ELSE {otherwise} END"
        for model_id, of_model in of_models.items()
    ]
    return f"CASE model_id {' '.join(branches)} ELSE {otherwise} END"


def holds(cell: Cell, columns: Columns) -> str:
    conditions = [
        f"{columns.moment} >= {literal(cell.first, columns)}",
        columns.is_long if cell.is_long else f"NOT ({columns.is_long})",
    ]
    if cell.until:
        conditions.append(f"{columns.moment} < {literal(cell.until, columns)}")
    return " AND ".join(conditions)


def literal(on: datetime.date, columns: Columns) -> str:
    """Rates change at 00:00 UTC."""
    return f"DATE '{on}'" if columns.kind == "date" else f"TIMESTAMPTZ '{on} 00:00Z'"


def has_price(price: str, cells: Sequence[Cell], columns: Columns) -> str:
    """SQL of whether a row is priced, estimated or unpriced; of a row of totals, whether any call in it may be."""
    is_of_calls = columns is CALLS

    def value(cell: Cell) -> str:
        is_it = "true" if price == ("priced" if cell.is_official else "estimated") else "false"
        if cell.knows_cached:
            return is_it
        if price == "unpriced":
            return "cached_input_tokens > 0"
        return f"cached_input_tokens = 0 AND {is_it}" if is_of_calls else is_it

    return f"({by_cell(cells, columns, value, otherwise=str(price == 'unpriced').lower())})"


def count_price_marks(cells: Sequence[Cell]) -> str:
    """SQL of how many of a call's marks are about its price: that some of its tokens have none, and that its rate is
    no official one."""

    def value(cell: Cell) -> str:
        is_partly = "cached_input_tokens > 0 AND (cached_input_tokens < input_tokens OR output_tokens > 0)"
        of_cached = "0" if cell.knows_cached else f"({is_partly})::int"
        return of_cached if cell.is_official else f"1 + {of_cached}"

    return by_cell(cells, CALLS, value, otherwise="0")


def find_scale(cells: Sequence[Cell]) -> int:
    """How many decimals the amounts have at most."""
    exponents = [int(amount.normalize().as_tuple().exponent) for cell in cells for amount in cell.amounts]
    return max(0, -min(exponents, default=0))


def estimate_key(cells: Sequence[Cell]) -> str:
    """SQL of a call's estimate in USD times 1,000,000 and ten to the power of `find_scale`, a whole number; of a call
    that has no price, `UNPRICED_KEY`.

    Adds up as bigint where that cannot overflow, which takes a third of the time.
    """
    scale = find_scale(cells)

    def value(cell: Cell) -> str:
        fresh, written, cached, output = (int(amount.scaleb(scale)) for amount in cell.amounts)
        parts = (
            f"(input_tokens{{0}} - cached_input_tokens - cache_write_input_tokens) * {fresh}"
            f" + cache_write_input_tokens{{0}} * {written} + cached_input_tokens{{0}} * {cached}"
            f" + output_tokens{{0}} * {output}"
        )
        exact = parts.format("::numeric")
        if max(fresh, written, cached, output) > LARGEST_AMOUNT:
            return exact
        is_small = f"input_tokens < {SMALL_TOKENS} AND output_tokens < {SMALL_TOKENS}"
        return f"CASE WHEN {is_small} THEN ({parts.format('')})::numeric ELSE {exact} END"

    return by_cell(cells, CALLS, value, otherwise=f"{UNPRICED_KEY}::numeric")
