"""The local index: what was read, which calls were found, and who was told. One SQLite file, for its owner only.

A row of `calls` is one state of a call and its number is the change that made it: the table is the change log too. A
better reading adds a row and marks the former one as superseded, so what was sent up to any change can be told again.
Each source has threads and calls of its own. A call that two Codex homes hold, because one was moved or copied, is
there twice and goes wherever either of them does; its id is the same, so the server stores it once.
"""

from __future__ import annotations

import os
import sqlite3

from codextime_tracker.places import identity_of, rename_damaged
from codextime_tracker.schema import MAGIC, OfAnotherProgram, connect, connect_to_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from codextime_tracker.stored import Change, PendingUpload, StoredCall, Totals

COLUMNS = """
    threads.uuid, calls.identity, calls.at, calls.model, calls.input_tokens, calls.cached_input_tokens,
    calls.cache_write_input_tokens, calls.output_tokens, calls.reasoning_output_tokens, calls.logged_total_tokens,
    files.name, calls.flags, calls.revision, sources.key, threads.parent
"""
JOINS = """
    FROM calls JOIN threads ON threads.id = calls.thread JOIN files ON files.id = calls.file
    JOIN sources ON sources.id = threads.source
"""
SOURCES_OF_CALLS = "JOIN threads ON threads.id = thread JOIN sources ON sources.id = source"


