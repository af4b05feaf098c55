"""What an upload, a rebuild and the pages cost with 10,000 users and 50,000,000 calls, beside a hundredth of that.

Two databases of one server take turns, so that what else the machine does strikes both. All users have the same 5,000
calls over the last 300 days but for their ids, and every tenth groups them by session; each round asks somebody else.
Needs 20 GB on disk, and about half an hour.
"""

import datetime
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from uuid import UUID

from bench import plans
from bench.ingest import make_rows, read
from bench.servers import server
from bench.timing import timed

NAME = "growth"
USERS = {"a hundredth": 100, "grown": 10_000}
CALLS_PER_USER = 5_000
DAYS = 300
UPLOADS = (10_000, 500)
ROUNDS = 21
PAGES_FOR = 5  # users a round: a page takes milliseconds, and whatever else the machine does strikes it hard
WARM_UP = 3
USERS_AT_ONCE = 100  # are written in one statement
TEMPLATES = (1, 10)  # the users whom all others are copied from: those who do not group by session, and who do
PAGES = {
    "overview, 30 days": "/dashboard",
    "overview, year": "/dashboard?period=year",
    "overview, all time": "/dashboard?period=all",
    "calls": "/calls",
    "calls, most tokens first": "/calls?sort=-tokens",
    "estimate, all time": "/estimate?period=all",
    "insights, all time": "/insights?period=all",
    "threads": "/threads?period=all",  # asked by who groups
    "corrections": "/corrections",
    "withdrawals": "/withdrawals",
    "devices": "/devices",
    "settings": "/settings",
}

MAKE_USERS = """
INSERT INTO accounts_user (email, public_id, password, time_zone, has_chosen_time_zone, is_active, is_staff,
    is_superuser, date_joined, session_grouping_since)
SELECT 'bench-' || n || '@example.org', 'u_bench' || n, '', 'Europe/Berlin', true, true, false, false, %(now)s,
    CASE WHEN n %% 10 = 0 THEN %(now)s END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n ORDER BY n
"""
MAKE_SOURCES = """
INSERT INTO usage_source (id, user_id, key, label, created_at)
SELECT 3 * n + nth, n, md5(n || '/' || nth)::uuid, (ARRAY['work laptop', 'desktop', 'CI'])[1 + nth], %(now)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, generate_series(0, 2) AS nth
"""
MAKE_THREADS = """
INSERT INTO usage_thread (id, user_id, key)
SELECT 100 * n + nth, n, md5(n || '/' || nth)::uuid
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, generate_series(0, 99) AS nth WHERE n %% 10 = 0
"""
# Three times a day for half an hour; a model each time, a source each day, a thread every three
# days; 1 call in 40 is long.
MAKE_CALLS = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, revision, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, thread_id)
SELECT %(user)s, md5(%(user)s || '/' || n)::uuid,
    %(midnight)s - interval '1 day' * day + interval '4 hours' * (2 + nth %% 3) + interval '5 minutes' * (nth / 3)
        + interval '1 second' * (n * 7919 %% 240),
    (%(models)s::int[])[1 + (day / 5 + nth %% 3) %% 3], 3 * %(user)s + day %% 11 / 5, 257,
    20000 + n %% 60000 + CASE WHEN n * 13 %% 40 = 0 THEN 272000 ELSE 0 END, 15000 + n %% 5000, 0,
    900 + n %% 500, n %% 400, CASE WHEN %(user)s %% 10 = 0 THEN 100 * %(user)s + day / 3 END
FROM generate_series(0::bigint, %(calls)s - 1) AS n
CROSS JOIN LATERAL (SELECT n %% %(days)s AS day, n / %(days)s AS nth) AS of_day ORDER BY 3
"""
MARK = """
INSERT INTO usage_dirtydate (user_id, "on", marked_at)
SELECT DISTINCT user_id, (at AT TIME ZONE 'UTC')::date, %(now)s FROM usage_call WHERE user_id = %(user)s
"""
# As a tracker sends them: in the order of time.
COPY_CALLS = """
INSERT INTO usage_call (user_id, call_id, at, model_id, source_id, revision, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, thread_id)
SELECT n, md5(n || '/' || call_id)::uuid, at, model_id, 3 * n + source_id - 3 * user_id, revision,
    input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens,
    thread_id + 100 * (n - user_id)
