"""Which trees of threads come first: all of a user's are put in order by one column, a page of them is read."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from codextime.dashboard.threads.query import Place, ThreadsQuery
from codextime.dashboard.threads.rate_table import PLACE, amount_of, make_rate_table, share_of_window
from codextime.pricing.rates import RateBook

KEYS = {
    "latest": "extract(epoch FROM max(day.last_at))",
    "duration": "extract(epoch FROM max(day.last_at) - min(day.first_at))",
    "calls": "sum(day.calls)",
    "tokens": "sum(day.input_tokens + day.output_tokens)",
    "cached": "coalesce(round(sum(day.cached_input_tokens) / nullif(sum(day.input_tokens), 0), 9), -1)",
}
# What has no rate comes last. Rounded, so that a sum has the same value on the next page.
RATED_KEYS = {
    "estimate": f"coalesce(round(sum({amount_of('usd')})::numeric / 1000000, 6), -1)",
    "credits": f"coalesce(round(sum({amount_of('credit')})::numeric / 1000000, 6), -1)",
    "context": f"coalesce(round(max({share_of_window()})::numeric, 9), -1)",
}
WITH_TOTAL = "JOIN usage_threadtotal AS total ON total.user_id = %(user)s AND total.thread_id = day.thread_id"
OF_DAYS = f"usage_threadday AS day {WITH_TOTAL}"
# `OFFSET 0` has the place found once a row, and not where each rate is looked up.
OF_RATED_DAYS = f"""(
    SELECT thread_id, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens, highest_input_tokens,
        {PLACE} AS place
    FROM usage_threadday AS day WHERE day.user_id = %(user)s{{narrowed}} OFFSET 0
) AS day JOIN (
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
    """`models` are those that the user has calls of: names by id."""

    user_id: int
    narrowing: Narrowing
    models: dict[int, str]
    book: RateBook = field(repr=False)


def rank_trees(ranking: Ranking, query: ThreadsQuery, *, limit: int) -> list[Place]:
    """At most `limit` places of trees, from behind that of the query."""
    is_rated, condition = query.column in RATED_KEYS, ranking.narrowing.condition
    order, sign = ("DESC", "<") if query.is_descending else ("ASC", ">")
    of_user = f" WHERE day.user_id = %(user)s{condition}"
    rows = f"{OF_DAYS}{of_user}" if condition else f"usage_threadtotal AS day{of_user}"
    statement = RANK.format(
        key=(RATED_KEYS if is_rated else KEYS)[query.column],
        rows=OF_RATED_DAYS.format(narrowed=condition) if is_rated else rows,
        behind=f"WHERE (key, root_id) {sign} (%(key)s, %(root)s)" if query.after else "",
        order=order,
    )
    parameters: dict[str, Any] = {"user": ranking.user_id, "limit": limit, **ranking.narrowing.parameters}
    if is_rated:
        parameters |= make_rate_table(ranking.models, ranking.book)
    if query.after:
        parameters |= {"key": query.after.key, "root": query.after.root_id}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Place(Decimal(key), root_id) for key, root_id in cursor.fetchall()]
