"""The SQL of scores: from date scores to periods, for some listings or for all."""

import datetime
from collections.abc import Collection

from django.db import connection

from codextime.boards.access import public_listings_sql
from codextime.boards.periods import PERIODS
from codextime.boards.ranks import Scores

# The date scores are read once for all periods. What does not change is not written again. Nobody else writes scores
# (`Lock.SNAPSHOT`), so no insert finds the row of another.
PUT_SCORES = """
WITH sums AS (
    SELECT listing_id, {sums} FROM boards_datescore
    WHERE "on" <= %(today)s AND {these} GROUP BY listing_id
), fresh AS MATERIALIZED (
    SELECT period::smallint, listing_id, active_days, tokens::bigint, output_tokens::bigint FROM sums
    JOIN {public} AS public ON public.number = listing_id
    CROSS JOIN LATERAL (VALUES {periods}) AS of_period (period, active_days, tokens, output_tokens)
    WHERE active_days > 0
), gone AS (
    DELETE FROM boards_score score WHERE {these_scores}
        AND NOT EXISTS (SELECT FROM fresh WHERE (fresh.period, fresh.listing_id) = (score.period, score.listing_id))
), changed AS (
    UPDATE boards_score score SET tokens = fresh.tokens, output_tokens = fresh.output_tokens,
        active_days = fresh.active_days
    FROM fresh WHERE {these_scores} AND (fresh.period, fresh.listing_id) = (score.period, score.listing_id)
        AND (fresh.tokens, fresh.output_tokens, fresh.active_days)
            <> (score.tokens, score.output_tokens, score.active_days)
)
INSERT INTO boards_score (period, listing_id, tokens, output_tokens, active_days)
SELECT period, listing_id, tokens, output_tokens, active_days FROM fresh
WHERE NOT EXISTS (
    SELECT FROM boards_score score
    WHERE {these_scores} AND (fresh.period, fresh.listing_id) = (score.period, score.listing_id)
) ORDER BY period, listing_id
"""
SUMS_OF_PERIOD = """
    count(*) FILTER (WHERE "on" >= %({name})s) AS days_{number},
    sum(tokens) FILTER (WHERE "on" >= %({name})s) AS tokens_{number},
    sum(output_tokens) FILTER (WHERE "on" >= %({name})s) AS output_{number}"""
VALUES_OF_PERIOD = "({number}, days_{number}, tokens_{number}, output_{number})"
EVERY_LISTING = "true"
THESE_LISTINGS = "listing_id = ANY (%(listings)s)"
THESE_SCORES = f"score.period = ANY (%(periods)s) AND score.{THESE_LISTINGS}"

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
# A full snapshot counts a copy of the scores before it keeps anybody waiting; then only who left since matters.
COUNT_SCORES = """
DROP TABLE IF EXISTS boards_counted;
CREATE TEMPORARY TABLE boards_counted ON COMMIT DROP AS
SELECT period, listing_id, tokens, output_tokens, active_days FROM boards_score
"""
READ_GONE = """
SELECT period, listing_id, tokens, output_tokens, active_days FROM boards_counted
WHERE listing_id NOT IN (SELECT number FROM {public} AS public)
"""
DELETE_SCORES = "DELETE FROM boards_score WHERE period = ANY (%(periods)s) AND listing_id = ANY (%(listings)s)"
DELETE_DATE_SCORES_OF_NOBODY = """
DELETE FROM boards_datescore WHERE listing_id NOT IN (SELECT number FROM {public} AS public)
"""

NUMBERS = [period.number for period in PERIODS.values()]


def put_scores(today: datetime.date, *, listings: Collection[int] | None = None) -> None:
    """Makes the scores of these listings, or of all, what their date scores add up to on `today`."""
    statement = PUT_SCORES.format(
        these=EVERY_LISTING if listings is None else THESE_LISTINGS,
        these_scores=EVERY_LISTING if listings is None else THESE_SCORES,
        public=public_listings_sql(),
        sums=of_each_period(SUMS_OF_PERIOD),
        periods=of_each_period(VALUES_OF_PERIOD),
    )
    firsts = {period.name: period.first(today) for period in PERIODS.values()}
    with connection.cursor() as cursor:
        cursor.execute(statement, {"today": today, "periods": NUMBERS, "listings": list(listings or ()), **firsts})


def of_each_period(text: str) -> str:
    return ", ".join(text.format(name=period.name, number=period.number) for period in PERIODS.values())


def take_more_memory() -> None:
    """For sums over every listing; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")


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


def count_scores() -> None:
    """Copies all scores for `ranks.count_marks` and `delete_scores_of_gone`, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SCORES)


def delete_scores_of_gone() -> Scores:
    """Deletes what is left of listings that were counted and are gone or hidden by now; what was counted of them."""
    with connection.cursor() as cursor:
        cursor.execute(READ_GONE.format(public=public_listings_sql()))
        gone: Scores = {(period, listing): tuple(values) for period, listing, *values in cursor.fetchall()}
        cursor.execute(DELETE_SCORES, {"periods": NUMBERS, "listings": list({listing for _, listing in gone})})
    return gone


def delete_date_scores_of_nobody() -> None:
    with connection.cursor() as cursor:
        cursor.execute(DELETE_DATE_SCORES_OF_NOBODY.format(public=public_listings_sql()))
