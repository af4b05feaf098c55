"""Which files of a Codex home are rollouts. Reads names and sizes only."""

from __future__ import annotations

import os
import stat

from codextime_tracker.fields import Fields
from codextime_tracker.places import identity_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import PurePath

FOLDERS = ("sessions", "archived_sessions")
ADVICE = "Run Codex once, or name its folder with --codex-home DIR."
NO_SESSIONS = f"it has no folder of sessions. {ADVICE}"
NO_ROLLOUTS = f"there is no rollout in it yet. {ADVICE}"


class CodexHomeMissing(Exception):
    """There is no such folder, or it cannot be opened."""

    def __init__(self, home: str | os.PathLike[str], why: str) -> None:
        super().__init__(f"{home}: {why}")
        self.home = home
        self.why = why


class RolloutFile(Fields):
    """One rollout on disk. `name` is the name that Codex gave it, without the `.zst` of a compressed copy, as text.

    `path` can hold bytes that are no text, as the system's own names can.
    """

    def __init__(
        self, path: str, name: str, is_compressed: bool, device: int, inode: int, size: int, modified_ns: int
    ) -> None:
        self.path = path
        self.name = name
        self.is_compressed = is_compressed
        self.device = device
        self.inode = inode
        self.size = size
        self.modified_ns = modified_ns

    @property
    def key(self) -> str:
        """Device and inode, as text: together they can be longer than a number in SQLite."""
        return f"{self.device}:{self.inode}"


class Skipped(Fields):
    """A file or folder that was left out wholly or in part, and why, in words for its owner."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason


class Found(Fields):
    """What a Codex home holds: rollouts by name, what was skipped, and logs too old to hold usage.

    `is_complete`: every folder could be listed.
    """

    def __init__(
        self, files: list[RolloutFile], skipped: list[Skipped], old_logs: list[str], is_complete: bool = True
    ) -> None:
        self.files = files
        self.skipped = skipped
        self.old_logs = old_logs
        self.is_complete = is_complete


def find_rollouts(codex_home: str | os.PathLike[str]) -> Found:
    """One file per name, sorted by name: plain before compressed, else the larger one. Raises `CodexHomeMissing`."""
    try:
        os.scandir(codex_home).close()
    except OSError as error:
        raise CodexHomeMissing(codex_home, error.strerror or "cannot be opened") from error
    found = Found([], [], [])
    folders = [os.path.join(codex_home, folder) for folder in FOLDERS]  # noqa: PTH118 - `pathlib` is slow to load
    if not any(map(os.path.exists, folders)):
        found.skipped.append(Skipped(printable(os.fspath(codex_home)), NO_SESSIONS))
    best: dict[str, RolloutFile] = {}
    for folder in folders:
        for file in list_rollouts(folder, found):
            rival = best.setdefault(file.name, file)
            if rival is not file and preference(file) > preference(rival):
                best[file.name] = file
    found.files = [best[name] for name in sorted(best)]
    if not (found.files or found.old_logs or found.skipped):
        found.skipped.append(Skipped(printable(os.fspath(codex_home)), NO_ROLLOUTS))
    return found


def preference(file: RolloutFile) -> tuple[bool, int]:
    return not file.is_compressed, file.size


def list_rollouts(folder: str, found: Found) -> list[RolloutFile]:
    """The rollouts under `folder`, through links to other folders too, each folder once."""
    files: list[RolloutFile] = []
    folders, seen = [folder], set[tuple[int, int] | str]()
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                identity = identity_of(folder) or folder
                if identity not in seen:
                    seen.add(identity)
                    for entry in entries:
                        visit(entry, found, files, folders)
        except FileNotFoundError:
            continue  # a home without archived sessions, or a folder that was removed meanwhile
        except OSError as error:
            found.is_complete = False
            found.skipped.append(Skipped(printable(folder), f"the folder cannot be read: {error.strerror}"))
    return files


def visit(entry: os.DirEntry[str], found: Found, files: list[RolloutFile], folders: list[str]) -> None:
    """Notes what a folder lists, wherever it belongs."""
    named = entry.name
    is_named_so = named.startswith("rollout-") and named.endswith((".jsonl", ".jsonl.zst")) and "\n" not in named
    try:
        status = entry.stat()
    except OSError as error:
        # Gone since the listing, or a link that leads nowhere or to itself.
        if is_named_so:
            found.skipped.append(Skipped(printable(entry.path), f"the file cannot be opened: {error.strerror}"))
        return
    if is_named_so and stat.S_ISREG(status.st_mode):
        # Windows lists no inode, so the numbers come from a full stat there.
        full = status if status.st_ino else os.stat(entry.path)  # noqa: PTH116
        is_compressed = named.endswith(".zst")
        name = printable(named[:-4] if is_compressed else named)
        files.append(
            RolloutFile(entry.path, name, is_compressed, full.st_dev, full.st_ino, full.st_size, full.st_mtime_ns)
        )
    elif is_named_so:
        found.skipped.append(Skipped(printable(entry.path), "it has the name of a rollout but is not a file"))
    elif stat.S_ISDIR(status.st_mode):
        folders.append(entry.path)
    elif named.startswith("rollout-") and named.endswith(".json") and "\n" not in named:
        found.old_logs.append(entry.path)


def home_of(rollout: PurePath) -> PurePath | None:
    """The Codex home that a rollout lies in; `None` if it lies in none. Windows and macOS take any case of a name."""
    return next((each.parent for each in rollout.parents if each.name.lower() in FOLDERS), None)


def printable(path: str) -> str:
    """`path` with its bytes that are no UTF-8 spelled out, as in `\\xff`."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")
