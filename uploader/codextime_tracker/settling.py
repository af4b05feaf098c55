"""Puts a file's reading into the index, beside what was read before. What was found once is only given up on proof.

- A call that is new in its source is added; one that is there stays, unless the new reading is better.
- Lines or files that are missing now withdraw nothing. Only lines that are there, and are proven to be copied from
  another thread or to be no call at all, do.
- An estimate never replaces an exact reading, nor is one added for calls that the file's former lines told.
"""

from __future__ import annotations

from collections import Counter

from codextime_tracker.counting import EXACT, GAP, revision
from codextime_tracker.states import encode_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from codextime_tracker.counting import Call, Four
    from codextime_tracker.index import Index
    from codextime_tracker.outcomes import FileReading
    from codextime_tracker.scan_report import Tally

NO_PARENT = ""  # unlike NULL, which stands where an older tracker did not look
ROWS_AT_ONCE = 40  # half the cost of one by one, within the 999 values that old releases of SQLite take
INSERT = """
    INSERT OR FAIL INTO calls (thread, file, kind, reason, identity, at, model, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, logged_total_tokens, flags, revision) VALUES
"""
ROW = "(?1, ?2, ?3, ?4, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_FILE = """
    INSERT INTO files (source, name, inode, size, modified_ns, offset, fingerprint, counter_version, thread, state,
    totals, parent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
UPDATE_FILE = """
    UPDATE files SET inode = ?3, size = ?4, modified_ns = ?5, offset = ?6, fingerprint = ?7, counter_version = ?8,
    thread = ?9, state = ?10, totals = ?11, parent = ?12 WHERE source = ?1 AND name = ?2 RETURNING id
"""
FIND = """
    SELECT number, revision, kind, model, at, input_tokens, cached_input_tokens, cache_write_input_tokens,
    output_tokens, reasoning_output_tokens FROM calls WHERE thread = ? AND identity = ? AND superseded_by IS NULL
"""


def store_reading(index: Index, reading: FileReading, tally: Tally) -> None:
    """Stores the calls and where to read on. Both belong to one open transaction: a crash loses and doubles nothing."""
    settlement = begin_settlement(index, reading, tally)
    if settlement is None:
        return
    if settlement.is_new:
        settlement.insert(reading.calls)
    else:
        settlement.run()


def begin_settlement(index: Index, reading: FileReading, tally: Tally) -> Settlement | None:
    """Notes the file, and its thread; `None` if it has none, and so no calls."""
    connection = index.connection
    thread, is_new = thread_number(connection, reading.thread_id, reading.source, reading.thread_parent)
    file = store_file(connection, reading, thread)
    return None if thread is None else Settlement(connection, reading, thread, is_new, file, tally)


def thread_number(
    connection: sqlite3.Connection, uuid: str | None, source: int, parent: str | None
) -> tuple[int | None, bool]:
    """The thread's number, and whether no source had it before."""
    if uuid is None:
        return None, False
    rows = dict(connection.execute("SELECT source, id FROM threads WHERE uuid = ?", (uuid,)).fetchall())
    if source in rows:
        if parent is not None:
            connection.execute("UPDATE threads SET parent = ? WHERE id = ?", (parent, rows[source]))
        return rows[source], False
    made = connection.execute(
        "INSERT INTO threads (uuid, source, parent) VALUES (?, ?, ?)", (uuid, source, parent or NO_PARENT)
    )
    return made.lastrowid, not rows


def store_file(connection: sqlite3.Connection, reading: FileReading, thread: int | None) -> int:
    """The file's number. Running sums that the new reading does not go on from stay too: a fork may need them."""
    file = reading.file
    if not reading.totals.startswith(reading.former_totals):
        connection.execute(
            """INSERT OR IGNORE INTO former_totals SELECT thread, totals FROM files
            WHERE (source, name) = (?, ?) AND thread IS NOT NULL""",
            (reading.source, file.name),
        )
    values = (
        reading.source,
        file.name,
        file.key,
        file.size,
        file.modified_ns,
        reading.offset,
        reading.fingerprint,
        reading.counter_version,
        thread,
        None if reading.state is None else encode_state(reading.state),
        reading.totals,
        reading.parent,
    )
    if reading.is_known:
        return int(connection.execute(UPDATE_FILE, values).fetchone()[0])
    return connection.execute(INSERT_FILE, values).lastrowid or 0


class Settlement:
    """One file's calls against those that the index has of the same thread. `is_new`: it had none of it."""

    def __init__(
        self, connection: sqlite3.Connection, reading: FileReading, thread: int, is_new: bool, file: int, tally: Tally
    ) -> None:
        self.connection = connection
        self.reading = reading
        self.thread = thread
        self.is_new = is_new
        self.file = file
        self.tally = tally
        self.reason = "recounted" if reading.is_recount else ""  # why a call that is new was not there before

    def run(self) -> None:
        if self.reading.is_whole:
            self.withdraw_copied()
            self.withdraw_passed_over()
        lost, known = self.lost_calls() if self.reading.is_whole else (Counter(), set())
        new = []
        for call in self.reading.calls:
            row = self.connection.execute(FIND, (self.thread, call.identity)).fetchone()
            if row is not None:
                self.improve(row, call)
            elif call.identity in known or not is_told_by(lost, usage_of(call), call.flags):
                new.append(call)
        self.insert(new)
        if self.reading.is_whole and self.reason:
            for call in new:
                self.tally.correct(call.at, self.reason, call.input_tokens + call.output_tokens)

    def lost_calls(self) -> tuple[Counter[Four], set[str]]:
        """What earlier readings of this file found and this one does not, and the calls of the thread by identity.

        A file keeps its name when its home is moved or copied, so the readings of all sources tell.
        """
        rows = self.connection.execute(
            """SELECT DISTINCT identity, files.name = ?, input_tokens, cached_input_tokens, output_tokens,
            reasoning_output_tokens FROM calls JOIN threads ON threads.id = calls.thread
            JOIN files ON files.id = calls.file
            WHERE uuid = ? AND superseded_by IS NULL AND kind != 'withdrawn'""",
            (self.reading.file.name, self.reading.thread_id),
        ).fetchall()
        found = {call.identity for call in self.reading.calls}
        return Counter(row[2:] for row in rows if row[1] and row[0] not in found), {row[0] for row in rows}

    def improve(self, row: tuple[int, int, str, *tuple[object, ...]], call: Call) -> None:
        """Replaces the stored state of a call if this reading is better and says something else."""
        number, stored, kind, *values = row
        read = revision(call.flags, self.reading.counter_version)
        if read <= stored:
            return
        is_as_exact = read & EXACT == stored & EXACT
        if kind != "withdrawn" and is_as_exact and values == [call.model, call.at, *five(call)]:
            return
        reason = "recounted" if is_as_exact or kind == "withdrawn" else "completed"
        self.supersede(number)
        before = 0 if kind == "withdrawn" else tokens_of(values)
        self.tally.correct(str(values[1]), reason, -before)
        self.tally.correct(call.at, reason, call.input_tokens + call.output_tokens)
        self.reason = self.reason or reason
        self.insert([call], kind="replaced", reason=reason)

    def withdraw_copied(self) -> None:
        """Takes back calls that an earlier reading counted and this one proves to be copied history."""
        threads = self.connection.execute("SELECT id FROM threads WHERE uuid = ?", (self.reading.thread_id,)).fetchall()
        for (thread,) in threads:
            for identity in self.reading.copied:
                self.withdraw(thread, identity, "copied_history")

    def withdraw_passed_over(self) -> None:
        """Takes back calls that stood on lines of which this reading knows that they are none.

        A newer counter knows by itself, from the same lines. Otherwise lines must have come back that tell the same
        usage: lines that are missing can make a call look like the one before it.
        """
        rows = [row for row in self.current_rows() if row[1] in self.reading.passed_over]
        if not rows:
            return
        known = {row[1] for row in self.current_rows()}
        back = Counter(usage_of(call) for call in self.reading.calls if call.identity not in known)
        for thread, identity, flags, entry, cached, output, reasoning in rows:
            if self.reading.is_recount:
                self.withdraw(thread, identity)
            elif is_told_by(back, (entry, cached, output, reasoning), flags):
                self.withdraw(thread, identity, "duplicate")

    def current_rows(self) -> list[tuple[int, str, int, int, int, int, int]]:
        """Thread, identity, flags and usage of the calls that this file has told, in whatever home it was."""
        return self.connection.execute(
            """SELECT calls.thread, identity, flags, input_tokens, cached_input_tokens, output_tokens,
            reasoning_output_tokens FROM calls JOIN threads ON threads.id = calls.thread
            JOIN files ON files.id = calls.file
            WHERE uuid = ? AND files.name = ? AND superseded_by IS NULL AND kind != 'withdrawn'""",
            (self.reading.thread_id, self.reading.file.name),
        ).fetchall()

    def withdraw(self, thread: int, identity: str, reason: str = "recounted") -> None:
        """Unless the reading is a guess and the stored one is not, or is no older."""
        row = self.connection.execute(FIND, (thread, identity)).fetchone()
        if row is None or row[2] == "withdrawn":
            return
        number, stored, _, *values = row
        read = revision(self.reading.flags, self.reading.counter_version)
        if self.reading.flags and read <= stored:
            return
        self.supersede(number)
        self.connection.execute(
            f"""INSERT INTO calls SELECT {self.next_number()}, thread, identity, at, model, input_tokens,
            cached_input_tokens, cache_write_input_tokens, output_tokens, reasoning_output_tokens,
            logged_total_tokens, flags, ?, file, 'withdrawn', ?, NULL
            FROM calls WHERE number = ?""",
            (max(read, stored), reason, number),
        )
        self.tally.withdrawn += 1
        self.tally.correct(str(values[1]), reason, -tokens_of(values))
        self.reason = self.reason or reason

    def supersede(self, number: int) -> None:
        self.connection.execute("UPDATE calls SET superseded_by = ? WHERE number = ?", (self.next_number(), number))

    def next_number(self) -> int:
        return int(self.connection.execute("SELECT coalesce(max(number), 0) + 1 FROM calls").fetchone()[0])

    def insert(self, calls: list[Call], *, kind: str = "added", reason: str | None = None) -> None:
        self.write(calls, kind, reason)
        if kind == "added":
            self.tally.added += len(calls)
        else:
            self.tally.replaced += len(calls)

    def write(self, calls: list[Call], kind: str = "added", reason: str | None = None) -> None:
        exact, estimate = (revision(flags, self.reading.counter_version) for flags in (0, GAP))
        for start in range(0, len(calls), ROWS_AT_ONCE):
            rows = calls[start : start + ROWS_AT_ONCE]
            values: list[object] = [self.thread, self.file, kind, reason]
            for call in rows:
                values += call
                values.append(estimate if call.flags else exact)
            self.connection.execute(insert_rows(len(rows)), values)


def insert_rows(number: int) -> str:
    return INSERT + ", ".join([ROW] * number)


def is_told_by(others: Counter[Four], usage: Four, flags: int) -> bool:
    """Whether a call is one of `others` that another line tells, or all of them in a lump; takes off what it is.

    If a line is missing, the next one with the running sum tells the same usage at a later time, and a rewrite that
    removes several leaves their lump. The same holds when the line is back.
    """
    if others[usage]:
        others[usage] -= 1
        return True
    left = sum((entry + output) * number for (entry, _, output, _), number in others.items())
    if not flags & GAP or usage[0] + usage[2] > left:
        return False
    others.clear()
    return True


def usage_of(call: Call) -> Four:
    return call.input_tokens, call.cached_input_tokens, call.output_tokens, call.reasoning_output_tokens


def tokens_of(values: list[object]) -> int:
    """Of a row of `FIND`, from its model on: input + output."""
    return int(str(values[2])) + int(str(values[5]))


def five(call: Call) -> tuple[int, int, int, int, int]:
    return (
        call.input_tokens,
        call.cached_input_tokens,
        call.cache_write_input_tokens,
        call.output_tokens,
        call.reasoning_output_tokens,
    )