FROM usage_call, generate_series(%(first)s::bigint, %(last)s::bigint) AS n
WHERE user_id = %(user)s AND (n %% 10 = 0) = (user_id %% 10 = 0) AND n <> ALL (%(templates)s) ORDER BY n, at
"""
COPY_TOTALS = """
INSERT INTO {table} ({columns}) SELECT {values}
FROM {table} AS total, generate_series(%(first)s::bigint, %(last)s::bigint) AS n
WHERE user_id = %(user)s AND (n %% 10 = 0) = (user_id %% 10 = 0) AND n <> ALL (%(templates)s) ORDER BY n, total.ctid
"""
OF_OTHERS = {
    "user_id": "n",
    "source_id": "3 * n + source_id - 3 * user_id",
    "thread_id": "thread_id + 100 * (n - user_id)",
    "root_id": "root_id + 100 * (n - user_id)",
}
SIZES = """
SELECT count(*), sum(pg_total_relation_size(inhrelid)) / (SELECT count(*) FROM usage_call),
    pg_database_size(current_database()) / 1e9 FROM pg_inherits WHERE inhparent = 'usage_call'::regclass
"""

# What lies on disk, in pieces of 64 MB: a server of this size has more memory than PostgreSQL takes here for itself,
# and has run for a while.
READ_ALL = """
SELECT sum(length(pg_read_binary_file(path, start, 67108864, true)))
FROM (SELECT oid FROM pg_database WHERE datname = current_database()) AS database,
    pg_ls_dir('base/' || oid) AS name, concat('base/', oid, '/', name) AS path,
    generate_series(0, coalesce((pg_stat_file(path, true)).size, 0), 67108864) AS start
"""

Step = Callable[[int], float]  # for the user with this id; milliseconds


def run() -> None:
    with server():
        now = datetime.datetime.now(datetime.UTC)
        make_templates(now)
        fill(first=1, last=USERS["a hundredth"], now=now)
        settle()
        with grown_database() as databases:
            with databases["grown"]():
                fill(first=USERS["a hundredth"] + 1, last=USERS["grown"], now=now)
                settle()
                report_size()
            report(measure(databases, now))
            plans.report(databases, PAGES)


def make_templates(now: datetime.datetime) -> None:
    from codextime.usage.models import ModelName
    from codextime.usage.services import rebuild_dirty_dates

    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    models = [ModelName.objects.create(name=name).pk for name in ("gpt-6.1-sol", "gpt-5.6-terra", "gpt-5.4")]
    parameters = {"now": now, "midnight": midnight, "models": models, "days": DAYS, "calls": CALLS_PER_USER}
    make_people(first=1, last=USERS_AT_ONCE, now=now)
    for user in TEMPLATES:
        for statement in (MAKE_CALLS, MARK):
            execute(statement, parameters | {"user": user})
        rebuild_dirty_dates(user_id=user)


def make_people(*, first: int, last: int, now: datetime.datetime) -> None:
    for statement in (MAKE_USERS, MAKE_SOURCES, MAKE_THREADS):
        execute(statement, {"first": first, "last": last, "now": now})


def fill(*, first: int, last: int, now: datetime.datetime) -> None:
    """Calls and totals of these users, as the templates have them; the first hundred users are there already."""
    from codextime.usage.models import Day, DayHour, Slot, ThreadDay, ThreadTotal

    execute("SET work_mem = '256MB'")
    for start in range(first, last + 1, USERS_AT_ONCE):
        some = {"first": start, "last": min(start + USERS_AT_ONCE - 1, last), "templates": list(TEMPLATES)}
        if start > USERS_AT_ONCE:
            make_people(first=start, last=some["last"], now=now)
        for statement in (COPY_CALLS, *map(copy_totals, (Slot, Day, DayHour, ThreadDay, ThreadTotal))):
            for user in TEMPLATES:
                execute(statement, some | {"user": user})


def copy_totals(model: Any) -> str:
    columns = [f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(OF_OTHERS.get(column.strip('"'), column) for column in columns)
    return COPY_TOTALS.format(table=model._meta.db_table, columns=", ".join(columns), values=values)


def settle() -> None:
    """As autovacuum does in time; everything is on disk, and in the system's memory, before something is timed."""
    execute("RESET work_mem")
    execute("TRUNCATE usage_rebuiltdate")
    execute("SELECT setval(pg_get_serial_sequence('usage_source', 'id'), max(id) + 1) FROM usage_source")
    execute("VACUUM ANALYZE")
    execute("CHECKPOINT")
    execute(READ_ALL)


