"""The threads that started others, of rollouts that a tracker read which did not look for that yet."""

from contextlib import suppress
from pathlib import Path

from codextime_tracker.discovery import RolloutFile, find_rollouts
from codextime_tracker.index import Index
from codextime_tracker.passes import read_head, whole_reading
from codextime_tracker.settling import NO_PARENT

UNREAD = """
    SELECT name, threads.id FROM files JOIN threads ON threads.id = thread JOIN sources ON sources.id = threads.source
    WHERE key = ? AND threads.parent IS NULL
"""


def read_missing_parents(index: Index, home: Path) -> None:
    """Reads the heads of those rollouts that are still there."""
    unread = dict(index.connection.execute(UNREAD, (index.source_key(home),)).fetchall())
    files = {file.name: file for file in find_rollouts(home).files} if unread else {}
    with index.transaction() as connection:
        for name, thread in unread.items():
            if name in files:
                connection.execute("UPDATE threads SET parent = ? WHERE id = ?", (find_parent(files[name]), thread))


def find_parent(file: RolloutFile) -> str:
    with suppress(OSError), open(file.path, "rb", buffering=0) as raw:  # noqa: PTH123 - a Path costs more
        head = read_head(whole_reading(file, raw, is_again=False), file.name)
        return head.sessions[0].parent or NO_PARENT if head else NO_PARENT
    return NO_PARENT
