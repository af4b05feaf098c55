"""The threads of the overview and of the day page, in one query: how many there are, the largest with what has one
rate of each, and the longest."""

import datetime
import json
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from codextime.accounts.models import User
from codextime.dashboard.figures import ThreadCounts
from codextime.dashboard.periods import Period
from codextime.lib.tokens import Tokens
from codextime.pricing.estimates import NOTHING, Estimate, estimate, total
from codextime.pricing.rates import RateBook
from codextime.usage.models import TOKEN_FIELDS
from codextime.usage.thread_names import name_thread

MOST_THREADS = 5
SUMMED = ", ".join(f"sum({field}) AS {field}" for field in TOKEN_FIELDS)
# Sub-agents are threads of their own. The longest one is that of all time.
THREADS = f"""
WITH threads AS (
    SELECT thread_id, SUM(calls) FILTER (WHERE "on" >= %(first)s) AS calls,
        SUM(input_tokens + output_tokens) FILTER (WHERE "on" >= %(first)s) AS tokens,
        MIN(first_at) FILTER (WHERE "on" >= %(first)s) AS first_at,
        MAX(last_at) FILTER (WHERE "on" >= %(first)s) AS last_at,
        bool_or("on" <= %(before_last)s) AS was_before
    FROM usage_threadday WHERE user_id = %(user)s AND "on" BETWEEN %(before_first)s AND %(last)s GROUP BY thread_id
), counted AS (
    SELECT *, count(calls) OVER () AS now, count(*) FILTER (WHERE was_before) OVER () AS before FROM threads
), shown AS (
    (SELECT TRUE AS is_top, thread_id, calls, tokens, first_at, last_at, now, before FROM counted
        WHERE calls IS NOT NULL ORDER BY tokens DESC, thread_id LIMIT %(limit)s)
    UNION ALL
    (SELECT FALSE, thread_id, calls, input_tokens + output_tokens, first_at, last_at, 0, 0 FROM usage_threadtotal
        WHERE user_id = %(user)s ORDER BY last_at - first_at DESC, thread_id LIMIT 1)
)
SELECT is_top, thread_id, key, name, calls, tokens::text, first_at, last_at, rated, now, before
FROM shown JOIN usage_thread ON usage_thread.id = thread_id AND usage_thread.user_id = %(user)s
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(model.name, is_long_context, utc_on, {", ".join(TOKEN_FIELDS)}))::text AS rated
    FROM (
        SELECT model_id, is_long_context, min(utc_on) AS utc_on, {SUMMED} FROM usage_threadday AS day
        WHERE day.user_id = %(user)s AND day.thread_id = shown.thread_id AND "on" BETWEEN %(first)s AND %(last)s
        GROUP BY model_id, is_long_context, width_bucket(utc_on, %(changes)s::date[])
    ) AS rated JOIN usage_modelname AS model ON model.id = model_id
) AS priced ON is_top
ORDER BY is_top, shown.tokens DESC, thread_id
"""


@dataclass(frozen=True, slots=True)
class ThreadUse:
    """What a thread has of a period, without its sub-agents. Of the longest one nobody asks for the estimate."""

    thread_id: int
    name: str
    calls: int
    tokens: int
    first_at: datetime.datetime
    last_at: datetime.datetime
    estimate: Estimate = NOTHING


@dataclass(frozen=True, slots=True)
class Threads:
    """`top` are those of the period with the most tokens, `longest` took longest from its first call to its last."""

    counts: ThreadCounts
    top: list[ThreadUse]
    longest: ThreadUse | None


NO_THREADS = Threads(ThreadCounts(0, 0), [], None)


def read_threads(user: User, period: Period, book: RateBook, *, limit: int = MOST_THREADS) -> Threads | None:
    """`None` for who does not group calls by session."""
    if user.session_grouping_since is None:
        return None
    before = period.before()
    parameters: dict[str, int | datetime.date | list[datetime.date]] = {
        "user": user.pk,
        "first": period.first,
        "last": period.last,
        "before_first": before.first if before else period.first,
        "before_last": before.last if before else period.first - datetime.timedelta(days=1),
        "limit": limit,
        "changes": book.change_dates,
    }
    with connection.cursor() as cursor:
        cursor.execute(THREADS, parameters)
        rows = cursor.fetchall()
    top = [row for row in rows if row[0]]
    counts = ThreadCounts(*top[0][-2:]) if top else NO_THREADS.counts
    longest = next((build_use(*row[1:-2], book=book) for row in rows if not row[0]), None)
    return Threads(counts, [build_use(*row[1:-2], book=book) for row in top], longest)


def build_use(
    thread_id: int,
    key: UUID,
    name: str,
    calls: int,
    tokens: str,
    first_at: datetime.datetime,
    last_at: datetime.datetime,
    rated: str | None,
    *,
    book: RateBook,
) -> ThreadUse:
    parts = [estimate_part(*part, book=book) for part in json.loads(rated or "[]")]
    return ThreadUse(thread_id, name_thread(key, name), int(calls), int(tokens), first_at, last_at, total(parts))


def estimate_part(model: str, is_long: bool, utc_on: str, *tokens: int, book: RateBook) -> Estimate:
    return estimate(model, datetime.date.fromisoformat(utc_on), Tokens(*tokens), is_long_context=is_long, book=book)
