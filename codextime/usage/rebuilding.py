"""The SQL of rebuilding: slots from calls, days from slots, for some UTC dates of one user."""

import datetime
import itertools
import zoneinfo
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.models import EXACT_REVISION, TOKEN_FIELDS

Reader = RebuiltDate.Reader

SLOT = datetime.timedelta(minutes=15)
SLOTS_PER_DATE = 96
ONE_DAY = datetime.timedelta(days=1)
SUMS = ", ".join(TOKEN_FIELDS)
SUMMED = ", ".join(f"sum({field})" for field in TOKEN_FIELDS)

TAKE_MARKS = """
DELETE FROM usage_dirtydate WHERE user_id = %(user)s AND "on" = ANY (ARRAY (
    SELECT DISTINCT "on" FROM usage_dirtydate WHERE user_id = %(user)s ORDER BY "on" DESC LIMIT %(limit)s
)) RETURNING "on"
"""

MARK_REBUILT = """
INSERT INTO usage_rebuiltdate (user_id, reader, "on")
SELECT %(user)s, reader, "on"
FROM unnest(%(readers)s::smallint[]) AS reader CROSS JOIN unnest(%(dates)s::date[]) AS "on"
"""
MARK_ALL_REBUILT = """
INSERT INTO usage_rebuiltdate (user_id, reader, "on")
SELECT DISTINCT user_id, %(reader)s::smallint, utc_on FROM usage_day WHERE user_id = %(user)s
"""
# Whoever erases an account locks its row first: their marks are left to them, so that neither waits for the other.
TAKE_REBUILT = """
WITH marked AS (SELECT DISTINCT user_id FROM usage_rebuiltdate WHERE reader = %(reader)s LIMIT %(users)s),
held AS (SELECT id FROM accounts_user WHERE id IN (SELECT user_id FROM marked) FOR KEY SHARE SKIP LOCKED)
DELETE FROM usage_rebuiltdate USING held WHERE user_id = held.id AND reader = %(reader)s RETURNING user_id, "on"
"""

DELETE_SLOTS = """
DELETE FROM usage_slot WHERE user_id = %(user)s AND slot_at >= %(from)s AND slot_at < %(until)s
    AND (slot_at AT TIME ZONE 'UTC')::date = ANY (%(dates)s::date[])
"""
# Behind `OFFSET 0` the planner looks up each stretch of time in the index. Free to choose, it holds all that the user
# has against each of them, which takes seconds once somebody has used Codex for a year. 24 hours and not 1 day, which
# PostgreSQL would count in the time zone of the session.
SLOT_COLUMNS = f"slot_at, model_id, source_id, is_long_context, is_ranked, calls, {SUMS}, least_tokens, most_tokens"
SLOTS_FROM_CALLS = f"""
SELECT date_bin('15 minutes', at, '2000-01-01T00:00Z') AS slot_at, model_id, source_id,
    input_tokens > {LONG_CONTEXT_TOKENS} AS is_long_context, revision >= {EXACT_REVISION} AS is_ranked,
    count(*), {SUMMED}, min(input_tokens::numeric + output_tokens), max(input_tokens::numeric + output_tokens)
FROM unnest(%(starts)s::timestamptz[]) AS start CROSS JOIN LATERAL (
    SELECT * FROM usage_call
    WHERE user_id = %(user)s AND at >= start AND at < start + interval '24 hours' AND withdrawn_at IS NULL OFFSET 0
) AS call
GROUP BY 1, 2, 3, 4, 5
"""
INSERT_SLOTS = (
    f"INSERT INTO usage_slot (user_id, {SLOT_COLUMNS}) SELECT %(user)s, slot.* FROM ({SLOTS_FROM_CALLS}) AS slot"
)

