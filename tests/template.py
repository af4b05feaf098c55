"""The database that those of all workers of a run are copied from: to migrate each of them takes five seconds.

`python -m tests.template` makes the one that the environment names, while the workers still read the tests.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import django
import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg.sql import SQL, Identifier

VARIABLE = "CODEXTIME_TEMPLATE"  # an environment variable
LOCK = 2_104_118  # of whoever looks for the template on this server


def make_beside() -> "subprocess.Popen[bytes]":
    """Starts a process for it. Workers wait for what it makes, and make it themselves should it fail."""
    os.environ[VARIABLE] = f"template_{uuid4().hex}"
    nowhere = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "tests.template"], stdin=nowhere, stdout=nowhere, stderr=nowhere)


def find_or_make(name: str) -> None:
    """Makes the database `name` with every table, unless another worker did."""
    with server() as session:
        session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            unfinished = f"{name}_unfinished"  # what was cut short is made anew
            session.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(unfinished)))
            session.execute(SQL("CREATE DATABASE {}").format(Identifier(unfinished)))
            migrate(unfinished)
            session.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(unfinished), Identifier(name)))


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


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "codextime.config.settings")
    django.setup()
    find_or_make(os.environ[VARIABLE])
