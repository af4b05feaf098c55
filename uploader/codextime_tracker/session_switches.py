"""What the owner said on this machine of sessions, by server and user: in a file beside the upload tokens, which an
index can be lost without."""

import json
from pathlib import Path

from codextime_tracker.exits import CannotWrite
from codextime_tracker.index import Index
from codextime_tracker.places import FileDamaged, read_private, write_private

Switches = dict[tuple[str, str], bool]
PUT = "INSERT OR REPLACE INTO session_switches VALUES (?, ?, ?)"


class SwitchesDamaged(CannotWrite):
    """The file of switches is there and does not say what it must."""


def find_switch(index: Index, server: str, user_id: str) -> bool | None:
    """`None` if nothing was said."""
    return switches_of(index).get((server, user_id))


def set_switch(index: Index, path: Path, server: str, user_id: str, *, is_on: bool) -> None:
    """What was sent follows with the next run. Raises `CannotWrite`."""
    write_switches(path, (read_switches(path) or {}) | {(server, user_id): is_on})
    index.connection.execute(PUT, (server, user_id, is_on))


def settle_switches(index: Index, path: Path) -> None:
    """Brings the index up to the file, which was written first, and the file up to what only the index knows: each of
    the two survives the other. Raises `CannotWrite`."""
    known, written = switches_of(index), read_switches(path) or {}
    together = known | written
    if together != written:
        write_switches(path, together)
    if together != known:
        index.connection.executemany(PUT, [(*whose, is_on) for whose, is_on in written.items()])


def switches_of(index: Index) -> Switches:
    rows = index.connection.execute("SELECT server, user_id, is_on FROM session_switches")
    return {(server, user_id): bool(is_on) for server, user_id, is_on in rows}


def read_switches(path: Path) -> Switches | None:
    """`None` if nothing was ever written down. Raises `CannotWrite`, or of its kinds `SwitchesDamaged`."""
    try:
        rows = read_private(path, "switches")
        return None if rows is None else dict(map(read_switch, rows))
    except (FileDamaged, KeyError, TypeError) as error:
        raise damaged(path) from error


def read_switch(row: dict[str, object]) -> tuple[tuple[str, str], bool]:
    """Raises `KeyError` or `TypeError` for what is none."""
    server, user_id, is_on = row["server"], row["user_id"], row["is_on"]
    if not (isinstance(server, str) and isinstance(user_id, str) and isinstance(is_on, bool)):
        raise TypeError
    return (server, user_id), is_on


def write_switches(path: Path, switches: Switches) -> None:
    """Raises `CannotWrite`."""
    rows = [{"server": server, "user_id": user, "is_on": is_on} for (server, user), is_on in sorted(switches.items())]
    write_private(path, json.dumps({"switches": rows}, indent=1) + "\n")


def damaged(path: Path) -> SwitchesDamaged:
    return SwitchesDamaged(f"{path} is damaged. Delete it: what this index knows of sessions is kept.")
