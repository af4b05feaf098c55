"""A pytest plugin: half of what is keyed by user lies on a second PostgreSQL, behind hash partitions (docs/scale.md).

`DATABASE_URL` and `SECOND_DATABASE_URL` name the servers; `tests/scale/run` starts them. PostgreSQL allows no unique
index over foreign partitions: each partition has the key of its own, which is as good, as the user decides which
partition a row goes to.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier, Literal

SECOND = "codextime_second"
CALL_PARTITIONS = 16
KEYS = {"usage_slot": "user_id", "usage_day": "user_id", "usage_dayhour": "user_id", "boards_datescore": "listing_id"}

FOREIGN = """
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER second FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host {host}, port {port}, dbname {name}, fetch_size '10000', batch_size '1000');
CREATE USER MAPPING FOR CURRENT_USER SERVER second OPTIONS (user {user});
"""
# The call table is partitioned already: its odd partitions move, and its own unique index gives way to theirs.
FREE_CALLS = "ALTER TABLE usage_call DROP CONSTRAINT usage_call_pkey"
KEEP_CALLS = "ALTER TABLE {part} ADD PRIMARY KEY (user_id, call_id)"
MOVE_PARTITION = """
DROP TABLE {part};
CREATE FOREIGN TABLE {part} PARTITION OF {table} FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})
    SERVER second;
"""
SPLIT = """
ALTER TABLE {table} RENAME TO {here};
CREATE TABLE {table} (LIKE {here} INCLUDING DEFAULTS) PARTITION BY HASH ({key});
ALTER TABLE {table} ATTACH PARTITION {here} FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE FOREIGN TABLE {there} PARTITION OF {table} FOR VALUES WITH (MODULUS 2, REMAINDER 1)
    SERVER second OPTIONS (table_name {name});
"""
DROP_FOREIGN_KEYS = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
        WHERE contype = 'f' AND conparentid = 0 AND conrelid::regclass::text = ANY (ARRAY {tables})
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.name, found.conname); END LOOP;
END $$
"""


@pytest.fixture(scope="session", autouse=True)
def second_server(django_db_setup: None) -> str:
    """The second server's database, with the same schema. The tests' own one sends half of the rows there."""
    server = os.environ["SECOND_DATABASE_URL"]
    url = server.rpartition("/")[0] + f"/{SECOND}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {SECOND} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {SECOND}")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"], env=os.environ | {"DATABASE_URL": url}, check=True
    )
    with psycopg.connect(url) as connection:  # users are on the first server only
        connection.execute(SQL(DROP_FOREIGN_KEYS).format(tables=literals(KEYS)))
    from django.conf import settings

    first = settings.DATABASES["default"]
    with psycopg.connect(os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{first['NAME']}") as connection:
        for statement in split_tables(url):
            connection.execute(statement)
    return url


def split_tables(url: str) -> Iterator[Composed]:
    parts = urlsplit(url)
    where = {"host": parts.hostname, "port": str(parts.port), "name": SECOND, "user": parts.username}
    yield SQL(FOREIGN).format(**{name: Literal(value) for name, value in where.items()})
    yield SQL(FREE_CALLS).format()
    for remainder in range(CALL_PARTITIONS):
        names = {"part": Identifier(f"usage_call_{remainder}"), "table": Identifier("usage_call")}
        numbers = {"modulus": Literal(CALL_PARTITIONS), "remainder": Literal(remainder)}
        yield SQL(MOVE_PARTITION if remainder % 2 else KEEP_CALLS).format(**names, **numbers)
    yield SQL(DROP_FOREIGN_KEYS).format(tables=literals(KEYS))
    for table, key in KEYS.items():
        names = {"table": table, "here": f"{table}_here", "there": f"{table}_there", "key": key}
        yield SQL(SPLIT).format(**{each: Identifier(name) for each, name in names.items()}, name=Literal(table))


def literals(names: dict[str, str]) -> Composed:
    return SQL("[{}]").format(SQL(", ").join(map(Literal, names)))
