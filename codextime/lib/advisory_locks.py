"""Locks of PostgreSQL on something that is not a row: held until the transaction ends."""

from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """What is locked. A number stays what it is for ever: two versions of the server may run at once."""

    UPLOADS_OF_USER = 1
    TOTALS_OF_USER = 2
    SNAPSHOT = 3
    WHO_IS_LISTED = 4
    HANDLES = 5
    EXPORT_OF_USER = 6
    OWN_RATES_OF_USER = 9
    OPERATORS_RATES = 10
    TEAM_TOTALS = 11


def hold_lock(lock: Lock, key: int = 0) -> None:
    """Waits until no other transaction holds `lock` for `key`. The same transaction may hold it again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock << 56 | key])


def try_lock(lock: Lock, key: int = 0) -> bool:
    """Holds `lock` for `key` until the transaction ends if no other one holds it; false, at once, if one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock << 56 | key])
        return bool(cursor.fetchone()[0])
