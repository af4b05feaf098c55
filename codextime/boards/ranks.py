"""Ranks without storing them: some marks that say how many are above, and a short count from there.

A mark (value, at least) says how many listings of its board have at least that value. The rank of `value` is one more
than what the lowest mark above it says, and what lies between the two: fewer than `SPACING` when the marks were made.
Ranks are those of competitions: 1, 2, 2, 4.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import connection

from codextime.boards.periods import MEASURES, PERIODS, Measure, Period

SPACING = 500
HIGHEST = 2**63 - 1
LOWEST = 1  # nothing is no score: a mark here counts the whole board

Scores = dict[tuple[int, int], tuple[int, ...]]  # values in the order of MEASURES, by (period, listing)

RANK = """
SELECT 1 + coalesce(mark.at_least, 0) + (
    SELECT count(*) FROM boards_score
    WHERE period = %(period)s AND {column} > {value} AND {column} < coalesce(mark.value, {highest})
) FROM (SELECT) AS one LEFT JOIN LATERAL (
    SELECT value, at_least FROM boards_rankmark
    WHERE period = %(period)s AND measure = %(measure)s AND value > {value} ORDER BY value LIMIT 1
) AS mark ON true
"""
NEXT_HIGHER = "SELECT min({column}) AS value FROM boards_score WHERE period = %(period)s AND {column} > {value}"
NUMBER = "SELECT at_least FROM boards_rankmark WHERE period = %(period)s AND measure = %(measure)s AND value = {lowest}"

MAKE_COUNTED_MARKS = """
DROP TABLE IF EXISTS boards_countedmark;
CREATE TEMPORARY TABLE boards_countedmark (LIKE boards_rankmark) ON COMMIT DROP
"""
# The value of every `SPACING`th; a mark at `LOWEST` counts the whole board. How many have at least a value follows from
# how many have less: `rank`, unlike a count of who has the same, looks at each row once.
# One statement a board, as PostgreSQL sorts by one column much faster than by two.
COUNT_MARKS = """
WITH board AS NOT MATERIALIZED (
    SELECT {column} AS value FROM boards_sum WHERE is_public AND {column} >= {lowest}
), listed AS MATERIALIZED (
    SELECT count(*) AS number FROM board
)
INSERT INTO boards_countedmark (period, measure, value, at_least)
SELECT DISTINCT %(period)s::smallint, %(measure)s::smallint, value, number + 1 - rank FROM (
    SELECT value, row_number() OVER lowest_first AS place, rank() OVER lowest_first AS rank
    FROM board WINDOW lowest_first AS (ORDER BY value)
) AS placed CROSS JOIN listed WHERE value > {lowest} AND place %% {spacing} = 0
UNION ALL
SELECT %(period)s, %(measure)s, {lowest}, number FROM listed
"""
PUT_MARKS = """
DELETE FROM boards_rankmark;
INSERT INTO boards_rankmark (period, measure, value, at_least)
SELECT period, measure, value, at_least FROM boards_countedmark
"""
MOVE_MARKS = """
UPDATE boards_rankmark mark SET at_least = at_least + moved.by FROM (
    SELECT period, measure, mark.value, sum((new >= mark.value)::int - (old >= mark.value)::int) AS by
    FROM unnest(%s::smallint[], %s::smallint[], %s::bigint[], %s::bigint[]) AS change (period, measure, old, new)
    JOIN boards_rankmark mark USING (period, measure)
    WHERE mark.value > least(old, new) AND mark.value <= greatest(old, new)
    GROUP BY 1, 2, 3
) AS moved
WHERE (mark.period, mark.measure, mark.value) = (moved.period, moved.measure, moved.value)
"""


class Change(NamedTuple):
    """The measure of one listing on one board became `new`; 0 is not to be on it."""

    period: int
    measure: int
    old: int
    new: int


def find_rank(period: Period, measure: Measure, value: int) -> int:
    """The rank that `value` has, or would have."""
    return ask(RANK, period, measure, value) or 1


def count_listed(period: Period, measure: Measure) -> int:
    return ask(NUMBER, period, measure) or 0


def ask(sql: str, period: Period, measure: Measure, value: int = 0) -> int | None:
    statement = say(sql, measure, "%(value)s")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"period": period.number, "measure": measure.number, "value": value})
        row = cursor.fetchone()
    return row[0] if row else None


def say(sql: str, measure: Measure, value: str) -> str:
    """`RANK`, `NEXT_HIGHER` or `NUMBER` of a measure, and of the `value` that this SQL says; the numbers of `period`
    and `measure` are parameters."""
    return sql.format(column=measure.name, value=value, highest=HIGHEST, lowest=LOWEST)


def count_marks() -> None:
    """Makes marks anew from what `scoring.sum_all` summed. Nobody sees them before `put_marks`."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE_COUNTED_MARKS)
        for period in PERIODS.values():
            for measure in MEASURES.values():
                statement = COUNT_MARKS.format(column=f"{measure.name}_{period.number}", spacing=SPACING, lowest=LOWEST)
                cursor.execute(statement, {"period": period.number, "measure": measure.number})


def put_marks() -> None:
    """Puts the marks of `count_marks` in the place of all others."""
    with connection.cursor() as cursor:
        cursor.execute(PUT_MARKS)


def move_marks(old: Scores, new: Scores) -> None:
    """Brings the marks up to date with scores that changed; a listing that one side lacks has none there."""
    changes = list(find_changes(old, new))
    if changes:
        with connection.cursor() as cursor:
            cursor.execute(MOVE_MARKS, [list(column) for column in zip(*changes, strict=True)])


def find_changes(old: Mapping[tuple[int, int], tuple[int, ...]], new: Scores) -> Iterable[Change]:
    none = (0,) * len(MEASURES)
    for key in old.keys() | new.keys():
        for measure, before, after in zip(MEASURES.values(), old.get(key, none), new.get(key, none), strict=True):
            if before != after:
                yield Change(key[0], measure.number, before, after)
