"""The SQL of the threads of a period: by their days, or, of long periods, by what all their days come to.

Days tell everything, but there can be as many for each thread as the period has. Totals tell it at once of threads that
lie within the period. Of the others, which began before it or went on behind it, days are asked: for the sums of those
that could be among the largest, and for whether one without a call in it is left out of the count.
"""

from codextime.usage.models import TOKEN_FIELDS

SUMMED = ", ".join(f"sum({field}) AS {field}" for field in TOKEN_FIELDS)
LONGEST = """
    (SELECT FALSE, thread_id, calls, input_tokens + output_tokens, first_at, last_at, 0, 0 FROM usage_threadtotal
        WHERE user_id = %(user)s ORDER BY last_at - first_at DESC, thread_id LIMIT 1)
""".strip()
DAYS_OF_TOTAL = 'usage_threadday AS day WHERE day.user_id = %(user)s AND day.thread_id = total.thread_id AND day."on"'
USED = f"""
    SELECT sum(calls) AS calls, sum(input_tokens + output_tokens) AS tokens, min(first_at) AS first_at,
        max(last_at) AS last_at
    FROM {DAYS_OF_TOTAL} BETWEEN %(first)s AND %(last)s
"""
# Sub-agents are threads of their own. The longest one is that of all time. All threads have the sum only that puts them
# in order, and those of the period before are counted by the key: a table of more sums takes longer than all else.
BY_DAYS = f"""
WITH largest AS (
    SELECT thread_id, count(*) OVER () AS now FROM usage_threadday
    WHERE user_id = %(user)s AND "on" BETWEEN %(first)s AND %(last)s
    GROUP BY thread_id ORDER BY sum(input_tokens + output_tokens) DESC, thread_id LIMIT %(limit)s
), before AS (
    SELECT count(*) AS before FROM (
        SELECT DISTINCT thread_id FROM usage_threadday
        WHERE user_id = %(user)s AND "on" BETWEEN %(before_first)s AND %(before_last)s
    ) AS used
), shown AS (
    (SELECT TRUE AS is_top, thread_id, used.*, now, before
        FROM largest AS total CROSS JOIN before CROSS JOIN LATERAL ({USED}) AS used)
    UNION ALL
    {LONGEST}
)
"""


def was_used_between(prefix: str) -> str:
    """SQL of whether a thread has a call in a period, whose days and instants are parameters with this prefix."""
    start, end = f"%({prefix}start)s", f"%({prefix}end)s"
    has_days = f"EXISTS (SELECT FROM {DAYS_OF_TOTAL} BETWEEN %({prefix}first)s AND %({prefix}last)s)"
    return f"first_at < {end} AND last_at >= {start} AND (first_at >= {start} OR last_at < {end} OR {has_days})"


MOST = 10**40  # tokens: with an upper bound, too, the planner expects few threads, and takes the index
# The longest and the largest threads are found by indexes. A thread has no more tokens of a period than in all.
BY_TOTALS = f"""
WITH within AS (
    SELECT thread_id, calls, input_tokens + output_tokens AS tokens, first_at, last_at FROM usage_threadtotal
    WHERE user_id = %(user)s AND first_at >= %(start)s AND last_at < %(end)s
    ORDER BY input_tokens + output_tokens DESC, thread_id LIMIT %(limit)s
), partly AS (
    SELECT total.thread_id, used.* FROM usage_threadtotal AS total CROSS JOIN LATERAL ({USED}) AS used
    WHERE total.user_id = %(user)s AND total.first_at < %(end)s AND total.last_at >= %(start)s
        AND (total.first_at < %(start)s OR total.last_at >= %(end)s) AND used.calls IS NOT NULL
        AND total.input_tokens + total.output_tokens
            BETWEEN (SELECT CASE count(*) WHEN %(limit)s THEN min(tokens) ELSE 0 END FROM within) AND {MOST}
), counted AS (
    SELECT count(*) FILTER (WHERE {was_used_between("")}) AS now,
        count(*) FILTER (WHERE {was_used_between("before_")}) AS before
    FROM usage_threadtotal AS total WHERE user_id = %(user)s
), shown AS (
    (SELECT TRUE AS is_top, used.*, now, before
        FROM (SELECT * FROM within UNION ALL SELECT * FROM partly) AS used CROSS JOIN counted
        ORDER BY tokens DESC, thread_id LIMIT %(limit)s)
    UNION ALL
    {LONGEST}
)
"""
# With what the threads that are shown have of each rate.
THREADS = f"""
SELECT is_top, thread_id, key, name, calls, tokens::text, first_at, last_at, rated, now, before
FROM shown JOIN usage_thread ON usage_thread.id = thread_id AND usage_thread.user_id = %(user)s
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(model.name, is_long_context, utc_on, {", ".join(TOKEN_FIELDS)}))::text AS rated
    FROM (
        SELECT model_id, is_long_context, min(utc_on) AS utc_on, {SUMMED} FROM usage_threadday AS day
        WHERE day.user_id = %(user)s AND day.thread_id = shown.thread_id AND "on" BETWEEN %(first)s AND %(last)s
        GROUP BY model_id, is_long_context, width_bucket(utc_on, %(changes)s::date[])
    ) AS rated JOIN usage_modelname AS model ON model.id = model_id
) AS priced ON is_top
ORDER BY is_top, shown.tokens DESC, thread_id
"""
