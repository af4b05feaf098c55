"""The leaderboard with 100,000 users: pages with one's own rank, full snapshots, and small ones of 100 users."""

import datetime
import html
import re
import statistics
from typing import Any

from bench.servers import server
from bench.timing import Timing, timed

NAME = "board"
USERS = 100_000
DATES = 40  # of each user, in the last two months; half of them are active on each day
CHANGED = 100
CALLS = 300  # of each changed user, today
ROUNDS = 15
WARM_UP = 2
SMALL_ROUNDS = 5
FULL_ROUNDS = 5

FILL = f"""
INSERT INTO accounts_user (email, public_id, password, time_zone, has_chosen_time_zone, is_active, is_staff,
    is_superuser, date_joined)
SELECT 'bench-' || n || '@example.org', 'u_bench' || n, '', 'UTC', true, true, false, false, %(now)s
FROM generate_series(1, {USERS}) AS n;

INSERT INTO boards_listing (number, user_id, handle, skeleton, listed_at)
SELECT ('x' || substr(md5(id::text), 1, 16))::bit(64)::bigint & 9223372036854775807, id, 'handle' || id,
    'skeleton' || id, %(now)s FROM accounts_user;

INSERT INTO boards_datescore (listing_id, "on", tokens, output_tokens)
SELECT number, %(today)s::date - (nth * 3 / 2 + user_id %% 2)::int, 1000 + tokens, 10 + tokens / 50 FROM (
    SELECT number, user_id, nth,
        (power(10, 3 + 6 * ((user_id * 7919 + nth * 104729) %% 100003) / 100003.0))::bigint AS tokens
    FROM boards_listing, generate_series(0, {DATES - 1}) AS nth
) AS usage;
"""
SCORES_OF_TODAY = """
INSERT INTO boards_datescore (listing_id, "on", tokens, output_tokens)
SELECT number, %(today)s, 1000 + user_id * 7919 %% 1000003, 10 + user_id %% 1009 FROM boards_listing
WHERE user_id %% 2 = 0 ON CONFLICT DO NOTHING
"""
CALLS_OF_CHANGED = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, revision, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens)
SELECT user_id, md5(user_id || '/' || %(round)s || '/' || n)::uuid,
    %(today)s::timestamp AT TIME ZONE 'UTC' + interval '1 minute' * n,
    %(model)s, 1, 257, 20000 + n %% 60000, 15000, 0, 900 + n %% 500, n %% 400
