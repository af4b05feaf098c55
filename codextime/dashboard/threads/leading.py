"""The two trees of threads that lead a period: the one of the highest estimate, and the one of the fullest context.

Days tell both, but a long period can have a million. Totals say which trees it may be, since a tree has no more of a
period than in all: those that come up to the best of the trees that lie within the period. Only their days are read.
"""

import zoneinfo
from typing import Any, NamedTuple

from django.db import connection

from codextime.dashboard.periods import ONE_DAY, Period, midnight
from codextime.dashboard.threads.ranking import OF_RATED_DAYS, RATED_KEYS, Ranking
from codextime.usage.rate_table import make_rate_table
from codextime.usage.thread_keys import ARE_CURRENT, FROM_DAYS, FROM_TOTALS, find_mark, name_models

MOST_DAYS = 31  # of a period whose days are read without asking which trees it may be
MOST_THREADS = 1_000  # whose days are looked up one by one
SLACK = 0.000002  # USD, or of a context window: sums of floats are not the same in any order


class Leading(NamedTuple):
    """The threads at the tops of the trees; the same one may lead in both."""

    costliest: int | None
    fullest: int | None


# Of the threads of a tree, those without a call in the period add nothing to it. Totals whose keys were made with other
# rates say nothing.
CANDIDATES = f"""
WITH tree AS MATERIALIZED (
    SELECT root_id, bool_and(first_at >= %(start)s AND last_at < %(end)s) AS is_within,
        {RATED_KEYS["estimate"].format(**FROM_TOTALS._asdict())} AS estimate,
        {RATED_KEYS["context"].format(**FROM_TOTALS._asdict())} AS context
    FROM usage_threadtotal
    WHERE user_id = %(user)s AND first_at < %(end)s AND last_at >= %(start)s AND ({ARE_CURRENT})
    GROUP BY root_id
), best AS (
    SELECT max(estimate) FILTER (WHERE is_within) AS estimate, max(context) FILTER (WHERE is_within) AS context
    FROM tree
)
SELECT thread_id FROM usage_threadtotal WHERE user_id = %(user)s AND root_id = ANY (ARRAY(
    SELECT root_id FROM tree CROSS JOIN best
    WHERE tree.estimate >= best.estimate - {SLACK} OR tree.context >= best.context - {SLACK}
    LIMIT {MOST_THREADS + 1}
)) LIMIT {MOST_THREADS + 1}
"""
LEADING = f"""
WITH tree AS MATERIALIZED (
    SELECT root_id, {RATED_KEYS["estimate"].format(**FROM_DAYS._asdict())} AS estimate,
        {RATED_KEYS["context"].format(**FROM_DAYS._asdict())} AS context
    FROM {{rows}} GROUP BY root_id
)
SELECT (SELECT root_id FROM tree ORDER BY estimate DESC, root_id DESC LIMIT 1),
    (SELECT root_id FROM tree ORDER BY context DESC, root_id DESC LIMIT 1)
"""


def find_leading(ranking: Ranking, period: Period, zone: zoneinfo.ZoneInfo) -> Leading:
    """Of a ranking that is narrowed to the days of the period in a time zone, and to nothing else."""
    threads = find_candidates(ranking, period, zone) if period.days > MOST_DAYS else []
    narrowed = ranking.narrowing.condition + (" AND day.thread_id = ANY (%(threads)s)" if threads else "")
    parameters: dict[str, Any] = {"user": ranking.user_id, "threads": threads, **ranking.narrowing.parameters}
    parameters |= make_rate_table(ranking.models, ranking.book)
    with connection.cursor() as cursor:
        cursor.execute(LEADING.format(rows=OF_RATED_DAYS.format(narrowed=narrowed)), parameters)
        return Leading(*cursor.fetchone())


def find_candidates(ranking: Ranking, period: Period, zone: zoneinfo.ZoneInfo) -> list[int]:
    """The threads of the trees that can lead; none if that is not known, or if they are many."""
    parameters: dict[str, Any] = {
        "user": ranking.user_id,
        "start": midnight(period.first, zone),
        "end": midnight(period.last + ONE_DAY, zone),
        "mark": find_mark(name_models(user_id=ranking.user_id), ranking.book),
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, parameters)
        found = [thread_id for (thread_id,) in cursor.fetchall()]
    return found if len(found) <= MOST_THREADS else []
