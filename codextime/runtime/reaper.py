"""Ends our programs when the one that started them is gone, however it went.

Run as `python reaper.py` with a pipe as its standard input. Its lines are `end <process group> <signal> <rank>`: end
this group when the pipe closes, lower ranks first; `forget <process group>` takes that back; `rmtree <folder>` removes
a folder at the very end. A starter that is killed closes the pipe like one that leaves, so nothing outlives it.
Standard library only, and started in a session of its own so that a Ctrl-C does not reach it.
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
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, tuple[int, int]] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "rmtree":
            folders.append(rest)
        elif word == "forget":
            groups.pop(int(rest), None)
        else:
            group, number, rank = map(int, rest.split())
            groups[group] = (rank, number)
    for group, (_rank, number) in sorted(groups.items(), key=lambda entry: entry[1]):
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
