"""The list of calls, with 1,000,000 calls of one user beside those of 100,000 others: each filter, each column."""

import datetime
import statistics
from typing import Any

from bench.servers import server
from bench.timing import Timing, timed

NAME = "calls"
CALLS = 1_000_000
OTHERS, CALLS_OF_OTHERS = 100_000, 10
ROUNDS, WARM_UP = 5, 1
BY_TIME_MS, BY_COLUMN_MS = 60, 700  # of SQL, at most

# Dense in most ways, and rare in one way each: whatever is rare comes less than once a day, all over the year.
FILL = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, thread_id, revision, input_tokens,
    cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens)
SELECT %(user)s, md5(%(user)s || '/' || n)::uuid,
    %(midnight)s - interval '1 day' * (n %% 365) + interval '6 hours'
        + interval '16 hours' * (n * 7919 %% 1009 / 1009.0),
    (%(models)s::int[])[CASE WHEN n %% 9973 = 1 THEN 3 WHEN n %% 9973 = 2 THEN 4 ELSE 1 + n * 31 %% 7 / 5 END],
    (%(sources)s::int[])[CASE WHEN n %% 9973 = 3 THEN 3 ELSE 1 + n * 17 %% 11 / 7 END],
    (%(threads)s::int[])[1 + n / 50], CASE WHEN n %% 9973 = 4 THEN 1 ELSE 257 END,
    CASE n %% 9973 WHEN 5 THEN 300000 WHEN 6 THEN 10 WHEN 7 THEN 150000 ELSE 20000 + n * 37 %% 60000 END,
    CASE n %% 9973 WHEN 6 THEN 0 ELSE 15000 + n %% 5000 END, 0, 900 + n %% 500, n %% 400
FROM generate_series(1::bigint, %(calls)s) AS n ORDER BY 3
"""
MAKE_THREADS = """
INSERT INTO usage_thread (user_id, key) SELECT %(user)s, md5('thread ' || n)::uuid
FROM generate_series(0::bigint, %(calls)s / 50) AS n RETURNING id
"""
MAKE_OTHERS = """
INSERT INTO accounts_user (email, public_id, password, time_zone, has_chosen_time_zone, is_active, is_staff,
    is_superuser, date_joined)
SELECT 'other-' || n || '@example.org', 'u_other' || n, '', 'UTC', true, true, false, false, %(now)s
FROM generate_series(1::bigint, %(others)s) AS n
"""
FILL_OTHERS = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, revision, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens)
SELECT id, md5(id || '/' || n)::uuid, %(midnight)s - interval '1 day' * ((n * 17 + id) %% 365) + interval '1 hour' * n,
    (%(models)s::int[])[1 + n %% 2], 1, 257, 20000 + n, 15000, 0, 900, 100
FROM accounts_user CROSS JOIN generate_series(1::bigint, %(each)s) AS n WHERE public_id LIKE 'u_other%%'
"""
TOTALS = "calls, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens"
SUMS = """count(*), sum(input_tokens), sum(cached_input_tokens), sum(cache_write_input_tokens), sum(output_tokens),
    sum(reasoning_output_tokens), min(input_tokens + output_tokens), max(input_tokens + output_tokens)"""
