"""Brings the index up to date with a Codex home: reads what is new in its rollouts, and settles it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, field
from msgspec.json import encode

from codextime_tracker.archive import note_gone_files
from codextime_tracker.copies import TOTAL, NeedsTotals
from codextime_tracker.counting import Counter
from codextime_tracker.discovery import Found, RolloutFile, Skipped, find_rollouts, printable
from codextime_tracker.forks import is_still_right, parents_first, pass_by_totals
from codextime_tracker.index import Index
from codextime_tracker.losses import find_losses, why_no_rollout
from codextime_tracker.passes import KnownFile, Pass, begin_pass, fingerprint_of, whole_reading
from codextime_tracker.settling import FileReading, Tally, store_reading

Progress = Callable[[int, int], None]  # bytes done, bytes in all
Store = Callable[[Index, FileReading, Tally], None]
BATCH_BYTES = 64_000_000
MOST_GENERATIONS = 50  # of forks of forks


class Settled(Struct, gc=False):
    """What every scan compares of every file: the rest of what is known of it is looked up when it is read."""

    inode: str
    size: int
    modified_ns: int
    counter_version: int
    is_without_usage: int  # 0 or 1, as SQLite tells it
    is_fork: int


class ScanReport(Struct):
    """What a scan did. `old_logs` hold no usage, because the Codex that wrote them logged none."""

    source_key: str
    files: int = 0
    files_read: int = 0
    bytes_read: int = 0
    calls: Tally = field(default_factory=Tally)
    skipped: list[Skipped] = []
    old_logs: list[str] = []


def scan(
    index: Index,
    codex_home: Path,
    progress: Progress | None = None,
    *,
    counter: type[Counter] = Counter,
    store: Store = store_reading,
) -> ScanReport:
    """Reads what changed since the last scan, and all that was read by an older counter. A file that cannot be read is
    reported and never stops the others. `store` puts what was found into the index.

    Raises `CodexHomeMissing`.
    """
    found = find_rollouts(codex_home)
    progress = progress or (lambda done, total: None)
    return Scan(index, index.source_key(codex_home), found, progress, counter, store).run()


def batches(files: list[RolloutFile]) -> Iterator[list[RolloutFile]]:
    """The files in groups, each of which is stored at once: a commit costs more than a small file."""
    batch: list[RolloutFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += file.size
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class Scan:
    """One scan of one Codex home."""

    def __init__(
        self,
        index: Index,
        source_key: str,
        found: Found,
        progress: Progress,
        counter: type[Counter],
        store: Store = store_reading,
    ) -> None:
        self.index = index
        self.query = index.connection.execute
        self.found = found
        self.progress = progress
        self.counter = counter
        self.store_reading = store
        self.report = ScanReport(source_key, len(found.files), skipped=found.skipped, old_logs=found.old_logs)
        self.source: int = self.query("SELECT id FROM sources WHERE key = ?", (source_key,)).fetchone()[0]
        self.settled = self.load_settled()
        self.forks = {name for name, settled in self.settled.items() if settled.is_fork}
        self.done = self.expected = 0

    def load_settled(self) -> dict[str, Settled]:
        rows = self.query(
            """SELECT name, inode, size, modified_ns, counter_version, state IS NULL, parent IS NOT NULL
            FROM files NOT INDEXED WHERE source = ?""",
            (self.source,),
        )
        return {row[0]: Settled(*row[1:]) for row in rows}

    def find_known(self, file: RolloutFile) -> KnownFile | None:
        row = self.query(
            """SELECT inode, size, modified_ns, offset, fingerprint, counter_version, state, totals, parent FROM files
            WHERE (source, name) = (?, ?)""",
            (self.source, file.name),
        ).fetchone()
        return KnownFile(*row) if row else None

    def run(self) -> ScanReport:
        note_gone_files(self.index, self.source, self.found, self.settled)
        todo = [file for file in self.found.files if not self.is_settled(file)]
        self.expected = sum(file.size for file in todo)
        deferred: list[tuple[RolloutFile, NeedsTotals]] = []
        for batch in batches(todo):
            with self.index.transaction():
                for file in batch:
                    try:
                        self.attempt(file, self.begin)
                    except NeedsTotals as missing:
                        deferred.append((file, missing))
        for _ in range(MOST_GENERATIONS):
            if not deferred:
                deferred = self.stale_forks()
            if not deferred:
                break
            for file, need in parents_first(deferred):
                with self.index.transaction():
                    self.attempt(file, self.after_parent(need))
            deferred = []
        return self.report

    def is_settled(self, file: RolloutFile) -> bool:
        """Whether nothing about the file itself changed."""
        settled = self.settled.get(file.name)
        if settled is None or (settled.size, settled.modified_ns) != (file.size, file.modified_ns):
            return False
        if settled.inode != file.key or settled.counter_version < self.counter.version:
            return False
        if settled.is_without_usage and file.size:
            self.report.old_logs.append(file.path)
        return True

    def stale_forks(self) -> list[tuple[RolloutFile, NeedsTotals]]:
        """Files whose parent, as it was read by now, says that other lines are copied."""
        stale: list[tuple[RolloutFile, NeedsTotals]] = []
        for file in self.found.files if self.forks else ():
            known = self.find_known(file) if file.name in self.forks else None
            state = known.last_state() if known and known.parent else None
            if known is None or known.parent is None or state is None:
                continue
            if not is_still_right(state, known.totals, self.find_totals(known.parent)):
                stale.append((file, NeedsTotals(state.thread_id, known.parent)))
        return stale

    def attempt(self, file: RolloutFile, begin: Callable[[RolloutFile, BinaryIO, KnownFile | None], Pass]) -> None:
        """One pass over the file, stored; or a note why not. Raises `NeedsTotals`."""
        try:
            with open(file.path, "rb", buffering=0) as raw:  # noqa: PTH123 - a Path costs more than the opening
                known = self.find_known(file)
                turn = begin(file, raw, known)
                turn.run()
                self.store(file, raw, turn, known)
        except OSError as error:
            self.skip(file, f"the file cannot be read: {error.strerror or error}")
        self.done += file.size
        self.progress(self.done, self.expected)

    def begin(self, file: RolloutFile, raw: BinaryIO, known: KnownFile | None) -> Pass:
        return begin_pass(file, raw, known, self.counter)

    def after_parent(self, need: NeedsTotals) -> Callable[[RolloutFile, BinaryIO, KnownFile | None], Pass]:
        def begin(file: RolloutFile, raw: BinaryIO, known: KnownFile | None) -> Pass:
            reading = whole_reading(file, raw, is_again=known is not None)
            return pass_by_totals(file, reading, need, known, self.find_totals, self.find_older, self.counter)

        return begin

    def store(self, file: RolloutFile, raw: BinaryIO, turn: Pass, known: KnownFile | None) -> None:
        counter, reading = turn.counter, turn.reading
        self.report.files_read += 1
        self.report.bytes_read += reading.bytes_read
        why = why_no_rollout(reading, raw) if counter is None and file.size else ""
        if why:
            self.skip(file, why)
            return  # without a note in the index, so that the next run looks at it and says so again
        self.note_losses(file, turn)
        is_recount = (
            known is not None and known.counter_version < self.counter.version and known.has_lines_of(file, raw)
        )
        result = FileReading(
            source=self.source,
            file=file,
            is_known=known is not None,
            offset=reading.offset,
            fingerprint=b"" if file.is_compressed else fingerprint_of(reading, raw),
            thread_id=counter.state.thread_id if counter else None,
            state=encode(counter.state) if counter else None,
            totals=turn.former_totals + (counter.totals if counter else b""),
            former_totals=known.totals if known else b"",
            parent=turn.parent,
            thread_parent=counter.state.parent if counter else None,
            calls=list(counter.calls.values()) if counter else [],
            copied=counter.copied if counter else [],
            passed_over=turn.passed_over,
            is_whole=turn.is_whole,
            flags=counter.state.flags if counter else 0,
            counter_version=self.counter.version,
            is_recount=is_recount,
        )
        self.store_reading(self.index, result, self.report.calls)
        if turn.parent is not None:
            self.forks.add(file.name)

    def note_losses(self, file: RolloutFile, turn: Pass) -> None:
        """What of the file could not be counted, in words."""
        if not file.size:
            self.skip(file, "the file is empty")
        elif turn.counter is None:
            self.report.old_logs.append(file.path)
        for loss in find_losses(turn):
            self.skip(file, loss)

    def skip(self, file: RolloutFile, reason: str) -> None:
        self.report.skipped.append(Skipped(printable(file.path), reason))

    def find_totals(self, thread_id: str) -> list[bytes]:
        """The running sums of a thread, as each reading found them: also in files that changed since or are gone."""
        rows = self.query(
            """SELECT totals FROM files JOIN threads ON threads.id = files.thread WHERE uuid = ?1
            UNION SELECT totals FROM former_totals JOIN threads ON threads.id = former_totals.thread WHERE uuid = ?1""",
            (thread_id,),
        )
        return [totals for (totals,) in rows]

    def find_older(self, file: RolloutFile, totals: bytes) -> list[tuple[Path | None, bytes]]:
        """Threads older than `file`'s with the same first running sum: their file, if it is there, and all sums."""
        paths = {other.name: Path(other.path) for other in self.found.files if not other.is_compressed}
        rows = self.query(
            "SELECT name, totals FROM files WHERE name < ? AND length(totals) AND substr(totals, 1, ?) = ?",
            (file.name, TOTAL.size, totals[: TOTAL.size]),
        )
        return [(paths.get(name), other) for name, other in rows]
