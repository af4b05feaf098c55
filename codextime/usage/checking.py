"""Whether totals are what they are made of: slots and threads what calls add up to, days and hours what
slots do."""

import datetime
import zoneinfo
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from codextime.usage import rebuilding, thread_totals
from codextime.usage.rebuilding import Parameters

FIND_DATES = """
SELECT (at AT TIME ZONE 'UTC')::date AS utc_on FROM usage_call WHERE user_id = %(user)s AND withdrawn_at IS NULL
UNION SELECT (slot_at AT TIME ZONE 'UTC')::date FROM usage_slot WHERE user_id = %(user)s
UNION SELECT utc_on FROM usage_day WHERE user_id = %(user)s
UNION SELECT utc_on FROM usage_dayhour WHERE user_id = %(user)s
UNION SELECT utc_on FROM usage_threadday WHERE user_id = %(user)s
"""
# One statement sees one state, in which a date with new calls has its mark: what waits for a rebuild is not wrong.
COMPARE = """
WITH stored AS (SELECT {columns} FROM {table} WHERE user_id = %(user)s),
right_now AS (SELECT {columns} FROM ({made}) AS made ({columns}))
SELECT utc_on, coalesce(sum(calls) FILTER (WHERE is_stored), 0), coalesce(sum(calls) FILTER (WHERE NOT is_stored), 0),
    coalesce(sum(tokens) FILTER (WHERE is_stored), 0), coalesce(sum(tokens) FILTER (WHERE NOT is_stored), 0)
FROM (
    SELECT true AS is_stored, {utc_on} AS utc_on, calls, {tokens} AS tokens
    FROM (TABLE stored EXCEPT TABLE right_now) AS wrong
    UNION ALL
    SELECT false, {utc_on}, calls, {tokens} FROM (TABLE right_now EXCEPT TABLE stored) AS missing
) AS difference
WHERE utc_on NOT IN (SELECT "on" FROM usage_dirtydate WHERE user_id = %(user)s)
GROUP BY utc_on ORDER BY utc_on
"""
INPUT_AND_OUTPUT = "input_tokens + output_tokens"
COMPARE_SLOTS = COMPARE.format(
    table="usage_slot",
    columns=rebuilding.SLOT_COLUMNS,
    made=rebuilding.SLOTS_FROM_CALLS,
    utc_on="(slot_at AT TIME ZONE 'UTC')::date",
    tokens=INPUT_AND_OUTPUT,
)
COMPARE_DAYS = COMPARE.format(
    table="usage_day",
    columns=rebuilding.DAY_COLUMNS,
    made=rebuilding.DAYS_FROM_SLOTS,
    utc_on="utc_on",
    tokens=INPUT_AND_OUTPUT,
)
COMPARE_HOURS = COMPARE.format(
    table="usage_dayhour",
    columns=rebuilding.HOUR_COLUMNS,
    made=rebuilding.HOURS_FROM_SLOTS,
    utc_on="utc_on",
    tokens="tokens",
)
COMPARE_THREAD_DAYS = COMPARE.format(
    table="usage_threadday",
    columns=thread_totals.THREAD_DAY_COLUMNS,
    made=thread_totals.THREAD_DAYS_FROM_CALLS,
    utc_on="utc_on",
    tokens=INPUT_AND_OUTPUT,
)
COMPARE_THREAD_TOTALS = COMPARE.format(
    table="usage_threadtotal",
    columns=thread_totals.THREAD_TOTAL_COLUMNS,
    made=thread_totals.ALL_THREAD_TOTALS,
    utc_on="(last_at AT TIME ZONE 'UTC')::date",
    tokens=INPUT_AND_OUTPUT,
)
DELETE_DAYS = """
DELETE FROM usage_day WHERE user_id = %(user)s AND utc_on = ANY (%(dates)s);
DELETE FROM usage_dayhour WHERE user_id = %(user)s AND utc_on = ANY (%(dates)s);
DELETE FROM usage_threadday WHERE user_id = %(user)s AND utc_on = ANY (%(dates)s)
"""


class Difference(NamedTuple):
    """What those totals of one UTC date hold that are not as they should be, and what they should hold."""

    totals: str  # "slots", "days", "hours", "days of threads" or "threads"
    utc_on: datetime.date
    stored_calls: int
    right_calls: int
    stored_tokens: int
    right_tokens: int


def find_differences(*, user_id: int, zone: zoneinfo.ZoneInfo) -> list[Difference]:
    """By kind of totals and date. Call it while nobody rebuilds totals of the user."""
    dates = find_dates(user_id=user_id)
    starts = [rebuilding.utc_midnight(on) for on in dates]
    stretches = rebuilding.parameters_of_stretches(user_id=user_id, dates=dates, zone=zone)
    differences = [
        *compare("slots", COMPARE_SLOTS, {"user": user_id, "starts": starts}),
        *compare("days", COMPARE_DAYS, stretches),
        *compare("hours", COMPARE_HOURS, stretches),
    ]
    if thread_totals.has_threads(user_id=user_id):
        differences += compare("days of threads", COMPARE_THREAD_DAYS, stretches)
        differences += compare("threads", COMPARE_THREAD_TOTALS, {"user": user_id})
    return differences


def find_dates(*, user_id: int) -> list[datetime.date]:
    with connection.cursor() as cursor:
        cursor.execute(FIND_DATES, {"user": user_id})
        return sorted(on for (on,) in cursor.fetchall())


def compare(totals: str, statement: str, parameters: Parameters) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Difference(totals, on, *map(int, sums)) for on, *sums in cursor.fetchall()]


def delete_days(*, user_id: int, dates: Iterable[datetime.date]) -> None:
    """Deletes what days have of these UTC dates, wherever it stands: a rebuild looks only where it may belong."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_DAYS, {"user": user_id, "dates": list(dates)})
