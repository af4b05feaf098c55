"""One run at a time per index: two would read the same bytes and race for the same cursor."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codextime_tracker.exits import CannotWrite, Exit, Stopped


class AlreadyRunning(Stopped):
    exit = Exit.ALREADY_RUNNING


@contextmanager
def one_run_at_a_time(index: Path) -> Iterator[None]:
    """Holds the lock beside `index`; the system drops it when the process dies.

    Raises `AlreadyRunning`, `CannotWrite`.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(index.with_name(index.name + ".lock"), blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise AlreadyRunning("Another run of the tracker is at work on this machine. It sends what is new.") from None
    except OSError as error:
        raise CannotWrite(f"Cannot lock {index}: {error.strerror}.") from error
    try:
        yield
    finally:
        lock.release()
