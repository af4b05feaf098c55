"""The names of models that their owner lets leave this machine: a file beside the upload tokens, which an index can be
lost without."""

import json
from pathlib import Path

from codextime_tracker.exits import CannotWrite
from codextime_tracker.places import FileDamaged, read_private, write_private


class NamesDamaged(CannotWrite):
    """The file of names is there and does not say what it must."""


def read_allowed_names(path: Path) -> frozenset[str] | None:
    """`None` if nothing was ever written down. Raises `CannotWrite`, or of its kinds `NamesDamaged`."""
    try:
        names = read_private(path, "allowed")
    except FileDamaged as error:
        raise damaged(path) from error
    if names is None:
        return None
    if not all(isinstance(name, str) for name in names):
        raise damaged(path)
    return frozenset(names)


def write_allowed_names(path: Path, names: frozenset[str]) -> None:
    """Raises `CannotWrite`."""
    write_private(path, json.dumps({"allowed": sorted(names)}, indent=1) + "\n")


def damaged(path: Path) -> NamesDamaged:
    return NamesDamaged(f"{path} is damaged. Delete it: the names that this index knows as allowed are kept.")