class Transaction:
    """All or nothing, also if the process is killed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self.connection.execute("BEGIN IMMEDIATE")
        return self.connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.connection.execute("COMMIT")
        elif self.connection.in_transaction:  # SQLite ends it by itself when the disk is full
            self.connection.execute("ROLLBACK")


class Index:
    """An open index. `notices` are sentences for its owner about what had to be done to open it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.notices: list[str] = []

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Index:
        """The index at `path`, made if it is missing.

        One of an older version is upgraded; a damaged one is set aside and begun anew, which call ids make harmless.
        Raises `OSError` or `sqlite3.OperationalError` if the place cannot be used, `OfAnotherProgram` if it is taken,
        `OfNewerTracker`.
        """
        folder = os.path.dirname(path) or "."  # noqa: PTH120 - a scan does without `pathlib`, which is slow to load
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        try:
            return cls(connect(path))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            kept = set_aside(path)
        index = cls(connect(path))
        index.notices.append(f"The index could not be read and was begun anew; the old one is kept as {kept}.")
        return index

    @classmethod
    def read(cls, path: Path) -> Index:
        """The index as it is, for queries only, also while another run writes it. Raises `sqlite3.DatabaseError`."""
        return cls(connect_to_read(path))

    @classmethod
    def in_memory(cls) -> Index:
        return cls(connect(None))

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def transaction(self) -> Transaction:
        return Transaction(self.connection)

    def source_key(self, codex_home: str | os.PathLike[str]) -> str:
        """The random key that stands for this Codex home; made when it is first asked for."""
        key = self.find_source_key(codex_home)
        if key is None:
            key, home = os.urandom(16).hex(), os.path.realpath(codex_home)
            self.connection.execute("INSERT INTO sources (key, home) VALUES (?, ?)", (key, storable(home)))
        return key

    def source_number(self, source_key: str) -> int:
        """By which the index's tables name it."""
        return int(self.connection.execute("SELECT id FROM sources WHERE key = ?", (source_key,)).fetchone()[0])

    def find_source_key(self, codex_home: str | os.PathLike[str]) -> str | None:
        """The key of a Codex home if it was ever read, under whatever name: it has that name from now on."""
        home = os.path.realpath(codex_home)
        sources = {known: key for key, known in self.homes().items()}
        identity = None if home in sources else identity_of(home)
        former = next((known for known in sources if identity and identity_of(known) == identity), home)
        if former != home:
            self.connection.execute("UPDATE sources SET home = ? WHERE key = ?", (storable(home), sources[former]))
        return sources.get(former)

    def homes(self) -> dict[str, str]:
        """The Codex homes that were ever read, by their keys."""
        return {key: os.fsdecode(home) for key, home in self.connection.execute("SELECT key, home FROM sources")}

    def last_change(self) -> int:
        """The number of the newest change; 0 if there is none."""
        return int(self.connection.execute("SELECT coalesce(max(number), 0) FROM calls").fetchone()[0])

    def changes_after(
        self,
        change: int,
        limit: int,
        source_key: str | None = None,
        *,
        through: int | None = None,
        as_of: int | None = None,
    ) -> list[Change]:
        """The changes with higher numbers, oldest first, each call once in its newest state.

        With `as_of`, the state when that was the newest change, so that an upload can be built again byte for byte.
        """
        from codextime_tracker.stored import Change, StoredCall

        rows = self.connection.execute(
            f"""SELECT calls.number, calls.kind, calls.reason, {COLUMNS} {JOINS}
            WHERE calls.number > ?1 AND calls.number <= ?2 AND (calls.superseded_by IS NULL OR calls.superseded_by > ?2)
            AND (?3 IS NULL OR calls.number <= ?3) AND (?4 IS NULL OR sources.key = ?4)
            ORDER BY calls.number LIMIT ?5""",
            (change, self.last_change() if as_of is None else as_of, through, source_key, limit),
        )
        return [Change(row[0], row[1], StoredCall(*row[3:]), row[2]) for row in rows]

    def reach(self, change: int, limit: int, source_key: str) -> int | None:
        """The number of the last of the first `limit` changes of a source after `change`; `None` if there are none."""
        row = self.connection.execute(
            """SELECT max(number) FROM (
                SELECT number FROM calls JOIN threads ON threads.id = thread JOIN sources ON sources.id = source
                WHERE number > ? AND superseded_by IS NULL AND key = ? ORDER BY number LIMIT ?
            )""",
            (change, source_key, limit),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def count_changes_after(self, change: int, source_key: str) -> int:
        """How many changes of a source have higher numbers."""
        row = self.connection.execute(
            """SELECT count(*) FROM calls JOIN threads ON threads.id = thread JOIN sources ON sources.id = source
            WHERE number > ? AND superseded_by IS NULL AND key = ?""",
            (change, source_key),
        ).fetchone()
        return int(row[0])

    def calls(self, *source_keys: str) -> Iterator[StoredCall]:
        """Every call that counts of these sources, or of all, by time; once, in its best reading, if several hold it.

        Of equal readings, one whose rollout is there.
        """
        from codextime_tracker.stored import StoredCall

        rows = self.connection.execute(
            f"""SELECT {COLUMNS}, gone_files.file IS NOT NULL, max(calls.revision * 2 + (gone_files.file IS NULL))
            {JOINS} LEFT JOIN gone_files ON gone_files.file = calls.file
            WHERE calls.superseded_by IS NULL AND calls.kind != 'withdrawn' {of_sources(source_keys)}
            GROUP BY threads.uuid, calls.identity ORDER BY calls.at, threads.uuid, calls.identity""",
            source_keys,
        )
        return (StoredCall(*row[:-1]) for row in rows)

    def totals(self, *source_keys: str, since: str = "", until: str = "~") -> Totals:
        """Sums over every call that counts of these sources, or of all; a call that several hold counts once.

        `since` and `until` (left out) are instants as the index holds them.
        """
        from codextime_tracker.stored import Totals

        # Almost all rows count: in their own order they are read twice as fast as by an index, and faster still alone.
        known = [key for (key,) in self.connection.execute("SELECT key FROM sources")]
        is_all_there_is = len(known) == 1 and set(source_keys) <= set(known)
        keys = () if is_all_there_is else source_keys
        counting = f"""FROM calls NOT INDEXED {"" if is_all_there_is else SOURCES_OF_CALLS}
            WHERE {"at >= ? AND at < ? AND" if since else ""} superseded_by IS NULL AND kind != 'withdrawn'
            {of_sources(keys)}"""
        if not is_all_there_is and len(keys) != 1:  # a source has each call once
            counting = f"""FROM (
                SELECT input_tokens, output_tokens, flags, max(revision) {counting} GROUP BY uuid, identity
            )"""
        # In halves: SQLite stops at sums beyond 63 bits.
        calls, high, low, estimated = self.connection.execute(
            f"""SELECT count(*), coalesce(sum((input_tokens >> 31) + (output_tokens >> 31)), 0),
            coalesce(sum((input_tokens & 0x7fffffff) + (output_tokens & 0x7fffffff)), 0), coalesce(sum(flags != 0), 0)
            {counting}""",
            (since, until, *keys) if since else keys,
        ).fetchone()
        return Totals(calls, (high << 31) + low, estimated)

    def all_time_totals(self, *source_keys: str) -> Totals:
        """`totals` as they were summed last, if no call changed since: each change has a higher number."""
        from codextime_tracker.stored import Totals

        sources, change = " ".join(source_keys), self.last_change()
        row = self.connection.execute(
            "SELECT calls, tokens, estimated_calls FROM known_totals WHERE sources = ? AND change = ?",
            (sources, change),
        ).fetchone()
        if row:
            return Totals(row[0], int(row[1]), row[2])
        totals = self.totals(*source_keys)
        values = (sources, change, totals.calls, str(totals.tokens), totals.estimated_calls)  # more than 63 bits
        self.connection.execute("INSERT OR REPLACE INTO known_totals VALUES (?, ?, ?, ?, ?)", values)
        return totals

    def cursor(self, destination: str) -> int:
        """The last change that `destination` acknowledged; 0 if none."""
        row = self.connection.execute("SELECT change FROM cursors WHERE destination = ?", (destination,)).fetchone()
        return int(row[0]) if row else 0

    def remember_destination(self, destination: str) -> None:
        """So that what it was promised goes to it, also if the Codex home is gone by then."""
        self.connection.execute("INSERT OR IGNORE INTO cursors (destination, change) VALUES (?, 0)", (destination,))

    def destinations(self) -> list[str]:
        return [row[0] for row in self.connection.execute("SELECT destination FROM cursors ORDER BY destination")]

    def acknowledge(self, destination: str, change: int) -> None:
        """Moves the cursor forward and ends the pending upload, at once."""
        with self.transaction() as connection:
            connection.execute(
                """INSERT INTO cursors (destination, change) VALUES (?, ?)
                ON CONFLICT (destination) DO UPDATE SET change = max(change, excluded.change)""",
                (destination, change),
            )
            connection.execute("DELETE FROM pending_uploads WHERE destination = ?", (destination,))

    def forget_before(self, destination: str, change: int) -> None:
        """Nothing up to this change goes to the destination any more."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO cursors (destination, change, lowest) VALUES (?1, ?2, ?2)",
                (destination, change),
            )
            connection.execute("DELETE FROM pending_uploads WHERE destination = ?", (destination,))

    def find_grouping(self, destination: str) -> str | None:
        """Since when the server groups by session what it was sent with threads; empty while those are taken back."""
        row = self.connection.execute("SELECT since FROM groupings WHERE destination = ?", (destination,)).fetchone()
        return str(row[0]) if row else None

    def regroup(self, destination: str, since: str) -> None:
        """Notes a new grouping, and has everything sent once more, as it is then."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO groupings VALUES (?, ?)", (destination, since))
            connection.execute("UPDATE cursors SET change = lowest WHERE destination = ?", (destination,))
            connection.execute("DELETE FROM pending_uploads WHERE destination = ?", (destination,))

    def forget_grouping(self, destination: str) -> None:
        """The destination has no thread of ours any more."""
        self.connection.execute("DELETE FROM groupings WHERE destination = ?", (destination,))

    def begin_upload(self, destination: str, upload_id: str, through: int) -> PendingUpload:
        """Notes an upload before it is sent, so that after a crash the same one is sent again."""
        from codextime_tracker.stored import PendingUpload

        pending = PendingUpload(upload_id, self.cursor(destination), through, self.last_change())
        self.connection.execute(
            "INSERT OR REPLACE INTO pending_uploads VALUES (?, ?, ?, ?, ?)",
            (destination, pending.upload_id, pending.after, pending.through, pending.as_of),
        )
        return pending

    def find_pending_upload(self, destination: str) -> PendingUpload | None:
        from codextime_tracker.stored import PendingUpload

        row = self.connection.execute(
            "SELECT upload_id, after, through, as_of FROM pending_uploads WHERE destination = ?", (destination,)
        ).fetchone()
        return PendingUpload(*row) if row else None

    def abandon_upload(self, destination: str) -> None:
        """Forgets the pending upload; its changes are offered again in another one."""
        self.connection.execute("DELETE FROM pending_uploads WHERE destination = ?", (destination,))

    def find_label(self, destination: str) -> str | None:
        """The label that the destination acknowledged last."""
        row = self.connection.execute("SELECT label FROM labels WHERE destination = ?", (destination,)).fetchone()
        return str(row[0]) if row else None

    def remember_label(self, destination: str, label: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO labels VALUES (?, ?)", (destination, label))

    def record_refusal(self, destination: str, change: int, reason: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO refusals VALUES (?, ?, ?)", (destination, change, reason))

    def refusals(self, destination: str) -> list[tuple[int, str]]:
        """Changes that the destination refused, with its reasons; those counted anew since are left out."""
        return self.connection.execute(
            """SELECT change, refusals.reason FROM refusals JOIN calls ON calls.number = change
            WHERE destination = ? AND superseded_by IS NULL ORDER BY change""",
            (destination,),
        ).fetchall()

    def forgive_refusal(self, destination: str, change: int) -> None:
        self.connection.execute("DELETE FROM refusals WHERE (destination, change) = (?, ?)", (destination, change))


def storable(path: str) -> str | bytes:
    """SQLite takes no text that is no Unicode, and a path of Linux can be such."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def of_sources(source_keys: Collection[str]) -> str:
    """A condition for as many keys as parameters; without keys, for all sources."""
    return f"AND sources.key IN ({', '.join('?' * len(source_keys))})" if source_keys else ""


def set_aside(damaged: str | os.PathLike[str]) -> Path:
    """Renames a damaged index, journals and all; where it went. Raises `OfAnotherProgram`."""
    from contextlib import suppress
    from pathlib import Path

    path = Path(damaged)
    if path.suffix != ".sqlite3" and path.open("rb").read(16) != MAGIC:
        raise OfAnotherProgram from None  # perhaps named by mistake
    kept = rename_damaged(path)
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{kept}{suffix}")
    return kept
