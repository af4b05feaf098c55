"""One `codextime up` on one data folder: the lock that makes it the only one, and how others find it."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO

from codextime.runtime.data_folder import DataFolder, write_private
from codextime.runtime.errors import StartRefused
from codextime.runtime.reaper import is_zombie

PATIENCE_SECONDS = 60  # more than a killed one needs to end its programs (see `reaper`)
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Instance:
    """A running one, as it is written to the state file: 0600, for it names the sockets."""

    pid: int
    base_url: str
    database_url: str
    redis_url: str
    sockets: str


def write_instance(folder: DataFolder, instance: Instance) -> None:
    write_private(folder.state, json.dumps(asdict(instance)))


def find_instance(folder: DataFolder) -> Instance | None:
    """The last one that was started, running or not; `None` if there is no record of it."""
    try:
        return Instance(**json.loads(folder.state.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def is_running(folder: DataFolder) -> bool:
    """True while a `codextime up` holds the lock. `StartRefused` where the folder is another user's."""
    if not folder.path.exists():
        return False
    try:
        folder.require_trust()
        with folder.lock.open("rb") as file:
            return not try_lock(file)
    except FileNotFoundError:
        return False
    except PermissionError as error:
        raise StartRefused(
            f"{folder.path} belongs to another user: run this as the user who runs Codextime."
        ) from error


@contextmanager
def locked(folder: DataFolder) -> Iterator[IO[bytes]]:
    """Holds the folder. `StartRefused` when another `up` uses it; waits for one that was killed and still ends."""
    with folder.lock.open("rb") as file:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not try_lock(file):
            other = find_instance(folder)
            if other is None or is_alive(other.pid) or time.monotonic() > deadline:
                raise StartRefused(refusal(folder, other))
            time.sleep(POLL_SECONDS)
        yield file


def try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not is_zombie(pid)


def refusal(folder: DataFolder, other: Instance | None) -> str:
    who = f"process {other.pid}, {other.base_url}" if other else "just starting"
    return (
        f"Codextime is already running on the data in {folder.path} ({who}).\n"
        f"Use that one, or stop it with Ctrl-C where it runs, or choose another folder and port:\n"
        f"  make up CODEXTIME_DATA=/path/to/a/folder PORT=8001"
    )
