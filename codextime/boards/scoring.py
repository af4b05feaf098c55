"""The SQL of scores: from date scores to periods, for some listings or for all."""

import datetime
from collections.abc import Collection

from django.db import connection

from codextime.boards.access import public_listings_sql
from codextime.boards.periods import PERIODS, Period
from codextime.boards.ranks import Scores

# What does not change is not written again, so that a full snapshot costs what moved.
PUT_PERIOD = """
WITH fresh AS MATERIALIZED (
    SELECT listing_id, count(*) AS active_days,
        sum(tokens)::bigint AS tokens, sum(output_tokens)::bigint AS output_tokens
    FROM boards_datescore
    WHERE "on" BETWEEN %(first)s AND %(last)s AND {these} AND listing_id IN (SELECT number FROM {public} AS public)
    GROUP BY listing_id
), gone AS (
    DELETE FROM boards_score WHERE period = %(period)s AND {these}
        AND NOT EXISTS (SELECT FROM fresh WHERE fresh.listing_id = boards_score.listing_id)
)
INSERT INTO boards_score (period, listing_id, tokens, output_tokens, active_days)
SELECT %(period)s, listing_id, tokens, output_tokens, active_days FROM fresh
ON CONFLICT (period, listing_id) DO UPDATE SET tokens = excluded.tokens, output_tokens = excluded.output_tokens,
    active_days = excluded.active_days
WHERE (boards_score.tokens, boards_score.output_tokens, boards_score.active_days)
    <> (excluded.tokens, excluded.output_tokens, excluded.active_days)
"""
EVERY_LISTING = "true"
THESE_LISTINGS = "listing_id = ANY (%(listings)s)"

READ = """
SELECT period, listing_id, tokens, output_tokens, active_days FROM boards_score
WHERE period = ANY (%(periods)s) AND listing_id = ANY (%(listings)s)
"""

# Who leaves does not wait for a full snapshot that writes their scores: it deletes what is left of them at its end.
LEAVE_SCORES = """
DELETE FROM boards_score WHERE (period, listing_id) IN (
    SELECT period, listing_id FROM boards_score
    WHERE period = ANY (%(periods)s) AND listing_id = %(listing)s FOR UPDATE SKIP LOCKED
) RETURNING period, listing_id, tokens, output_tokens, active_days
"""
LEAVE_DATE_SCORES = """
DELETE FROM boards_datescore WHERE (listing_id, "on") IN (
    SELECT listing_id, "on" FROM boards_datescore WHERE listing_id = ANY (%(listings)s) FOR UPDATE SKIP LOCKED
)
"""
DELETE_SCORES_OF_NOBODY = """
DELETE FROM boards_score WHERE listing_id NOT IN (SELECT number FROM {public} AS public)
"""
DELETE_DATE_SCORES_OF_NOBODY = """
DELETE FROM boards_datescore WHERE listing_id NOT IN (SELECT number FROM {public} AS public)
"""

NUMBERS = [period.number for period in PERIODS.values()]


def put_scores(today: datetime.date, *, listings: Collection[int] | None = None) -> None:
    """Makes the scores of these listings, or of all, what their date scores add up to on `today`."""
    these = EVERY_LISTING if listings is None else THESE_LISTINGS
    statement = PUT_PERIOD.format(these=these, public=public_listings_sql())
    with connection.cursor() as cursor:
        for period in PERIODS.values():
            cursor.execute(statement, {"listings": list(listings or ()), **range_of(period, today)})


def range_of(period: Period, today: datetime.date) -> dict[str, int | datetime.date]:
    return {"period": period.number, "first": period.first(today), "last": today}


def read_scores(listings: Collection[int]) -> Scores:
    with connection.cursor() as cursor:
        cursor.execute(READ, {"periods": NUMBERS, "listings": list(listings)})
        return {(period, listing): tuple(values) for period, listing, *values in cursor.fetchall()}


def delete_scores(listing: int) -> Scores:
    """Deletes the scores of one listing but those that a full snapshot is writing; what they were."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_SCORES, {"periods": NUMBERS, "listing": listing})
        return {(period, number): tuple(values) for period, number, *values in cursor.fetchall()}


def delete_date_scores(listings: Collection[int]) -> None:
    """But those that a snapshot is writing; it deletes them at its end."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_DATE_SCORES, {"listings": list(listings)})


def delete_scores_of_nobody() -> None:
    """What is left of listings that are gone or hidden."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SCORES_OF_NOBODY.format(public=public_listings_sql()))


def delete_date_scores_of_nobody() -> None:
    with connection.cursor() as cursor:
        cursor.execute(DELETE_DATE_SCORES_OF_NOBODY.format(public=public_listings_sql()))