TOTAL_OTHERS = f"""
INSERT INTO usage_day (user_id, "on", utc_on, model_id, source_id, is_long_context, {TOTALS}, least_tokens,
    most_tokens, exact_calls)
SELECT user_id, (at AT TIME ZONE 'UTC')::date, (at AT TIME ZONE 'UTC')::date, model_id, source_id, false, {SUMS},
    count(*)
FROM usage_call WHERE user_id <> %(user)s GROUP BY 1, 2, 3, 4, 5
"""
MARK = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at)
SELECT DISTINCT %(user)s, (at AT TIME ZONE 'UTC')::date, %(now)s::timestamptz FROM usage_call WHERE user_id = %(user)s
"""
MODELS = ("gpt-6.1-sol", "gpt-5.6-terra", "o4-mini", "custom")
SOURCES = ("work laptop", "desktop", "CI")
FILTERS = {
    "none": "",
    "a month": "from=2026-06-01&to=2026-06-30",
    "usual model": "model=gpt-6.1-sol",
    "rare model": "model=o4-mini",
    "usual label": "label=desktop",
    "rare label": "label=CI",
    "a thread": "thread={thread}",
    "priced": "price=priced",
    "estimated rate": "price=estimated",
    "unpriced": "price=unpriced",
    "long context": "long=yes",
    "not long": "long=no",
    "exact counts": "counts=exact",
    "estimated counts": "counts=estimated",
    "many tokens": "least=200000",
    "few tokens": "most=5000",
    "tokens between, usual": "least=30000&most=60000",
    "tokens between, rare": "least=100000&most=200000",
    "tokens between, none": "least=90000&most=90001",
    "no such model": "model=gpt-9",
}
SORTS = ("model", "label", "thread", "input", "cached", "output", "reasoning", "tokens", "estimate", "marks")


def run() -> None:
    with server():
        client, thread = make_client()
        print("| calls by | SQL, ms | in all, ms | queries | aim of SQL, ms | |\n|---|---|---|---|---|---|")
        for name, query in FILTERS.items():
            report(client, f"time, {name}", query.format(thread=thread), BY_TIME_MS)
            report(client, f"time, {name}, oldest first", query.format(thread=thread) + "&sort=at", BY_TIME_MS)
        for sort in SORTS:
            for sign, order in (("-", "largest first"), ("", "smallest first")):
                report(client, f"{sort}, {order}", f"sort={sign}{sort}", BY_COLUMN_MS)


def report(client: Any, name: str, query: str, aim: int) -> None:
    """Of the first page and the one behind it, the slower one."""
    first, following = measure(client, query)
    second = measure(client, following)[0] if following else first
    sql, whole, queries = max(first, second)
    print(f"| {name} | {sql:.1f} | {whole:.1f} | {queries} | {aim} | {'' if sql <= aim else 'missed'} |", flush=True)


def measure(client: Any, query: str) -> tuple[Timing, str]:
    """Medians, and what the link to the following page asks for."""
    answers: list[Any] = []
    timings = [timed(lambda: answers.append(client.get(f"/calls?{query}"))) for _ in range(ROUNDS + WARM_UP)]
    assert answers[0].status_code == 200, answers[0].status_code
    sql, whole, queries = zip(*timings[WARM_UP:], strict=True)
    link = answers[0].text.partition('rel="next" href="')[2].partition('"')[0]
    timing = statistics.median(sql), statistics.median(whole), max(queries)
    return timing, link.partition("?")[2].replace("&amp;", "&")


def make_client() -> tuple[Any, int]:
    """Who has a million calls, signed in; and the thread with some of them."""
    from django.db import connection
    from django.test import Client

    from codextime.accounts.models import User
    from codextime.usage.models import ModelName, Source
    from codextime.usage.services import rebuild_dirty_dates

    now = datetime.datetime.now(datetime.UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    user = User.objects.create_user(
        "bench@example.org", time_zone="Europe/Berlin", has_chosen_time_zone=True, session_grouping_since=now
    )
    models = [ModelName.objects.create(name=name).pk for name in MODELS]
    sources = [
        Source.objects.create(user=user, key=f"00000000-0000-4000-8000-00000000000{n}", label=label, created_at=now).pk
        for n, label in enumerate(SOURCES)
    ]
    parameters = {"user": user.pk, "now": now, "midnight": midnight, "models": models, "sources": sources}
    parameters |= {"calls": CALLS, "others": OTHERS, "each": CALLS_OF_OTHERS}
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute(MAKE_OTHERS, parameters)
        cursor.execute(FILL_OTHERS, parameters)
        cursor.execute(TOTAL_OTHERS, parameters)
        cursor.execute(MAKE_THREADS, parameters)
        threads = [thread for (thread,) in cursor.fetchall()]
        cursor.execute(FILL, parameters | {"threads": threads})
        cursor.execute("RESET work_mem")
        cursor.execute(MARK, parameters)
        rebuild_dirty_dates(user_id=user.pk)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    client = Client()
    client.force_login(user)
    return client, threads[len(threads) // 2]
