"""The index, opened for one run alone; and in words, why it cannot be."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from codextime_tracker.exits import CannotWrite
from codextime_tracker.index import Index
from codextime_tracker.locking import AlreadyRunning, one_run_at_a_time
from codextime_tracker.places import INDEX, advice
from codextime_tracker.schema import OfAnotherProgram, OfNewerTracker

ELSEWHERE = "name another place with --index FILE"
ANEW = "Delete it: the next run reads everything anew, and no call is stored twice"
WAYS_OUT = {
    "SQLITE_FULL": f"Free some space, or {ELSEWHERE}. What was stored before stays",
    "SQLITE_READONLY": f"Let your user write it and its folder, or {ELSEWHERE}",
    "SQLITE_CANTOPEN": f"Let your user write in its folder, or {ELSEWHERE}",
    "SQLITE_BUSY": "Another program holds it open: close that and run this again",
    "SQLITE_IOERR": f"Check that its disk has space and is sound, or {ELSEWHERE}",
    "SQLITE_CORRUPT": ANEW,
    "SQLITE_NOTADB": ANEW,
}


@contextmanager
def opened(path: Path) -> Iterator[Index]:
    """Raises `AlreadyRunning` and `CannotWrite`."""
    try:
        with one_run_at_a_time(path), open_index(path) as index:
            yield index
    except UnicodeDecodeError as error:  # only of a text in the index: logs are decoded with replacement
        raise CannotWrite(f"The index {path} is damaged. {ANEW}.") from error
    except sqlite3.DatabaseError as error:
        way_out = find_way_out(error)
        if way_out is None:
            raise
        raise CannotWrite(f"The index {path} cannot be used: {error}. {way_out}.") from error


@contextmanager
def opened_or_read(path: Path) -> Iterator[tuple[Index, bool]]:
    """The index, and whether it is this run's alone; if another run has it, it is what that one has found until now.

    Raises `CannotWrite`, and `AlreadyRunning` if the other run's index cannot even be read.
    """
    with ExitStack() as stack:
        try:
            index, is_ours = stack.enter_context(opened(path)), True
        except AlreadyRunning as running:
            try:
                index, is_ours = stack.enter_context(Index.read(path)), False
            except sqlite3.DatabaseError:
                raise running from None
        yield index, is_ours


def open_index(path: Path) -> Index:
    try:
        return Index.open(path)
    except IsADirectoryError as error:
        raise CannotWrite(f"The index {path} is a folder. Name a file: --index {path / INDEX}") from error
    except OSError as error:
        raise CannotWrite(f"Cannot open the index {path}: {error.strerror}. {advice(error)}") from error
    except OfNewerTracker as error:
        raise CannotWrite(
            f"The index {path} was written by a newer tracker than this one. Update this one "
            "(`pipx upgrade codextime-tracker`; `pipx run --no-cache` takes the newest), or " + ELSEWHERE + "."
        ) from error
    except OfAnotherProgram as error:
        raise CannotWrite(
            f"{path} belongs to another program and was left alone. For the index, {ELSEWHERE}."
        ) from error


def find_way_out(error: sqlite3.DatabaseError) -> str | None:
    """What the user can do about it; `None` if it is a defect of ours."""
    kind = getattr(error, "sqlite_errorname", "")  # with more words behind, as in SQLITE_READONLY_DIRECTORY
    return next((text for name, text in WAYS_OUT.items() if kind.startswith(name)), None)
