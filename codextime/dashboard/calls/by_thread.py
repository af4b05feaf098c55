"""Where to look first for calls in the order of the names of their threads.

Every thread has a call, or it is deleted. So as many names as a page has lines have a page of calls, and an index finds
those of some threads at once. Where filters leave fewer, all calls are looked at.
"""

from typing import NamedTuple

from codextime.dashboard.calls import narrowing
from codextime.dashboard.calls.narrowing import Reading
from codextime.dashboard.calls.ordering import NO_RANK, Ranks

OF_NAMES = "SELECT * FROM usage_call WHERE user_id = %(user)s AND thread_id = ANY (%(ranked)s::int[])"
# No index has the calls without a thread. If totals say that there are none, they are not looked for.
WITHOUT_THREAD = """
SELECT * FROM usage_call WHERE thread_id IS NULL AND {conditions} AND (
    EXISTS (SELECT FROM usage_dirtydate WHERE user_id = %(user)s)
    OR (SELECT sum(calls) FROM usage_day WHERE user_id = %(user)s)
        IS DISTINCT FROM (SELECT sum(calls) FROM usage_threadtotal WHERE user_id = %(user)s)
) ORDER BY at {direction}, call_id {direction} LIMIT {limit}
"""


class First(NamedTuple):
    """Calls from the place of the question on (`source`, SQL), of threads with these ranks. `is_all` if no call of
    another thread comes behind that place."""

    source: str
    ranks: Ranks
    is_all: bool


def find_first(reading: Reading, ranks: Ranks, limit: int) -> First:
    """Those of the first `limit` names; calls without a thread stand before all of them."""
    asked = reading.question
    last = max(ranks.values(), default=NO_RANK)
    start = ranks.get(int(asked.after.key or 0), NO_RANK) if asked.after else last if asked.is_descending else NO_RANK
    among = range(start - limit, start + 1) if asked.is_descending else range(start, start + limit + 1)
    has_rest = NO_RANK in among
    return First(
        source=f"({OF_NAMES} UNION ALL ({find_rest(reading, start, limit)}))" if has_rest else f"({OF_NAMES})",
        ranks={thread_id: rank for thread_id, rank in ranks.items() if rank in among},
        is_all=has_rest if asked.is_descending else last in among,
    )


def find_rest(reading: Reading, start: int, limit: int) -> str:
    """SQL of the calls without a thread, as many as a page can show."""
    asked = reading.question
    conditions = narrowing.of_calls(reading)
    if asked.after and start == NO_RANK:
        sign = "<" if asked.is_descending else ">"
        conditions += f" AND (at, call_id) {sign} (%(after_at)s, %(after_id)s::uuid)"
    direction = "DESC" if asked.is_descending else "ASC"
    return WITHOUT_THREAD.format(conditions=conditions, direction=direction, limit=limit)
