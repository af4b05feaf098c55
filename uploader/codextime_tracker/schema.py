"""The tables of the local index, and the way from those of an older tracker. An upgrade never begins anew."""

from __future__ import annotations

import os
import sqlite3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path, PurePath

SCHEMA_VERSION = 6
SCHEMA = """
CREATE TABLE sources (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, home TEXT NOT NULL UNIQUE);
CREATE TABLE threads (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, source INTEGER NOT NULL, parent TEXT, UNIQUE (uuid, source)
);
CREATE TABLE files (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, name TEXT NOT NULL, inode TEXT NOT NULL, size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL, offset INTEGER NOT NULL, fingerprint BLOB NOT NULL, counter_version INTEGER NOT NULL,
    thread INTEGER, state BLOB, totals BLOB NOT NULL, parent TEXT, UNIQUE (source, name)
);
CREATE TABLE gone_files (file INTEGER PRIMARY KEY);
CREATE TABLE former_totals (thread INTEGER NOT NULL, totals BLOB NOT NULL, PRIMARY KEY (thread, totals)) WITHOUT ROWID;
CREATE TABLE calls (
    number INTEGER PRIMARY KEY, thread INTEGER NOT NULL, identity TEXT NOT NULL, at TEXT NOT NULL, model TEXT,
    input_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL, cache_write_input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL, reasoning_output_tokens INTEGER NOT NULL, logged_total_tokens INTEGER NOT NULL,
    flags INTEGER NOT NULL, revision INTEGER NOT NULL, file INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT 'added',
    reason TEXT, superseded_by INTEGER
);
CREATE UNIQUE INDEX current_calls ON calls (thread, identity) WHERE superseded_by IS NULL;
CREATE TABLE cursors (
    destination TEXT PRIMARY KEY, change INTEGER NOT NULL, lowest INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE pending_uploads (
    destination TEXT PRIMARY KEY, upload_id TEXT NOT NULL, after INTEGER NOT NULL, through INTEGER NOT NULL,
    as_of INTEGER NOT NULL
);
CREATE TABLE labels (destination TEXT PRIMARY KEY, label TEXT NOT NULL);
CREATE TABLE refusals (
    destination TEXT NOT NULL, change INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (destination, change)
) WITHOUT ROWID;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, server TEXT NOT NULL, user_id TEXT NOT NULL, exit INTEGER NOT NULL,
    sent INTEGER NOT NULL
);
CREATE TABLE allowed_models (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE session_switches (
    server TEXT NOT NULL, user_id TEXT NOT NULL, is_on INTEGER NOT NULL, PRIMARY KEY (server, user_id)
) WITHOUT ROWID;
CREATE TABLE groupings (destination TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE known_totals (
    sources TEXT PRIMARY KEY, change INTEGER NOT NULL, calls INTEGER NOT NULL, tokens TEXT NOT NULL,
    estimated_calls INTEGER NOT NULL
) WITHOUT ROWID;
"""
UPGRADES = {  # from a version to the next
    2: """
    CREATE TABLE gone_files (file INTEGER PRIMARY KEY);
    CREATE TABLE runs (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, server TEXT NOT NULL, user_id TEXT NOT NULL,
        exit INTEGER NOT NULL, sent INTEGER NOT NULL
    );
    """,
    3: "CREATE TABLE allowed_models (name TEXT PRIMARY KEY) WITHOUT ROWID;",
    4: """
    ALTER TABLE threads ADD COLUMN parent TEXT;
    ALTER TABLE cursors ADD COLUMN lowest INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE session_switches (
        server TEXT NOT NULL, user_id TEXT NOT NULL, is_on INTEGER NOT NULL, PRIMARY KEY (server, user_id)
    ) WITHOUT ROWID;
    CREATE TABLE groupings (destination TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
    """,
    5: """
    CREATE TABLE known_totals (
        sources TEXT PRIMARY KEY, change INTEGER NOT NULL, calls INTEGER NOT NULL, tokens TEXT NOT NULL,
        estimated_calls INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
}
TABLES = {words.split()[0] for words in SCHEMA.split("CREATE TABLE ")[1:]}
UNMISTAKABLE = {"pending_uploads", "refusals"}  # no other program's file has a table of such a name by chance
MAGIC = b"SQLite format 3\0"


class OfAnotherProgram(Exception):
    """The file was there before, and is not an index."""


class OfNewerTracker(Exception):
    """The index was made, or upgraded, by a tracker that is newer than this one."""


def connect(path: str | os.PathLike[str] | None) -> sqlite3.Connection:
    """To the index at `path`, made or upgraded if need be; `None` is one in memory.

    Raises `sqlite3.DatabaseError` if the file is damaged, `OfAnotherProgram`, `OfNewerTracker`.
    """
    if path is not None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # its journals get the same mode
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=30)
    try:
        version = find_version(connection)
        connection.execute("PRAGMA page_size = 16384")  # a first scan writes a fifth faster
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA wal_autocheckpoint = 2000")  # a first scan writes its pages twice, not five times
        if version == 0:
            change_schema(connection, SCHEMA, SCHEMA_VERSION)
        else:
            upgrade(connection, version)
        connection.execute("SELECT max(number) FROM calls").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """To an index that another run may be writing. Raises `sqlite3.DatabaseError` if it is not there or not like this
    tracker's own."""
    connection = sqlite3.connect(uri_to_read(path.absolute()), uri=True, isolation_level=None, timeout=30)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            raise sqlite3.DatabaseError("another version's schema")
    except BaseException:
        connection.close()
        raise
    return connection


def uri_to_read(path: PurePath) -> str:
    """As SQLite wants it: never with a host, so that all slashes of `\\\\server\\share` are the path's."""
    from urllib.parse import quote  # only here, as most runs need none

    text = path.as_posix()
    return f"file://{'' if text.startswith('/') else '/'}{quote(os.fsencode(text), safe='/:')}?mode=ro"


def find_version(connection: sqlite3.Connection) -> int:
    """Of the schema; 0 if there is nothing yet. Raises as `connect`, before anything of another program's file was
    changed."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if not names and version == 0:
        return 0
    if not names & UNMISTAKABLE:
        raise OfAnotherProgram
    if version > SCHEMA_VERSION:
        raise OfNewerTracker
    if version < min(UPGRADES) or (version == SCHEMA_VERSION and not names >= TABLES):
        raise sqlite3.DatabaseError(f"schema version {version}")
    return version


def upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Step by step, each whole or not at all."""
    for former in range(version, SCHEMA_VERSION):
        change_schema(connection, UPGRADES[former], former + 1)


def change_schema(connection: sqlite3.Connection, statements: str, version: int) -> None:
    connection.executescript(f"BEGIN IMMEDIATE; {statements} PRAGMA user_version = {version}; COMMIT;")
