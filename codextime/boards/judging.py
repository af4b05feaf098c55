"""What changed dates add to the scores, and which of them are held."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from codextime.boards.holds import Findings, Reason, find_implausible
from codextime.boards.models import HeldDate
from codextime.usage.models import EXACT_REVISION

Parameters = dict[str, Any]  # of an SQL statement
UserDate = tuple[int, datetime.date]  # (user id, UTC date)

# 24 hours and not 1 day, which PostgreSQL would count in the time zone of the session.
OF_DATES = """
FROM unnest(%(users)s::bigint[], %(starts)s::timestamptz[]) AS date (user_id, start)
"""
# Behind `OFFSET 0` the planner looks up each date in the index, as in `usage.rebuilding`.
SLOTS = """
CROSS JOIN LATERAL (
    SELECT * FROM usage_slot WHERE usage_slot.user_id = date.user_id
        AND slot_at >= start AND slot_at < start + interval '24 hours' AND is_ranked OFFSET 0
) AS slot
"""
# Estimates are left out, as they do not rank: they hold no date that does. A call's sum may have more than 63 bits.
BUSIEST = f"""
SELECT user_id, start, max(calls), max(tokens), max(output_tokens), max(largest), max(of_hour), max(output_of_hour)
FROM (
    SELECT user_id, start, max(calls) AS calls, max(tokens) AS tokens, max(output_tokens) AS output_tokens,
        max(largest) AS largest, sum(tokens) AS of_hour, sum(output_tokens) AS output_of_hour
    FROM (
        SELECT date.user_id, start, date_bin('1 minute', at, '2000-01-01T00:00Z') AS minute, count(*) AS calls,
            sum(output_tokens) AS output_tokens, sum(input_tokens) + sum(output_tokens) AS tokens,
            max(input_tokens::numeric + output_tokens) AS largest
        {OF_DATES} CROSS JOIN LATERAL (
            SELECT * FROM usage_call WHERE usage_call.user_id = date.user_id
                AND at >= start AND at < start + interval '24 hours'
                AND withdrawn_at IS NULL AND revision >= {EXACT_REVISION} OFFSET 0
        ) AS call
        GROUP BY 1, 2, 3
    ) AS of_minute GROUP BY 1, 2, date_bin('1 hour', minute, '2000-01-01T00:00Z')
) AS of_hour GROUP BY 1, 2
"""
BUSIEST_COLUMNS = (Reason.CALLS, Reason.TOKENS, Reason.OUTPUT, Reason.CALL, Reason.HOUR, Reason.HOUR_OUTPUT)
MODELS = f"""
SELECT date.user_id, start, array_agg(DISTINCT name) {OF_DATES} {SLOTS}
JOIN usage_modelname ON usage_modelname.id = model_id
GROUP BY 1, 2
"""

DELETE_DATE_SCORES = """
DELETE FROM boards_datescore USING boards_listing listing,
    unnest(%(users)s::bigint[], %(ons)s::date[]) AS date (user_id, "on")
WHERE listing.user_id = date.user_id AND listing_id = listing.number AND boards_datescore."on" = date."on"
"""
INSERT_DATE_SCORES = f"""
INSERT INTO boards_datescore (listing_id, "on", tokens, output_tokens)
SELECT listing.number, (start AT TIME ZONE 'UTC')::date, sum(input_tokens) + sum(output_tokens), sum(output_tokens)
{OF_DATES} {SLOTS} JOIN boards_listing listing ON listing.user_id = date.user_id
WHERE NOT EXISTS (
    SELECT FROM boards_helddate held WHERE held.user_id = date.user_id
        AND held."on" = (start AT TIME ZONE 'UTC')::date AND released_at IS NULL
)
GROUP BY 1, 2 HAVING sum(input_tokens) + sum(output_tokens) > 0
"""


def judge_dates(dates: Sequence[UserDate], *, now: datetime.datetime) -> None:
    """Holds what is implausible, lets go of what no longer is, and makes the date scores of the listings anew."""
    starts = [datetime.datetime.combine(on, datetime.time(), datetime.UTC) for _, on in dates]
    parameters: Parameters = {"users": [user for user, _ in dates], "ons": [on for _, on in dates], "starts": starts}
    with connection.cursor() as cursor:
        cursor.execute(BUSIEST, parameters)
        busiest = {
            (user, at.date()): dict(zip(BUSIEST_COLUMNS, map(int, most), strict=True))
            for user, at, *most in cursor.fetchall()
        }
        cursor.execute(MODELS, parameters)
        models = {(user, at.date()): names for user, at, names in cursor.fetchall()}
        findings = {date: find_implausible(date[1], most, models.get(date, ())) for date, most in busiest.items()}
        put_held_dates(dates, findings, now=now)
        cursor.execute(DELETE_DATE_SCORES, parameters)
        cursor.execute(INSERT_DATE_SCORES, parameters)


def put_held_dates(dates: Sequence[UserDate], findings: Mapping[UserDate, Findings], *, now: datetime.datetime) -> None:
    """Keeps a reason whose finding is what it was, released or not; anything else is a new judgement."""
    wanted = {(*date, reason): finding for date, of_date in findings.items() for reason, finding in of_date.items()}
    users, ons = {user for user, _ in dates}, {on for _, on in dates}
    judged = set(dates)
    stored = [held for held in HeldDate.objects.filter(user__in=users, on__in=ons) if (held.user_id, held.on) in judged]
    kept = {key_of(held) for held in stored if wanted.get(key_of(held)) == held.finding}
    HeldDate.objects.filter(pk__in=[held.pk for held in stored if key_of(held) not in kept]).delete()
    HeldDate.objects.bulk_create(
        HeldDate(user_id=user, on=on, reason=reason, finding=finding, held_at=now)
        for (user, on, reason), finding in wanted.items()
        if (user, on, reason) not in kept
    )


def key_of(held: HeldDate) -> tuple[int, datetime.date, str]:
    return held.user_id, held.on, held.reason
