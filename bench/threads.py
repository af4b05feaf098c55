"""The list of threads by each column, and the page of one thread, of a user with 1,000,000 calls in 20,000 threads,
beside one with 1,000 calls in 20 and others' data around them."""

import datetime
import statistics
from typing import Any
from urllib.parse import urlencode

from bench.servers import server
from bench.timing import Timing, timed

NAME = "threads"
CALLS_PER_THREAD = 50
SIZES = (1_000, 1_000_000)
LONG_THREAD = 100_000  # calls, of a user of its own
OTHERS, CALLS_OF_OTHERS = 20, 10_000
ROUNDS = 9
WARM_UP = 2
SORTS = ("latest", "calls", "duration", "tokens", "estimate", "credits", "cached", "context", "signals", "name")
LARGEST_PAGE = 120_000  # bytes

# A thread has its calls within three hours; every fifth one is a sub-agent of the one four before it.
THREADS = """
INSERT INTO usage_thread (user_id, key, parent_key, name)
SELECT %(user)s, md5(%(user)s || '/' || n)::uuid,
    CASE WHEN n %% 5 = 4 THEN md5(%(user)s || '/' || n - 4)::uuid END, ''
FROM generate_series(0, %(threads)s - 1) AS n
"""
CALLS = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, revision, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, thread_id)
SELECT %(user)s, md5(%(user)s || '.' || n)::uuid,
    %(now)s - interval '360 days' * (thread / %(threads)s::float8) - interval '10 minutes'
        - interval '3 hours' * (n / %(threads)s / %(per_thread)s::float8),
    (%(models)s::int[])[1 + thread %% 4 + (n * 31 %% 70 / 69)],
    %(source)s, 257, 20000 + n %% 60000 + CASE WHEN n %% 977 = 0 THEN 272000 ELSE 0 END, 15000 + n %% 5000, 0,
    900 + n %% 500, n %% 400, ids.id
FROM generate_series(0::bigint, %(size)s - 1) AS n
CROSS JOIN LATERAL (SELECT n %% %(threads)s AS thread) AS of_call
JOIN usage_thread AS ids ON ids.user_id = %(user)s AND ids.key = md5(%(user)s || '/' || thread)::uuid
"""
MARK = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at)
SELECT DISTINCT %(user)s, (at AT TIME ZONE 'UTC')::date, %(now)s FROM usage_call WHERE user_id = %(user)s
"""


def run() -> None:
    with server():
        paths = make_everybody()
        measured = {name: measure(user_id, path) for name, (user_id, path) in paths.items()}
    print("| page | SQL, ms | total, ms | queries |\n|---|---|---|---|")
    for name, (sql, whole, queries) in measured.items():
        print(f"| {name} | {sql:.1f} | {whole:.1f} | {queries} |")


def make_everybody() -> dict[str, tuple[int, str]]:
    """(user id, path) of each page, by its name."""
    from django.db import connection

    for number in range(OTHERS):
        make_user(f"other-{number}", CALLS_OF_OTHERS, CALLS_PER_THREAD)
    users = {size: make_user(f"bench-{size}", size, CALLS_PER_THREAD) for size in SIZES}
    long = make_user("long", LONG_THREAD, LONG_THREAD)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    pages: dict[str, tuple[int, str]] = {}
    for size, user_id in users.items():
        name = f"{size:,} calls"
        pages |= {f"{name}, by {sort}": (user_id, f"/threads?{urlencode({'sort': f'-{sort}'})}") for sort in SORTS}
        pages[f"{name}, 30 days by estimate"] = (user_id, "/threads?period=30d&sort=-estimate")
        pages[f"{name}, one model by tokens"] = (user_id, "/threads?model=gpt-5.4&sort=-tokens")
        pages[f"{name}, one thread"] = (user_id, f"/threads/{any_thread(user_id)}")
    pages[f"one thread of {LONG_THREAD:,} calls"] = (long, f"/threads/{any_thread(long)}")
    return pages


def make_user(name: str, size: int, per_thread: int) -> int:
    """The id of a user with so many calls over a year up to now, and the totals of them."""
    from django.db import connection

    from codextime.accounts.models import User
    from codextime.usage.models import ModelName, Source
    from codextime.usage.services import rebuild_dirty_dates

    now = datetime.datetime.now(datetime.UTC)
    user = User.objects.create_user(f"{name}@example.org", time_zone="Europe/Berlin", session_grouping_since=now)
    names = ("gpt-6.1-sol", "gpt-5.6-terra", "gpt-5.4", "gpt-5.2", "custom")
    models = [ModelName.objects.get_or_create(name=model)[0].pk for model in names]
    source = Source.objects.create(user=user, key="00000000-0000-4000-8000-000000000001", label="desk", created_at=now)
    parameters: dict[str, Any] = {"user": user.pk, "now": now, "models": models, "source": source.pk, "size": size}
    parameters |= {"threads": size // per_thread, "per_thread": per_thread}
    with connection.cursor() as cursor:
        for statement in (THREADS, CALLS, MARK):
            cursor.execute(statement, parameters)
    rebuild_dirty_dates(user_id=user.pk)
    return int(user.pk)


def any_thread(user_id: int) -> int:
    from codextime.usage.models import ThreadTotal

    threads = ThreadTotal.objects.filter(user=user_id).order_by("thread").values_list("thread", flat=True)
    return int(threads[threads.count() // 2])


def measure(user_id: int, path: str) -> Timing:
    from django.test import Client

    from codextime.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    rounds = [look(client, path) for _ in range(ROUNDS + WARM_UP)][WARM_UP:]
    sql, whole, queries = zip(*rounds, strict=True)
    return statistics.median(sql), statistics.median(whole), queries[0]


def look(client: Any, path: str) -> Timing:
    answers: list[Any] = []
    timing = timed(lambda: answers.append(client.get(path)))
    assert answers[0].status_code == 200
    assert len(answers[0].content) < LARGEST_PAGE, f"{path} has {len(answers[0].content)} bytes"
    return timing
