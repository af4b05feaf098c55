"""Following Codex homes as they grow: looks every few seconds, and costs next to nothing while nobody works.

An append changes its file and no folder, so a look takes the folders and the files of the last day; an old thread that
is resumed is seen by the next thorough look, which takes every file.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from codextime_tracker.discovery import FOLDERS, CodexHomeMissing, RolloutFile, find_rollouts
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.locking import AlreadyRunning
from codextime_tracker.sync import Options, sync
from codextime_tracker.terminal import count

LOOK_SECONDS = 2.0
REST_SECONDS = 5.0  # between two runs, as a thread that is at work writes all the time
LOOKS_TO_A_THOROUGH_ONE = 60
RECENT_NS = 24 * 3600 * 10**9
LONGEST_REST_SECONDS = 300.0  # while the server does not answer
PASSING = (Exit.UNREACHABLE, Exit.SERVER_BUSY, Exit.ALREADY_RUNNING)

Mark = tuple[int, int]  # size and time of the last change


class Watch:
    """What some homes looked like, and whether they look otherwise now."""

    def __init__(self, homes: Iterable[Path]) -> None:
        self.homes = list(homes)
        self.looks = 0
        self.marks: dict[str, Mark] = {}
        self.recent: list[str] = []
        self.folders: list[str] = []
        self.look_thoroughly()

    def has_changed(self) -> bool:
        """Since it was asked last, or made."""
        self.looks += 1
        if self.looks % LOOKS_TO_A_THOROUGH_ONE == 0 or any(
            mark_of(path) != self.marks.get(path) for path in (*self.folders, *self.recent)
        ):
            former = self.marks
            self.look_thoroughly()
            return self.marks != former
        return False

    def look_thoroughly(self) -> None:
        since = time.time_ns() - RECENT_NS
        files = {file.path: (file.size, file.modified_ns) for home in self.homes for file in rollouts_of(home)}
        self.folders = [folder for home in self.homes for folder in folders_of(home)]
        self.recent = [path for path, (_, modified_ns) in files.items() if modified_ns > since]
        self.marks = {**files, **{folder: mark_of(folder) for folder in self.folders}}


def rollouts_of(home: Path) -> list[RolloutFile]:
    try:
        return find_rollouts(home).files
    except CodexHomeMissing:
        return []


def folders_of(home: Path) -> list[str]:
    """The home, as its first sessions make a folder in it, and all below those that hold rollouts."""
    found = [str(home)]
    for name in FOLDERS:
        found += [folder for folder, _, _ in os.walk(home / name)]
    return found


def mark_of(path: str) -> Mark:
    """(-1, -1) of what is gone."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path costs more than the question
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def watch(options: Options, *, sleep: Callable[[float], None]) -> None:
    """Runs whenever something was written, until it is interrupted. A server that is away is waited for.

    Raises `Stopped` for what does not pass by itself.
    """
    seen = Watch(options.homes)
    rest = REST_SECONDS
    say(options, "Watching; Ctrl-C ends it.")
    while True:
        sleep(LOOK_SECONDS)
        if rest == REST_SECONDS and not seen.has_changed():
            continue
        try:
            outcome = sync(options, now=datetime.now(UTC), sleep=sleep)
        except AlreadyRunning:
            rest = REST_SECONDS * 2
        except Stopped as stopped:
            if stopped.exit not in PASSING:
                raise
            rest = min(rest * 2, LONGEST_REST_SECONDS)
            print(f"{stopped} Trying again in {rest:.0f} s.", file=sys.stderr, flush=True)
        else:
            rest = REST_SECONDS
            if outcome.delivered is not None:
                say(options, f"{datetime.now().astimezone():%H:%M:%S}  sent {count(outcome.delivered.sent, 'call')}")
        sleep(rest)


def say(options: Options, text: str) -> None:
    if not options.is_quiet:
        print(text, flush=True)
