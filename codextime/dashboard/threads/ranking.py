"""Which trees of threads come first: all of a user's are put in order by one column, a page of them is read."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from codextime.dashboard.threads.query import Place, ThreadsQuery
from codextime.dashboard.thresholds import SHIPPED, Thresholds
from codextime.pricing.rates import RateBook
from codextime.usage import thread_keys
from codextime.usage.rate_table import amount, make_rate_table
from codextime.usage.thread_keys import FROM_DAYS, FROM_TOTALS, RATED_DAYS

READ, CACHED = (f"sum({amount(column)})" for column in ("day.input_tokens", "day.cached_input_tokens"))
# Rounded, so that a sum has the same value on the next page, and fits into an address. Nothing known comes last. Sums
# of numerics would take twice as long, and more memory than a hash has.
KEYS = {
    "latest": "extract(epoch FROM max(day.last_at))",
    "duration": "extract(epoch FROM max(day.last_at) - min(day.first_at))",
    "calls": "sum(day.calls)",
    "tokens": f"sum({amount('day.input_tokens + day.output_tokens')})",
    "cached": f"coalesce(round({CACHED} / nullif({READ}, 0) * 1000000000) / 1000000000, -1)",
}
RATED_KEYS = {
    "estimate": "coalesce(round({usd}) / 1000000, -1)",
    "credits": "coalesce(round({credit}) / 1000000, -1)",
    "context": "coalesce(round({context} * 1000000000) / 1000000000, -1)",
    # How many `signals.find_signals` gives to a whole tree: of floats, as that asks.
    "signals": f"""({READ} + sum({amount("day.output_tokens")}) >= %(large)s::float8)::int
        + (coalesce({{context}}, 0) >= %(bloat)s::float8)::int
        + ({CACHED} / greatest({READ}, 1) < %(low_cache)s::float8 AND {READ} - {CACHED} >= %(uncached)s::float8)::int
        + {{unpriced}}::int""",
}
WITH_TOTAL = "JOIN usage_threadtotal AS total ON total.user_id = %(user)s AND total.thread_id = day.thread_id"
OF_DAYS = f"usage_threadday AS day {WITH_TOTAL}"
OF_RATED_DAYS = f"""({RATED_DAYS}) AS day JOIN (
    SELECT thread_id AS id, root_id FROM usage_threadtotal WHERE user_id = %(user)s
) AS total ON total.id = day.thread_id
"""
RANK = """
SELECT key, root_id FROM (SELECT root_id, {key} AS key FROM {rows} GROUP BY root_id) AS tree
{behind} ORDER BY key {order}, root_id {order} LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which days of threads count: from one date to another in the user's zone, of these models and sources; `None`
    means all."""

    first: datetime.date | None = None
    last: datetime.date | None = None
    model_ids: list[int] | None = None
    source_ids: list[int] | None = None

    @property
    def condition(self) -> str:
        asked = {
            "first": 'day."on" BETWEEN %(first)s AND %(last)s',
            "model_ids": "day.model_id = ANY (%(model_ids)s)",
            "source_ids": "day.source_id = ANY (%(source_ids)s)",
        }
        return "".join(f" AND {text}" for name, text in asked.items() if getattr(self, name) is not None)

    @property
    def parameters(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("first", "last", "model_ids", "source_ids")}


@dataclass(frozen=True, slots=True)
class Ranking:
    """`models` are those that the user has calls of: names by id. The order by signals asks `thresholds`."""

    user_id: int
    narrowing: Narrowing
    models: dict[int, str]
    book: RateBook = field(repr=False)
    thresholds: Thresholds = SHIPPED


def rank_trees(ranking: Ranking, query: ThreadsQuery, *, limit: int) -> list[Place]:
    """At most `limit` places of trees, from behind that of the query, in the order of a column with figures."""
    key, rows, parameters = find_key(ranking, query.column)
    order, sign = ("DESC", "<") if query.is_descending else ("ASC", ">")
    statement = RANK.format(
        key=key,
        rows=rows,
        behind=f"WHERE (key, root_id) {sign} (%(key)s, %(root)s)" if query.after else "",
        order=order,
    )
    parameters |= {"user": ranking.user_id, "limit": limit, **ranking.narrowing.parameters}
    if query.after:
        parameters |= {"key": query.after.key, "root": query.after.root_id}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Place(Decimal(str(key)), root_id) for key, root_id in cursor.fetchall()]


def find_key(ranking: Ranking, column: str) -> tuple[str, str, dict[str, Any]]:
    """(SQL of the key, SQL of the rows that it is made of, parameters). Of all that threads used, their totals know the
    keys, unless these were made with other rates."""
    condition = ranking.narrowing.condition
    of_user = f" WHERE day.user_id = %(user)s{condition}"
    totals = f"usage_threadtotal AS day{of_user}"
    if column not in RATED_KEYS:
        return KEYS[column], f"{OF_DAYS}{of_user}" if condition else totals, {}
    parameters = parameters_of_signals(ranking.thresholds) if column == "signals" else {}
    mark = thread_keys.find_mark(ranking.models, ranking.book)
    if not condition and thread_keys.are_current(user_id=ranking.user_id, mark=mark):
        return RATED_KEYS[column].format(**FROM_TOTALS._asdict()), totals, parameters
    parameters |= make_rate_table(ranking.models, ranking.book)
    return RATED_KEYS[column].format(**FROM_DAYS._asdict()), OF_RATED_DAYS.format(narrowed=condition), parameters


def parameters_of_signals(limits: Thresholds) -> dict[str, float]:
    return {
        "large": limits.large_cumulative_tokens,
        "bloat": limits.high_context_ratio,
        "low_cache": limits.low_cache_ratio,
        "uncached": limits.high_uncached_input_tokens,
    }
