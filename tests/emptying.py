"""Empties the database after a test that commits.

Django's `flush` truncates each of a hundred tables and makes its permissions anew, for each of 300 tests. A test
leaves rows in a dozen of them, so those are found and deleted, with rules and triggers switched off: the rows of
a team's audit log, for example, refuse to go. That takes a superuser of PostgreSQL, which the embedded server's is;
elsewhere it stays with `flush`.
"""

from functools import cache
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = ("django_migrations", "django_content_type", "auth_permission")  # of the schema itself
FIND_TABLES = """
SELECT quote_ident(relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL (%s)
"""
IS_SUPERUSER = "SELECT usesuper FROM pg_user WHERE usename = current_user"

flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # Django's own way, which the stubs leave out


@cache
def find_tables() -> list[str]:
    return [name for (name,) in ask(FIND_TABLES, [list(KEPT)])]


@cache
def is_superuser() -> bool:
    return bool(ask(IS_SUPERUSER)[0][0])


def ask(statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def empty_database() -> None:
    used = ask(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in find_tables()))
    deletions = "; ".join(f"DELETE FROM {table}" for (table,) in used)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = replica; {deletions}")


def tear_down(case: TransactionTestCase) -> None:
    empty_database() if is_superuser() else flush(case)


def empty_quickly() -> None:
    TransactionTestCase._fixture_teardown = tear_down  # type: ignore[attr-defined]  # as above