FROM unnest(%(users)s::bigint[]) AS user_id, generate_series(1::bigint, %(calls)s) AS n
"""
MARK = 'INSERT INTO usage_dirtydate (user_id, "on", marked_at) SELECT unnest(%(users)s::bigint[]), %(today)s, %(now)s'


def run() -> None:
    with server():
        now = datetime.datetime.now(datetime.UTC).replace(hour=23, minute=59)
        fill(now)
        from_empty = [measure_from_empty(now) for _ in range(FULL_ROUNDS)]
        at_midnight = [measure_midnight(now + datetime.timedelta(days=days)) for days in range(FULL_ROUNDS)]
        now += datetime.timedelta(days=FULL_ROUNDS)
        small = [measure_changes(now, number) for number in range(SMALL_ROUNDS)]
        vacuum()
        pages = measure_pages()
    print("| what | SQL, ms | total, ms | aim, ms |\n|---|---|---|---|")
    print_row("full snapshot, boards empty before, median", median(from_empty), 10_000)
    print_row("full snapshot, boards empty before, longest", max(from_empty)[:2], 10_000)
    print_row("full snapshot at midnight, median", median(at_midnight), 10_000)
    print_row("full snapshot at midnight, longest", max(at_midnight)[:2], 10_000)
    print_row(f"snapshot after {CHANGED} changed users, median", median(small), 1_000)
    print_row(f"snapshot after {CHANGED} changed users, longest", max(small)[:2], 1_000)
    for name, measured in pages.items():
        print_row(name, measured, 15)


def print_row(name: str, measured: tuple[float, float], aim: int) -> None:
    print(f"| {name} | {measured[0]:,.1f} | {measured[1]:,.1f} | {aim:,} |")


def fill(now: datetime.datetime) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"now": now, "today": now.date()})
        cursor.execute("VACUUM ANALYZE")


def measure_from_empty(now: datetime.datetime) -> Timing:
    execute("TRUNCATE boards_snapshot, boards_score, boards_rankmark")
    return measure_full(now)


def measure_midnight(now: datetime.datetime) -> Timing:
    """The one that ends the UTC date of `now`, which half of the users were active on and the boards know of."""
    from codextime.boards.snapshots import take_snapshot

    execute(SCORES_OF_TODAY, {"today": now.date()})
    execute("TRUNCATE boards_snapshot")
    take_snapshot(now=now)
    return measure_full(now + datetime.timedelta(days=1))


def measure_full(now: datetime.datetime) -> Timing:
    from codextime.boards.snapshots import take_snapshot

    vacuum()
    execute("CHECKPOINT")  # what was filled is written before anything is timed
    return timed(lambda: take_snapshot(now=now))


def vacuum() -> None:
    """As autovacuum does within a minute or so, and not while something is timed."""
    execute("VACUUM ANALYZE boards_datescore, boards_score, boards_rankmark")


def execute(statement: str, parameters: dict[str, Any] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def measure_changes(now: datetime.datetime, number: int) -> Timing:
    """One round of more calls for 100 users all over the board, rebuilt as a worker does, then the snapshot."""
    from django.db import connection

    from codextime.accounts.models import User
    from codextime.boards.snapshots import take_snapshot
    from codextime.usage.models import ModelName
    from codextime.usage.services import rebuild_dirty_dates

    ids = list(User.objects.order_by("pk").values_list("pk", flat=True)[number :: USERS // CHANGED])[:CHANGED]
    model = ModelName.objects.get_or_create(name="gpt-6.1-sol")[0]
    parameters: dict[str, Any] = {"users": ids, "today": now.date(), "model": model.pk, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(CALLS_OF_CHANGED, parameters | {"round": number, "calls": CALLS})
        cursor.execute(MARK, parameters)
    for user_id in ids:
        rebuild_dirty_dates(user_id=user_id)
    return timed(lambda: take_snapshot(now=now))


def measure_pages() -> dict[str, tuple[float, float]]:
    from django.test import Client

    from codextime.accounts.models import User
    from codextime.boards.models import Score

    middle = Score.objects.filter(period=3).order_by("tokens")[USERS // 2]
    signed_in = Client()
    signed_in.force_login(User.objects.get(pk=type(middle.listing).objects.get(pk=middle.listing_id).user_id))
    half = f"{middle.tokens}.{middle.listing_id:x}"
    addresses = {
        "page and own rank": "/leaderboard",
        "page that holds the own row": find_own_page(signed_in),
        "page and own rank, halfway down": f"/leaderboard?after={half}",
        "page and own rank, all time by output": "/leaderboard?period=all&by=output_tokens",
        "page and own rank, by active days": "/leaderboard?period=month&by=active_days",
    }
    found = {name: measure_page(signed_in, address) for name, address in addresses.items()}
    return found | {"page, not signed in": measure_page(Client(), "/leaderboard")}


def find_own_page(client: Any) -> str:
    """Where the link of the first page leads."""
    [found] = re.findall(r'href="([^"]*)#you"', client.get("/leaderboard").text)
    return f"/leaderboard{html.unescape(found)}"


def measure_page(client: Any, address: str) -> tuple[float, float]:
    def look() -> None:
        answer = client.get(address)
        assert answer.status_code == 200
        assert b'class="ranking"' in answer.content

    return median([timed(look) for _ in range(ROUNDS + WARM_UP)][WARM_UP:])


def median(measures: list[Timing]) -> tuple[float, float]:
    sql, whole, _ = zip(*measures, strict=True)
    return statistics.median(sql), statistics.median(whole)
