"""Ends what still runs on a data folder though both the supervisor and the reaper were killed."""

import contextlib
import os
import shutil
import signal
from pathlib import Path

import psutil

from codextime.runtime.data_folder import DataFolder
from codextime.runtime.instance import find_instance
from codextime.runtime.sockets import SOCKET_FOLDER_PREFIX

PATIENCE_SECONDS = 10


def end_leftovers(folder: DataFolder) -> None:
    """Call it with the lock held only: what is found then is nobody's. `Postgres.end_orphan` does the rest."""
    last = find_instance(folder)
    if last is None:
        return
    sockets = Path(last.sockets)
    if not sockets.exists() or not sockets.name.startswith(SOCKET_FOLDER_PREFIX):  # the reaper did its work
        return
    left = [process for process in psutil.process_iter() if is_ours(process, folder, sockets)]
    for process in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(left, PATIENCE_SECONDS)
    shutil.rmtree(sockets, ignore_errors=True)


def is_ours(process: psutil.Process, folder: DataFolder, sockets: Path) -> bool:
    """By what only the programs of this folder were started with: our environment, or the broker's socket."""
    try:
        if process.environ().get("CODEXTIME_STATIC_ROOT") == str(folder.static):
            return True
        return f"{sockets}/broker.sock" in " ".join(process.cmdline())
    except (psutil.Error, OSError):  # it ended, or is another user's
        return False
