"""Connections that are given up when the database does not answer within the `patience` of who asks."""

import contextlib
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg.abc import RV, PQGen

from codextime.lib.patience import patience, seconds_left

INTERVAL_SECONDS = 0.1  # psycopg's own: how often a wait looks whether somebody pressed Ctrl-C
CANCEL_SECONDS = 1
REUSE_SECONDS = 3  # a connection kept from an earlier request answers at once, or another one is tried
SHORTEST_CONNECT_SECONDS = 2  # libpq takes less for this


class PatientConnection(psycopg.Connection[Any]):
    """Raises `OperationalError` and is closed when the time is over; what still runs in the database is cancelled."""

    def wait(self, gen: PQGen[RV], interval: float = INTERVAL_SECONDS, timeout: float | None = None) -> RV:
        limits = [seconds for seconds in (timeout, seconds_left()) if seconds is not None]
        try:
            return super().wait(gen, interval, min(limits, default=None))
        except psycopg.OperationalError:
            if seconds_left() == 0:
                self.give_up()
            raise

    def give_up(self) -> None:
        """Its state is unknown, so nobody may use it again."""
        with contextlib.suppress(psycopg.Error):
            self.cancel_safe(timeout=CANCEL_SECONDS)
        self.pgconn.finish()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> PatientConnection:
        """Without the isolation levels and pools of the original, which we do not use."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        left = seconds_left()
        if left == 0:
            raise psycopg.OperationalError("There is no time left to connect.")
        if left is not None:
            most = int(conn_params.get("connect_timeout", left))
            conn_params["connect_timeout"] = max(min(most, int(left)), SHORTEST_CONNECT_SECONDS)
        return PatientConnection.connect(**conn_params)

    def is_usable(self) -> bool:
        with patience(REUSE_SECONDS):
            return super().is_usable()
