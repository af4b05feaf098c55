"""The logs of our programs: one file each in the data folder, bounded."""

import contextlib
import shutil
from pathlib import Path
from typing import IO

LIMIT_BYTES = 10 * 1024 * 1024


def open_log(path: Path) -> IO[bytes]:
    """Opens it to append, private to its owner; whoever writes follows a `trim`."""
    path.touch(mode=0o600)
    return path.open("ab")


def trim(path: Path) -> None:
    """Moves the content to `….1` when it grew over the limit. A line written in that moment may be lost.

    On a full disk all of it may be lost: what matters then is the room.
    """
    if path.stat().st_size <= LIMIT_BYTES:
        return
    older = path.with_name(path.name + ".1")
    with contextlib.suppress(OSError):
        older.touch(mode=0o600)
        shutil.copyfile(path, older)
    with path.open("r+b") as log:
        log.truncate()
