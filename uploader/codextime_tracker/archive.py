"""Rollouts that were there and are gone: Codex or its user deleted them. Their calls stay, and are marked so."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from codextime_tracker.discovery import Found
    from codextime_tracker.index import Index


def note_gone_files(index: Index, source: int, found: Found, known: Iterable[str]) -> None:
    """Which of the `known` names of a source are gone, and which are back. Nothing if a folder could not be listed."""
    if not found.is_complete:
        return
    noted = {
        name
        for (name,) in index.connection.execute(
            "SELECT name FROM gone_files JOIN files ON files.id = file WHERE source = ?", (source,)
        )
    }
    gone = set(known).difference(file.name for file in found.files)
    if gone == noted:
        return
    with index.transaction() as connection:
        connection.executemany(
            "INSERT INTO gone_files SELECT id FROM files WHERE (source, name) = (?, ?)",
            [(source, name) for name in gone - noted],
        )
        connection.executemany(
            "DELETE FROM gone_files WHERE file = (SELECT id FROM files WHERE (source, name) = (?, ?))",
            [(source, name) for name in noted - gone],
        )


def note_gone_homes(index: Index) -> None:
    """All rollouts of Codex homes that are no folders any more."""
    sources = index.connection.execute("SELECT id, home FROM sources").fetchall()
    index.connection.executemany(
        "INSERT OR IGNORE INTO gone_files SELECT id FROM files WHERE source = ?",
        [(source,) for source, home in sources if not os.path.isdir(home)],  # noqa: PTH112 -- a text of the system's
    )
