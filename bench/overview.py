"""The overview and the estimate at 1,000, 100,000 and 1,000,000 calls of one user over the same year. Neither may grow
with them.

What is measured are views of a process that has answered before. Nothing that it keeps is of a user's calls (only names
and rates are kept), so that the first view after new calls costs the same.
"""

import datetime
import statistics
from typing import Any

from bench.servers import server
from bench.timing import Timing, timed

NAME = "overview"
SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 15
WARM_UP = 2
PAGES = {
    "30 days": "/dashboard",
    "year": "/dashboard?period=year",
    "all time": "/dashboard?period=all",
    "estimate": "/estimate",
    "estimate, year": "/estimate?period=year",
    "estimate, all time": "/estimate?period=all",
}

# Every day in use, 16 hours of it; two models at a time, a new one each quarter; three sources; 1 call in 40 is long.
FILL = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, revision, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens)
SELECT %(user)s, md5(%(user)s || '/' || n)::uuid,
    %(midnight)s - interval '1 day' * (n %% 365) + interval '6 hours'
        + interval '16 hours' * (n * 7919 %% 1009 / 1009.0),
    (%(models)s::int[])[1 + n %% 365 / 92 + (n * 31 %% 7 / 5)],
    (%(sources)s::int[])[1 + (n * 17 %% 11 / 5)], 257,
    20000 + n %% 60000 + CASE WHEN n * 13 %% 40 = 0 THEN 272000 ELSE 0 END, 15000 + n %% 5000, 0,
    900 + n %% 500, n %% 400
FROM generate_series(1::bigint, %(size)s) AS n
"""
MARK = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at)
SELECT DISTINCT %(user)s, (at AT TIME ZONE 'UTC')::date, %(now)s FROM usage_call WHERE user_id = %(user)s
"""


def run() -> None:
    with server():
        measured = measure_users()
    print("| page | " + " | ".join(f"{size:,} calls: SQL, total (ms)" for size in SIZES) + " | queries | growth |")
    print("|---|" + "---|" * (len(SIZES) + 2))
    for page in PAGES:
        row = [measured[size, page] for size in SIZES]
        cells = " | ".join(f"{sql:.1f}, {whole:.1f}" for sql, whole, _ in row)
        print(f"| {page} | {cells} | {row[-1][2]} | {row[-1][1] / row[0][1]:.2f} |")


def measure_users() -> dict[tuple[int, str], Timing]:
    """Medians by size and page. Users take turns, so that what else the machine does strikes all of them."""
    from django.test import Client

    clients = {size: Client() for size in SIZES}
    for size, client in clients.items():
        client.force_login(make_user(size))
    rounds: dict[tuple[int, str], list[Timing]] = {}
    for _ in range(ROUNDS + WARM_UP):
        for size, client in clients.items():
            for page, path in PAGES.items():
                rounds.setdefault((size, page), []).append(measure_page(client, path))
    return {key: median(measures[WARM_UP:]) for key, measures in rounds.items()}


def median(measures: list[Timing]) -> Timing:
    sql, whole, queries = zip(*measures, strict=True)
    return statistics.median(sql), statistics.median(whole), queries[0]


def make_user(size: int) -> Any:
    """A user with `size` calls over the year up to now, and the totals of them."""
    from django.db import connection

    from codextime.accounts.models import User
    from codextime.usage.models import ModelName, Source
    from codextime.usage.services import rebuild_dirty_dates

    now = datetime.datetime.now(datetime.UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    user = User.objects.create_user(f"bench-{size}@example.org", time_zone="Europe/Berlin", has_chosen_time_zone=True)
    models = [
        ModelName.objects.get_or_create(name=name)[0].pk
        for name in ("gpt-6.1-sol", "gpt-5.6-terra", "gpt-5.4", "gpt-5.2", "custom")
    ]
    sources = [
        Source.objects.create(user=user, key=f"00000000-0000-4000-8000-00000000000{n}", label=label, created_at=now).pk
        for n, label in enumerate(("work laptop", "desktop", "CI"))
    ]
    parameters = {"user": user.pk, "size": size, "now": now, "midnight": midnight, "models": models, "sources": sources}
    with connection.cursor() as cursor:
        cursor.execute(FILL, parameters)
        cursor.execute(MARK, parameters)
        rebuild_dirty_dates(user_id=user.pk)
        cursor.execute("VACUUM ANALYZE usage_day, usage_dayhour, usage_slot, usage_call")
    return user


def measure_page(client: Any, path: str) -> Timing:
    answers: list[Any] = []
    timing = timed(lambda: answers.append(client.get(path)))
    assert answers[0].status_code == 200
    assert b"<h1" in answers[0].content
    return timing