def execute(statement: str, parameters: dict[str, Any] | None = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def grown_database() -> Iterator[dict[str, Callable[[], Any]]]:
    """The database as it is and a copy to be grown, by name; each as the one that Django's connection goes to."""
    from django.db import connections

    small = connections["default"]
    small.close()
    grown = small.copy()
    grown.settings_dict["NAME"] = "grown"
    with small._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE grown TEMPLATE "{small.settings_dict["NAME"]}"')

    @contextmanager
    def use(connection: Any) -> Iterator[None]:
        connections["default"] = connection
        try:
            yield
        finally:
            connections["default"] = small

    yield dict(zip(USERS, (lambda: use(small), lambda: use(grown)), strict=True))
    grown.close()


def report_size() -> None:
    [(partitions, per_call, gigabytes)] = execute(SIZES)
    print(f"{USERS['grown'] * CALLS_PER_USER:,} calls in {partitions} partitions: {per_call:.1f} bytes a call with")
    print(f"indexes, {gigabytes:.1f} GB in all.\n")


def measure(databases: dict[str, Callable[[], Any]], now: datetime.datetime) -> dict[str, list[float]]:
    """The median of each step in milliseconds, in each database."""
    pages = {f"page: {name}": look_at(path, by_who_groups=name == "threads") for name, path in PAGES.items()}
    steps = make_steps(now)
    dice = random.Random(1)
    taken: dict[tuple[str, str], list[float]] = {}
    for round_ in range(ROUNDS + WARM_UP):
        for name, database in databases.items():
            with database():
                users = [dice.randrange(2, USERS[name] + 1) for _ in range(PAGES_FOR)]
                for step, user in [*product(pages, users), *product(steps, users[:1])]:
                    milliseconds = (pages | steps)[step](user)
                    if round_ >= WARM_UP:
                        taken.setdefault((step, name), []).append(milliseconds)
    return {step: [statistics.median(taken[step, name]) for name in databases] for step in pages | steps}


def make_steps(now: datetime.datetime) -> dict[str, Step]:
    """What is timed beside pages, in the order in which it happens to a user."""
    steps: dict[str, Step] = {}
    for size in UPLOADS:
        upload = Upload(size, now)
        steps[f"storing {size:,} calls"] = upload.store
        steps[f"the same {size:,} again"] = upload.store_again
        steps[f"rebuild of their month, after {size:,}"] = rebuild
    return steps


class Upload:
    """New calls of a month, for one user after the other."""

    def __init__(self, size: int, now: datetime.datetime) -> None:
        self.size = size
        self.now = now
        self.dice = random.Random(size)
        self.calls: list[Any] = []

    def store(self, user_id: int) -> float:
        from codextime.usage.readings import CallReading

        self.calls = [read(CallReading, row) for row in make_rows(self.dice, self.size)]
        return self.store_again(user_id, added=self.size)

    def store_again(self, user_id: int, added: int = 0) -> float:
        from codextime.accounts.models import User
        from codextime.usage.services import store_calls

        user = User.objects.get(pk=user_id)
        answers: list[Any] = []
        upload = {"user": user, "device": None, "source_key": UUID(int=1), "label": None, "calls": self.calls}
        timing = timed(lambda: answers.append(store_calls(**upload, now=self.now)))
        assert answers[0].added == added
        return timing[1]


def rebuild(user_id: int) -> float:
    from codextime.usage.services import rebuild_dirty_dates

    return timed(lambda: rebuild_dirty_dates(user_id=user_id))[1]


def look_at(path: str, *, by_who_groups: bool) -> Step:
    def look(user_id: int) -> float:
        if by_who_groups:
            user_id = 10 * -(-user_id // 10)
        from django.test import Client

        from codextime.accounts.models import User

        client = Client()
        client.force_login(User.objects.get(pk=user_id))
        if by_who_groups:  # others were asked for the pages before
            client.get("/dashboard")
        answers: list[Any] = []
        timing = timed(lambda: answers.append(client.get(path)))
        assert answers[0].status_code == 200
        return timing[0]

    return look


def report(measured: dict[str, list[float]]) -> None:
    print(f"| step (pages: SQL) | {' | '.join(f'{name}, ms' for name in USERS)} | growth |\n|---|---|---|---|")
    for step, (small, grown) in measured.items():
        print(f"| {step} | {small:.1f} | {grown:.1f} | {grown / small:.2f} |")
