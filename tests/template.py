"""The database that those of all workers of a run are copied from: to migrate each of them takes nine seconds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg.sql import SQL, Identifier

LOCK = 2_104_118  # of whoever looks for the template on this server


def find_or_make(name: str) -> None:
    """Makes the database `name` with every table, unless another worker did."""
    with server() as session:
        session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            session.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            migrate(name)


def migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def drop(name: str) -> None:
    """A worker that comes later makes it again."""
    with server() as session:
        session.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(name)))


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    """Its end frees what was locked."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
        yield session
