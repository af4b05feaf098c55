"""One run at a time per index: two would read the same bytes and race for the same cursor."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codextime_tracker.exits import CannotWrite, Exit, Stopped
from codextime_tracker.places import advice


class AlreadyRunning(Stopped):
    exit = Exit.ALREADY_RUNNING


@contextmanager
def one_run_at_a_time(index: Path) -> Iterator[None]:
    """Holds the lock beside `index`; the system drops it when the process dies.

    Raises `AlreadyRunning`, `CannotWrite`.
    """
    try:
        index.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(index.with_name(f"{index.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_ours = lock(handle)
        except BaseException:
            os.close(handle)
            raise
    except OSError as error:
        raise CannotWrite(f"Cannot lock the index {index}: {error.strerror}. {advice(error)}") from error
    try:
        if not is_ours:
            raise AlreadyRunning(what_the_other_does(index))
        note_of_waiting(index).unlink(missing_ok=True)  # of a run that was killed
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def lock(handle: int) -> bool:
        """Locks the file's first byte until it is closed; false if another process has."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def lock(handle: int) -> bool:
        """Locks the file until it is closed; false if another process has. Raises `OSError` where nothing can."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def waiting_for_approval(index: Path) -> Iterator[None]:
    """Lets a run that comes meanwhile know what the one that holds the lock is waiting for."""
    note = note_of_waiting(index)
    note.touch(mode=0o600)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def note_of_waiting(index: Path) -> Path:
    return index.with_name(index.name + ".pairing")


def what_the_other_does(index: Path) -> str:
    if note_of_waiting(index).exists():
        return (
            "Another run is waiting for approval in the browser. Approve its code there, or end that run with Ctrl-C; "
            "then run this again."
        )
    return "Another run of the tracker is at work on this machine. Let it finish, then run this again."
