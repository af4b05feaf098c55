"""The SQL of scores: from date scores to periods, for some listings or for all."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db import connection

from codextime.boards.access import public_listings_sql
from codextime.boards.periods import PERIOD_NUMBERS, PERIODS, Period
from codextime.boards.ranks import Scores

Parameters = dict[str, Any]  # of an SQL statement

# The date scores are read once for all periods. In the order in which scores are written: it is sorted once.
SUM = """
SELECT summed.*, public.number IS NOT NULL AS is_public FROM (
    SELECT listing_id, {sums} FROM boards_datescore WHERE "on" <= %(today)s AND {these} GROUP BY listing_id
) AS summed LEFT JOIN {public} AS public ON public.number = listing_id ORDER BY listing_id
"""
COUNT_PERIOD = """
SELECT {number}::smallint AS period, listing_id, tokens_{number} AS tokens, output_tokens_{number} AS output_tokens,
    active_days_{number} AS active_days
FROM boards_sum WHERE is_public AND active_days_{number} > 0
"""
# What does not change is not written again. Nobody else writes scores (`Lock.SNAPSHOT`), so no insert finds the row of
# another. Sorted, all is read before the first row is written: else each row may look through those written before it.
PUT_SCORES = """
WITH {counted}, gone AS (
    DELETE FROM boards_score score WHERE {these_scores} AND NOT EXISTS (
        SELECT FROM boards_counted counted WHERE (counted.period, counted.listing_id) = (score.period, score.listing_id)
    )
), changed AS (
    UPDATE boards_score score SET tokens = counted.tokens, output_tokens = counted.output_tokens,
        active_days = counted.active_days
    FROM boards_counted counted
    WHERE {these_scores} AND (counted.period, counted.listing_id) = (score.period, score.listing_id)
        AND (counted.tokens, counted.output_tokens, counted.active_days)
            <> (score.tokens, score.output_tokens, score.active_days)
)
INSERT INTO boards_score (period, listing_id, tokens, output_tokens, active_days)
SELECT period, listing_id, tokens, output_tokens, active_days FROM boards_counted counted
WHERE NOT EXISTS (
    SELECT FROM boards_score score
    WHERE {these_scores} AND (counted.period, counted.listing_id) = (score.period, score.listing_id)
) ORDER BY period, listing_id
"""
SUMS_OF_PERIOD = """
    sum_of_bigint(tokens) FILTER (WHERE "on" >= %({name})s) AS tokens_{number},
    sum_of_bigint(output_tokens) FILTER (WHERE "on" >= %({name})s) AS output_tokens_{number},
    count(*) FILTER (WHERE "on" >= %({name})s) AS active_days_{number}"""
EVERY_LISTING = "true"
THESE_LISTINGS = "listing_id = ANY (%(listings)s)"
THESE_SCORES = f"score.period = ANY (%(periods)s) AND score.{THESE_LISTINGS}"
SCORES_OF_PERIOD = "score.period = {number}"

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
# A full snapshot keeps what it summed until its transaction ends: for the marks, and for who leaves meanwhile.
KEEP_SUMS = """
DROP TABLE IF EXISTS boards_sum;
CREATE TEMPORARY TABLE boards_sum ON COMMIT DROP AS {sums};
ANALYZE boards_sum
"""
READ_GONE = """
SELECT period, listing_id, tokens, output_tokens, active_days FROM ({counted}) AS counted
WHERE listing_id NOT IN (SELECT number FROM {public} AS public)
"""
DELETE_SCORES = "DELETE FROM boards_score WHERE period = ANY (%(periods)s) AND listing_id = ANY (%(listings)s)"
DELETE_DATE_SCORES_OF_NOBODY = """
DELETE FROM boards_datescore WHERE listing_id IN (
    SELECT listing_id FROM boards_sum EXCEPT SELECT number FROM {public} AS public
)
"""


def put_scores(today: datetime.date, *, listings: Collection[int]) -> None:
    """Makes the scores of these listings what their date scores add up to on `today`."""
    sums = f"boards_sum AS MATERIALIZED ({sum_query(THESE_LISTINGS)})"
    counted = f"boards_counted AS MATERIALIZED ({count_query(*PERIODS.values())})"
    statement = PUT_SCORES.format(counted=f"{sums}, {counted}", these_scores=THESE_SCORES)
    with connection.cursor() as cursor:
        cursor.execute(statement, firsts_of_periods(today) | {"periods": PERIOD_NUMBERS, "listings": list(listings)})


def sum_all(today: datetime.date) -> None:
    """Sums the date scores of all into `boards_sum`, which the other steps of a full snapshot read."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SUMS.format(sums=sum_query(EVERY_LISTING)), firsts_of_periods(today))


def put_all_scores() -> None:
    """Makes the scores of all what was summed, and deletes the date scores of whom nobody lists any more."""
    with connection.cursor() as cursor:
        for period in PERIODS.values():
            counted = f"boards_counted AS NOT MATERIALIZED ({count_query(period)})"
            these = SCORES_OF_PERIOD.format(number=period.number)
            cursor.execute(PUT_SCORES.format(counted=counted, these_scores=these))
        cursor.execute(DELETE_DATE_SCORES_OF_NOBODY.format(public=public_listings_sql()))


def sum_query(these: str) -> str:
    sums = ", ".join(SUMS_OF_PERIOD.format(name=period.name, number=period.number) for period in PERIODS.values())
    return SUM.format(these=these, sums=sums, public=public_listings_sql())


def count_query(*periods: Period) -> str:
    return " UNION ALL ".join(COUNT_PERIOD.format(number=period.number) for period in periods)


def firsts_of_periods(today: datetime.date) -> Parameters:
    return {"today": today} | {period.name: period.first(today) for period in PERIODS.values()}


def take_more_memory() -> None:
    """For sums over every listing; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")


def read_scores(listings: Collection[int]) -> Scores:
    with connection.cursor() as cursor:
        cursor.execute(READ, {"periods": PERIOD_NUMBERS, "listings": list(listings)})
        return {(period, listing): tuple(values) for period, listing, *values in cursor.fetchall()}


def delete_scores(listing: int) -> Scores:
    """Deletes the scores of one listing but those that a full snapshot is writing; what they were."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_SCORES, {"periods": PERIOD_NUMBERS, "listing": listing})
        return {(period, number): tuple(values) for period, number, *values in cursor.fetchall()}


def delete_date_scores(listings: Collection[int]) -> None:
    """But those that a snapshot is writing; it deletes them at its end."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_DATE_SCORES, {"listings": list(listings)})


def delete_scores_of_gone() -> Scores:
    """Deletes what is left of listings that were counted and are gone or hidden by now; what was counted of them."""
    with connection.cursor() as cursor:
        cursor.execute(READ_GONE.format(counted=count_query(*PERIODS.values()), public=public_listings_sql()))
        gone: Scores = {(period, listing): tuple(values) for period, listing, *values in cursor.fetchall()}
        cursor.execute(DELETE_SCORES, {"periods": PERIOD_NUMBERS, "listings": list({listing for _, listing in gone})})
    return gone
