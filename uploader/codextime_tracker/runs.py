"""What became of the last runs, for `status`: when, for whom, how it ended, how many calls it sent."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from msgspec import Struct

from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.index import Index
from codextime_tracker.periods import instant_of

KEPT = 50


class Run(Struct):
    """`exit` is one of `exits.Exit`. `server` is empty if the run ended before it knew one."""

    at: str
    user_id: str
    server: str = ""
    exit: int = Exit.DONE
    sent: int = 0


@contextmanager
def noted(index: Index, user_id: str, now: datetime) -> Iterator[Run]:
    """Writes the run down at its end, however it ends; the caller fills in what it learns."""
    run = Run(instant_of(now), user_id)
    try:
        yield run
    except Stopped as stopped:
        run.exit = stopped.exit
        raise
    except KeyboardInterrupt:
        run.exit = Exit.INTERRUPTED
        raise
    except (OSError, sqlite3.Error):
        run.exit = Exit.CANNOT_WRITE
        raise
    except Exception:
        run.exit = Exit.DEFECT
        raise
    finally:
        with suppress(sqlite3.Error):  # a full disk: what ended the run says so
            record_run(index, run)


def record_run(index: Index, run: Run) -> None:
    with index.transaction() as connection:
        connection.execute(
            "INSERT INTO runs (at, server, user_id, exit, sent) VALUES (?, ?, ?, ?, ?)",
            (run.at, run.server, run.user_id, int(run.exit), run.sent),
        )
        connection.execute("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?", (KEPT,))


def find_last_run(index: Index) -> Run | None:
    row = index.connection.execute(
        "SELECT at, user_id, server, exit, sent FROM runs ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return Run(*row) if row else None