OF_THESE_DATES = """
WHERE user_id = %(user)s AND utc_on = ANY (%(dates)s::date[]) AND "on" BETWEEN %(first)s AND %(last)s
"""
DELETE_DAYS = f"DELETE FROM usage_day {OF_THESE_DATES}"
DELETE_DAY_HOURS = f"DELETE FROM usage_dayhour {OF_THESE_DATES}"
STRETCHES = """
unnest(%(ons)s::date[], %(hours)s::smallint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
    AS stretch ("on", hour, start, "end")
"""
SLOTS_OF_STRETCHES = f"""
FROM {STRETCHES}
CROSS JOIN LATERAL (
    SELECT * FROM usage_slot
    WHERE user_id = %(user)s AND slot_at >= stretch.start AND slot_at < stretch."end" OFFSET 0
) AS slot
"""
DAY_COLUMNS = f"""
"on", utc_on, model_id, source_id, is_long_context, calls, {SUMS}, least_tokens, most_tokens, exact_calls
"""
DAYS_FROM_SLOTS = f"""
SELECT stretch."on", (stretch.start AT TIME ZONE 'UTC')::date AS utc_on, model_id, source_id, is_long_context,
    sum(calls), {SUMMED}, min(least_tokens), max(most_tokens), coalesce(sum(calls) FILTER (WHERE is_ranked), 0)
{SLOTS_OF_STRETCHES} GROUP BY 1, 2, 3, 4, 5
"""
INSERT_DAYS = f"INSERT INTO usage_day (user_id, {DAY_COLUMNS}) SELECT %(user)s, day.* FROM ({DAYS_FROM_SLOTS}) AS day"
HOUR_COLUMNS = '"on", utc_on, hour, calls, tokens'
HOURS_FROM_SLOTS = f"""
SELECT stretch."on", (stretch.start AT TIME ZONE 'UTC')::date AS utc_on, stretch.hour, sum(calls),
    sum(input_tokens + output_tokens)
{SLOTS_OF_STRETCHES} GROUP BY 1, 2, 3
"""
INSERT_DAY_HOURS = f"""
INSERT INTO usage_dayhour (user_id, {HOUR_COLUMNS}) SELECT %(user)s, hour.* FROM ({HOURS_FROM_SLOTS}) AS hour
"""


Parameters = dict[str, Any]  # of an SQL statement


class Stretch(NamedTuple):
    """A part of one UTC date that is in one hour of one day somewhere."""

    on: datetime.date
    hour: int
    start: datetime.datetime
    end: datetime.datetime


def take_marks(*, user_id: int, limit: int) -> list[datetime.date]:
    """Deletes the marks of the user's newest dirty dates, at most `limit`; the dates. Whoever takes a mark rebuilds."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_MARKS, {"user": user_id, "limit": limit})
        return sorted({on for (on,) in cursor.fetchall()})


def rebuild_slots(*, user_id: int, dates: Sequence[datetime.date]) -> None:
    starts = sorted(utc_midnight(on) for on in dates)
    if not starts:
        return
    parameters: Parameters = {"user": user_id, "dates": list(dates), "starts": starts}
    parameters |= {"from": starts[0], "until": starts[-1] + ONE_DAY}
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SLOTS, parameters)
        cursor.execute(INSERT_SLOTS, parameters)


def rebuild_days(*, user_id: int, dates: Sequence[datetime.date], zone: zoneinfo.ZoneInfo) -> None:
    """Rebuilds what days in `zone`, and their hours, have of these UTC dates, from the slots."""
    if not dates:
        return
    first, last = min(dates) - ONE_DAY, max(dates) + ONE_DAY  # in whatever zone a date was seen before
    old: Parameters = {"user": user_id, "dates": list(dates), "first": first, "last": last}
    new = parameters_of_stretches(user_id=user_id, dates=dates, zone=zone)
    with connection.cursor() as cursor:
        cursor.execute(DELETE_DAYS, old)
        cursor.execute(INSERT_DAYS, new)
        cursor.execute(DELETE_DAY_HOURS, old)
        cursor.execute(INSERT_DAY_HOURS, new)


def parameters_of_stretches(*, user_id: int, dates: Iterable[datetime.date], zone: zoneinfo.ZoneInfo) -> Parameters:
    pieces = [piece for on in dates for piece in stretches(on, zone)]
    return {
        "user": user_id,
        "ons": [piece.on for piece in pieces],
        "hours": [piece.hour for piece in pieces],
        "starts": [piece.start for piece in pieces],
        "ends": [piece.end for piece in pieces],
    }


def stretches(utc_on: datetime.date, zone: zoneinfo.ZoneInfo) -> Iterator[Stretch]:
    """The UTC date cut where an hour begins in `zone`. Asks for each slot, so a day may be skipped, or come back."""
    slots = (utc_midnight(utc_on) + SLOT * number for number in range(SLOTS_PER_DATE))
    local = ((slot, slot.astimezone(zone)) for slot in slots)
    for (on, hour), of_hour in itertools.groupby(local, key=lambda pair: (pair[1].date(), pair[1].hour)):
        first, *rest = (slot for slot, _ in of_hour)
        yield Stretch(on, hour, first, (rest[-1] if rest else first) + SLOT)


def utc_midnight(on: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(on, datetime.time(), datetime.UTC)


def mark_rebuilt(
    *, user_id: int, dates: Collection[datetime.date], readers: Collection[Reader] = tuple(Reader)
) -> None:
    """For every reader, unless it says for whom."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_REBUILT, {"user": user_id, "dates": list(dates), "readers": list(readers)})


def mark_all_rebuilt(*, user_id: int, reader: Reader) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MARK_ALL_REBUILT, {"user": user_id, "reader": reader})


def take_rebuilt(*, reader: Reader, users: int) -> set[tuple[int, datetime.date]]:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_REBUILT, {"reader": reader, "users": users})
        return set(cursor.fetchall())
