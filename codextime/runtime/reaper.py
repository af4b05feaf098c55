"""Ends our servers when the program that started them is gone, however it went.

Run as `python reaper.py` with a pipe as its standard input. Each line names one process group to end when the pipe
closes, `<pgid> <signal number>`, in the order in which they are to be ended, or `rmtree <folder>`; `forget <pgid>`
takes one back. A starter that is killed closes the pipe like one that leaves, so nothing outlives it. Standard library
only, and started in a session of its own so that a Ctrl-C does not reach it.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 15
POLL_SECONDS = 0.05


def main() -> None:
    """Collects what to end until the pipe closes, then ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    groups: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "rmtree":
            folders.append(rest)
        elif word == "forget":
            groups.pop(int(rest), None)
        else:
            groups[int(word)] = int(rest)
    for group, number in groups.items():
        end(group, number)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def end(group: int, number: int) -> None:
    """Asks a process group to stop, waits for it, and kills it when it does not."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not is_zombie(group):
            time.sleep(POLL_SECONDS)
            os.killpg(group, 0)
        os.killpg(group, signal.SIGKILL)


def is_zombie(pid: int) -> bool:
    """True for a process that ended but was not waited for; its parent may never do so. Linux only, else False."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):
        return False


if __name__ == "__main__":
    main()
