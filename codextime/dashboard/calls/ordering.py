"""What calls are put in order by, other than their time."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from codextime.dashboard.calls import narrowing, prices
from codextime.dashboard.calls.narrowing import Reading
from codextime.dashboard.calls.question import Place
from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.usage.models import EXACT_REVISION
from codextime.usage.thread_selectors import name_all_threads

Ranks = Mapping[int, int]  # the place of each name among all, from 0 on, by the id of what has it

RANKED = {"model": "model_id", "label": "source_id", "thread": "thread_id"}
NO_RANK = -1  # of what has no name
NO_RANKS: Ranks = MappingProxyType({})


def rank_of(column: str) -> str:
    """SQL of the place of the row's name among all names. Looked up among sorted ids: a join of a million rows with as
    many threads as a user can have would sort them first."""
    place = f"width_bucket({column}, %(ranked)s::int[])"
    return f"CASE WHEN {column} IS NULL THEN {NO_RANK} ELSE coalesce((%(ranks)s::int[])[{place}], {NO_RANK}) END"


KEYS = {
    "at": "NULL",
    **{column: rank_of(name) for column, name in RANKED.items()},
    "input": "input_tokens",
    "cached": "cached_input_tokens",
    "output": "output_tokens",
    "reasoning": "reasoning_output_tokens",
    "tokens": narrowing.TOKENS,
}


def make_key(reading: Reading) -> str:
    """SQL of what calls are sorted by, other than the time."""
    column = reading.question.column
    if column == "estimate":
        return prices.estimate_key(reading.cells)
    if column == "marks":  # as many as `page.list_marks` makes
        is_marked = f"(input_tokens > {LONG_CONTEXT_TOKENS})::int + (revision < {EXACT_REVISION})::int"
        return f"{is_marked} + {prices.count_price_marks(reading.cells)}"
    return KEYS[column]


def find_ranks(reading: Reading) -> Ranks:
    """Of the names in the column that the question sorts by; none in a column without names. Equal names share one."""
    column = reading.question.column
    if column not in RANKED:
        return NO_RANKS
    names = name_all_threads(user_id=reading.user_id) if column == "thread" else reading.labels
    names = reading.models if column == "model" else names
    in_order = sorted({(name.lower(), name) for name in names.values()})
    order = {name: rank for rank, (_, name) in enumerate(in_order)}
    return {key: order[name] for key, name in names.items()}


def key_of_place(after: Place, reading: Reading, ranks: Ranks) -> Decimal | int | None:
    """What the place is compared with: names come by their rank, estimates in the unit of `prices.estimate_key`."""
    column = reading.question.column
    if after.key is None:
        return None
    if column in RANKED:
        return ranks.get(int(after.key), NO_RANK)
    if column == "estimate" and after.key >= 0:
        return after.key.scaleb(prices.find_scale(reading.cells), prices.EXACTLY)
    return after.key
