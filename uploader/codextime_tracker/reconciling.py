"""Settles the index with the server: what the server lacks is offered again, what is proven wrong is taken back.

Both become changes of the index, so they go the way of all others: an upload that is known before it is sent, a
receipt, a cursor. What the server holds and the index does not know stays there, as the archive only grows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codextime_tracker.answers import CallsPage
from codextime_tracker.call_ids import call_id
from codextime_tracker.counting import Counter, revision
from codextime_tracker.destinations import Destination
from codextime_tracker.disproving import Disproved, find_disproved
from codextime_tracker.index import Index

MAKE_LISTED = """
CREATE TEMPORARY TABLE listed (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, is_withdrawn INTEGER NOT NULL, is_known INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
INSERT_LISTED = "INSERT OR REPLACE INTO listed (id, revision, is_withdrawn) VALUES (?, ?, ?)"
CALLS = """
    SELECT number, uuid, identity, revision, kind = 'withdrawn', key FROM calls
    JOIN threads ON threads.id = thread JOIN sources ON sources.id = source WHERE superseded_by IS NULL
"""
COPY = """
    INSERT INTO calls SELECT ?1, thread, identity, at, model, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, logged_total_tokens, flags, revision, file, kind,
    reason, NULL FROM calls WHERE number = ?2
"""
INSERT_WITHDRAWN = """
    INSERT OR IGNORE INTO calls SELECT ?1, threads.id, ?2, ?3, NULL, 0, 0, 0, 0, 0, 0, 0, ?4, files.id, 'withdrawn', ?5,
    NULL FROM sources JOIN threads ON threads.source = sources.id JOIN files ON files.source = sources.id
    WHERE key = ?6 AND threads.uuid = ?7 AND files.name = ?8
"""


@dataclass
class Comparison:
    """In calls: what the server has, what is offered to it again and taken back, what the index does not know of.

    `refused` were refused before, for reasons that have not passed.
    """

    on_server: int = 0
    offered: int = 0
    taken_back: int = 0
    unknown: int = 0
    refused: int = 0


class Reconciliation:
    """Of one server and user, from what the server listed until `settle`."""

    def __init__(self, index: Index, user_id: str, pages: Iterable[CallsPage]) -> None:
        self.index = index
        self.query = index.connection.execute
        self.user_id = user_id
        self.comparison = Comparison()
        self.query("DROP TABLE IF EXISTS temp.listed")
        self.query(MAKE_LISTED)
        for page in pages:
            rows = [(call.id, call.revision, call.is_withdrawn) for call in page.calls]
            index.connection.executemany(
                "INSERT OR REPLACE INTO listed (id, revision, is_withdrawn) VALUES (?, ?, ?)", rows
            )
            self.comparison.on_server += sum(not call.is_withdrawn for call in page.calls)

    def settle(self, destinations: Iterable[Destination], homes: Iterable[Path], counter: type[Counter]) -> Comparison:
        """Makes the changes that `destinations` need, all or none."""
        with self.index.transaction():
            for number in self.find_lacking({each.source_key: each for each in destinations}):
                self.offer(number)
            for home in homes:
                for disproved in find_disproved(self.index, home, counter):
                    self.take_back(disproved, self.index.source_key(home), revision(0, counter.version))
            [unknown] = self.query("SELECT count(*) FROM listed WHERE NOT is_known AND NOT is_withdrawn").fetchone()
        self.comparison.unknown = unknown
        self.query("DROP TABLE temp.listed")
        return self.comparison

    def find_lacking(self, destinations: dict[str, Destination]) -> list[int]:
        """The changes that were acknowledged, and yet the server has a worse state; marks what is known here."""
        cursors = {key: self.index.cursor(str(each)) for key, each in destinations.items()}
        refused = {number for each in destinations.values() for number, _ in self.index.refusals(str(each))}
        lacking, known = [], []
        for number, uuid, identity, here, is_withdrawn, key in self.query(CALLS):
            there = self.find_listed(name := call_id(user_id=self.user_id, thread_id=uuid, identity=identity))
            if there is not None:
                known.append((name,))
            if number > cursors.get(key, 0) or not is_worse(there, here, is_withdrawn=bool(is_withdrawn)):
                continue
            if number in refused:
                self.comparison.refused += 1
            else:
                lacking.append(number)
        self.index.connection.executemany("UPDATE listed SET is_known = 1 WHERE id = ?", known)
        return lacking

    def find_listed(self, name: str) -> tuple[int, bool] | None:
        row = self.query("SELECT revision, is_withdrawn FROM listed WHERE id = ?", (name,)).fetchone()
        return (row[0], bool(row[1])) if row else None

    def offer(self, number: int) -> None:
        """Makes the call a new change, in the state that it has."""
        self.query("UPDATE calls SET superseded_by = ? WHERE number = ?", (self.index.last_change() + 1, number))
        self.query(COPY, (self.index.last_change() + 1, number))
        self.comparison.offered += 1

    def take_back(self, disproved: Disproved, source_key: str, read: int) -> None:
        """Unless the server does not count it, the index does, or a newer counter's reading is there."""
        name = call_id(user_id=self.user_id, thread_id=disproved.thread_id, identity=disproved.identity)
        row = self.query(
            "SELECT revision FROM listed WHERE id = ? AND NOT is_known AND NOT is_withdrawn", (name,)
        ).fetchone()
        if row is None or row[0] > read:
            return
        place = (source_key, disproved.thread_id, disproved.file_name)
        change = (self.index.last_change() + 1, disproved.identity, disproved.at, read, disproved.reason)
        self.query(INSERT_WITHDRAWN, (*change, *place))
        self.query("UPDATE listed SET is_known = 1 WHERE id = ?", (name,))
        self.comparison.taken_back += 1


def is_worse(there: tuple[int, bool] | None, here: int, *, is_withdrawn: bool) -> bool:
    """Whether the server's state (revision, withdrawn) would be changed by ours."""
    if there is None:
        return True
    stored, is_withdrawn_there = there
    return stored < here or (stored == here and is_withdrawn and not is_withdrawn_there)
