"""The SQL of the totals of threads: their days from calls, what the days come to, and which tree a thread is in."""

import datetime
import zoneinfo
from collections.abc import Sequence

from django.db import connection

from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.usage import thread_keys
from codextime.usage.models import Thread, ThreadDay, ThreadTotal
from codextime.usage.rebuilding import (
    OF_THESE_DATES,
    ONE_DAY,
    STRETCHES,
    SUMMED,
    SUMS,
    Parameters,
    parameters_of_stretches,
)

THREAD_DAY_COLUMNS = f"""
"on", utc_on, thread_id, model_id, source_id, is_long_context, calls, {SUMS}, first_at, last_at, highest_input_tokens
"""
# `OFFSET 0` as for slots.
THREAD_DAYS_FROM_CALLS = f"""
SELECT stretch."on", (stretch.start AT TIME ZONE 'UTC')::date AS utc_on, thread_id, model_id, source_id,
    input_tokens > {LONG_CONTEXT_TOKENS} AS is_long_context, count(*), {SUMMED}, min(at), max(at), max(input_tokens)
FROM {STRETCHES}
CROSS JOIN LATERAL (
    SELECT * FROM usage_call
    WHERE user_id = %(user)s AND at >= stretch.start AND at < stretch."end" AND withdrawn_at IS NULL
        AND thread_id IS NOT NULL OFFSET 0
) AS call
GROUP BY 1, 2, 3, 4, 5, 6
"""
DELETE_THREAD_DAYS = f"DELETE FROM usage_threadday {OF_THESE_DATES} RETURNING thread_id"
INSERT_THREAD_DAYS = f"""
INSERT INTO usage_threadday (user_id, {THREAD_DAY_COLUMNS})
SELECT %(user)s, made.* FROM ({THREAD_DAYS_FROM_CALLS}) AS made RETURNING thread_id
"""

THREAD_TOTAL_COLUMNS = f"thread_id, calls, {SUMS}, first_at, last_at, highest_input_tokens"
THREAD_TOTALS_FROM_DAYS = f"""
SELECT thread_id, sum(calls), {SUMMED}, min(first_at), max(last_at), max(highest_input_tokens)
FROM usage_threadday WHERE user_id = %(user)s
"""
ALL_THREAD_TOTALS = f"{THREAD_TOTALS_FROM_DAYS} GROUP BY thread_id"
DELETE_TOTALS = "DELETE FROM usage_threadtotal WHERE user_id = %(user)s AND thread_id = ANY (%(threads)s)"
INSERT_TOTALS = f"""
INSERT INTO usage_threadtotal (user_id, root_id, {THREAD_TOTAL_COLUMNS})
SELECT %(user)s, thread_id, made.*
FROM ({THREAD_TOTALS_FROM_DAYS} AND thread_id = ANY (%(threads)s) GROUP BY thread_id) AS made
"""

# From the tops down, so that a circle of parents is never entered: who is in one, or below one, is on its own.
ROOTS = """
WITH RECURSIVE known AS MATERIALIZED (
    SELECT id, key, parent_key FROM usage_thread
    WHERE user_id = %(user)s AND id IN (SELECT thread_id FROM usage_threadtotal WHERE user_id = %(user)s)
), tree AS (
    SELECT id, key, id AS root_id FROM known
    WHERE parent_key IS NULL OR parent_key NOT IN (SELECT key FROM known)
    UNION ALL
    SELECT child.id, child.key, tree.root_id FROM known AS child JOIN tree ON child.parent_key = tree.key
)
SELECT known.id, coalesce(tree.root_id, known.id) AS root_id FROM known LEFT JOIN tree ON tree.id = known.id
"""
SET_ROOTS = f"""
UPDATE usage_threadtotal AS total SET root_id = top.root_id FROM ({ROOTS}) AS top
WHERE total.user_id = %(user)s AND total.thread_id = top.id AND total.root_id <> top.root_id
"""


def has_threads(*, user_id: int) -> bool:
    """Whether there is anything to make or to delete: for who does not group calls there never is."""
    return any(model.objects.filter(user=user_id).exists() for model in (Thread, ThreadDay))


def rebuild_threads(*, user_id: int, dates: Sequence[datetime.date], zone: zoneinfo.ZoneInfo) -> None:
    """Rebuilds what threads have of these UTC dates, from the calls, and what it is part of."""
    if not dates or not has_threads(user_id=user_id):
        return
    first, last = min(dates) - ONE_DAY, max(dates) + ONE_DAY  # as for days
    old: Parameters = {"user": user_id, "dates": list(dates), "first": first, "last": last}
    new = parameters_of_stretches(user_id=user_id, dates=dates, zone=zone)
    with connection.cursor() as cursor:
        cursor.execute(DELETE_THREAD_DAYS, old)
        changed = {thread_id for (thread_id,) in cursor.fetchall()}
        cursor.execute(INSERT_THREAD_DAYS, new)
        changed |= {thread_id for (thread_id,) in cursor.fetchall()}
        cursor.execute(DELETE_TOTALS, {"user": user_id, "threads": list(changed)})
        cursor.execute(INSERT_TOTALS, {"user": user_id, "threads": list(changed)})
        cursor.execute(SET_ROOTS, {"user": user_id})
    thread_keys.make_keys(user_id=user_id)


def rebuild_totals(*, user_id: int) -> None:
    """Makes what the days of all threads come to anew. Call it, too, under the lock on the totals of the user."""
    threads = list(ThreadDay.objects.filter(user=user_id).values_list("thread", flat=True).distinct())
    ThreadTotal.objects.filter(user=user_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(INSERT_TOTALS, {"user": user_id, "threads": threads})
        cursor.execute(SET_ROOTS, {"user": user_id})
    thread_keys.make_keys(user_id=user_id)


def delete_all(*, user_id: int) -> None:
    """Call it under the lock on the totals of the user."""
    ThreadDay.objects.filter(user=user_id).delete()
    ThreadTotal.objects.filter(user=user_id).delete()
