"""Locks of PostgreSQL on something that is not a row: held until the transaction ends."""

from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """What is locked. A number stays what it is for ever: two versions of the server may run at once."""

    UPLOADS_OF_USER = 1
    TOTALS_OF_USER = 2


def hold_lock(lock: Lock, key: int) -> None:
    """Waits until no other transaction holds `lock` for `key`. The same transaction may hold it again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock << 56 | key])
