"""What threads come to: calls, tokens, estimate, credits, models and the highest use of a context."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from codextime.dashboard.sums import Sum, priced
from codextime.dashboard.threads.ranking import OF_DAYS, Ranking
from codextime.lib.tokens import Tokens
from codextime.pricing.credits import NO_CREDITS, Credits, count_credits
from codextime.pricing.rates import RateBook, find_rate
from codextime.usage.models import TOKEN_FIELDS

TOKEN_SUMS = ", ".join(f"sum(day.{name})" for name in TOKEN_FIELDS)
SUMS = f"""
SELECT {{key}}, day.model_id, day.is_long_context, min(day.utc_on), sum(day.calls), {TOKEN_SUMS},
    min(day.first_at), max(day.last_at), max(day.highest_input_tokens)
FROM {{rows}} WHERE day.user_id = %(user)s AND {{key}} = ANY (%(ids)s){{narrowed}}
GROUP BY 1, 2, 3, width_bucket(day.utc_on, %(changes)s::date[])
"""


class Row(NamedTuple):
    """Of what has one rate."""

    id: int
    model: str
    is_long_context: bool
    utc_on: datetime.date
    calls: int
    tokens: Tokens
    first_at: datetime.datetime
    last_at: datetime.datetime
    highest_input_tokens: int


@dataclass(slots=True)
class ThreadSum:
    """Grows by `add`. `context_share` is the highest share of a model's context window that a call read; `None` where
    no window is known."""

    sum: Sum = field(default_factory=Sum)
    credits: Credits = NO_CREDITS
    models: dict[str, int] = field(default_factory=dict)  # tokens by name
    first_at: datetime.datetime | None = None
    last_at: datetime.datetime | None = None
    highest_input_tokens: int = 0
    context_share: float | None = None

    def add(self, row: Row, book: RateBook) -> None:
        sum_ = priced(row.calls, row.tokens, row.model, row.utc_on, is_long_context=row.is_long_context, book=book)
        self.sum.add(sum_)
        self.credits += count_credits(row.model, row.utc_on, row.tokens, is_long_context=row.is_long_context, book=book)
        self.models[row.model] = self.models.get(row.model, 0) + row.tokens.total
        self.first_at = min(self.first_at or row.first_at, row.first_at)
        self.last_at = max(self.last_at or row.last_at, row.last_at)
        self.highest_input_tokens = max(self.highest_input_tokens, row.highest_input_tokens)
        share = find_context_share(row.model, row.utc_on, row.highest_input_tokens, book)
        if share is not None:
            self.context_share = max(self.context_share or 0, share)

    @property
    def duration(self) -> datetime.timedelta | None:
        """From the first call to the last; `None` for a single one, which takes no time that is known."""
        if self.first_at is None or self.last_at is None or self.sum.calls < 2:
            return None
        return self.last_at - self.first_at


def find_context_share(model: str, utc_on: datetime.date, input_tokens: int, book: RateBook) -> float | None:
    rate = find_rate(model, utc_on, book)
    return input_tokens / rate.context_window if rate and rate.context_window else None


def sum_trees(ranking: Ranking, root_ids: Collection[int]) -> dict[int, ThreadSum]:
    """The sums of whole trees, by the threads at their tops."""
    return read_sums(ranking, root_ids, key="total.root_id", rows=OF_DAYS)


def sum_threads(ranking: Ranking, thread_ids: Collection[int]) -> dict[int, ThreadSum]:
    """The sums of threads without their sub-agents, by thread."""
    return read_sums(ranking, thread_ids, key="day.thread_id", rows="usage_threadday AS day")


def read_sums(ranking: Ranking, ids: Collection[int], *, key: str, rows: str) -> dict[int, ThreadSum]:
    statement = SUMS.format(key=key, rows=rows, narrowed=ranking.narrowing.condition)
    parameters: dict[str, Any] = {"user": ranking.user_id, "ids": list(ids), "changes": ranking.book.change_dates}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | ranking.narrowing.parameters)
        found = cursor.fetchall()
    return add_up((read_row(values, ranking.models) for values in found), ranking.book)


def read_row(values: tuple[Any, ...], models: dict[int, str]) -> Row:
    id_, model_id, is_long, utc_on, calls, *rest = values
    tokens, (first_at, last_at, highest) = rest[: len(TOKEN_FIELDS)], rest[len(TOKEN_FIELDS) :]
    model = models.get(model_id, "unknown")  # of calls that came this moment
    return Row(id_, model, is_long, utc_on, int(calls), Tokens(*map(int, tokens)), first_at, last_at, highest)


def add_up(rows: Iterable[Row], book: RateBook) -> dict[int, ThreadSum]:
    found: dict[int, ThreadSum] = {}
    for row in rows:
        found.setdefault(row.id, ThreadSum()).add(row, book)
    return found
