"""Brings the index up to date with a Codex home: reads what is new in its rollouts, and settles it."""

from __future__ import annotations

from codextime_tracker.archive import note_gone_files
from codextime_tracker.copies import TOTAL, NeedsTotals
from codextime_tracker.counting import Counter
from codextime_tracker.discovery import find_rollouts
from codextime_tracker.outcomes import read_file
from codextime_tracker.passes import KnownFile, begin_pass, whole_reading
from codextime_tracker.scan_report import ScanReport
from codextime_tracker.second_reader import Outcomes
from codextime_tracker.settling import store_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from typing import BinaryIO, TypeAlias

    from codextime_tracker.discovery import Found, RolloutFile
    from codextime_tracker.index import Index
    from codextime_tracker.outcomes import Begin, Outcome
    from codextime_tracker.passes import Pass

    Progress: TypeAlias = Callable[[int, int], None]  # bytes done, bytes in all

    # What every scan compares of every file, as SQLite tells it, as another shape would take longer to make than to
    # compare: name, device and inode, size, time of change, counter version, has no usage, is a fork. The rest of what
    # is known of a file is looked up when it is read.
    Settled: TypeAlias = tuple[str, str, int, int, int, int, int]

BATCH_BYTES = 64_000_000
MOST_GENERATIONS = 50  # of forks of forks


def scan(
    index: Index,
    codex_home: str | os.PathLike[str],
    progress: Progress | None = None,
    *,
    counter: type[Counter] = Counter,
    processes: int | None = None,
) -> ScanReport:
    """Reads what changed since the last scan, and all that was read by an older counter. A file that cannot be read is
    reported and never stops the others. `store` puts what was found into the index; if it holds something back,
    `flush` does not any longer. `processes`, 1 or 2, read the files; `None` decides by their size.

    Raises `CodexHomeMissing`.
    """
    found = find_rollouts(codex_home)
    progress = progress or (lambda done, total: None)
    return Scan(index, index.source_key(codex_home), found, progress, counter, processes).run()


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
        processes: int | None = None,
    ) -> None:
        self.index = index
        self.query = index.connection.execute
        self.found = found
        self.progress = progress
        self.counter = counter
        self.processes = processes
        self.report = ScanReport.of(found, source_key)
        self.source = index.source_number(source_key)
        self.settled = self.load_settled()
        self.forks = {row[0] for row in self.settled.values() if row[-1]}
        self.known: dict[str, KnownFile] = {}  # of files that are read: the second process has no index to ask
        self.done = self.expected = 0

    def load_settled(self) -> dict[str, Settled]:
        rows = self.query(
            """SELECT name, inode, size, modified_ns, counter_version, state IS NULL, parent IS NOT NULL
            FROM files NOT INDEXED WHERE source = ?""",
            (self.source,),
        )
        return {row[0]: row for row in rows}

    def find_known(self, file: RolloutFile) -> KnownFile | None:
        row = self.query(
            """SELECT inode, size, modified_ns, offset, fingerprint, counter_version, state, totals, parent FROM files
            WHERE (source, name) = (?, ?)""",
            (self.source, file.name),
        ).fetchone()
        return KnownFile(*row) if row else None

    def run(self) -> ScanReport:
        note_gone_files(self.index, self.source, self.found, self.settled)
        todo = self.find_unsettled()
        self.known = {
            file.name: known for file in todo if file.name in self.settled and (known := self.find_known(file))
        }
        self.expected = sum(file.size for file in todo)
        deferred: list[tuple[RolloutFile, NeedsTotals]] = []
        with Outcomes(todo, self.look_at, processes=self.processes) as outcomes:
            for batch in batches(todo):
                with self.index.transaction():
                    for file in batch:
                        outcome = next(outcomes)
                        if outcome.needs is None:
                            self.settle(file, outcome)
                        else:
                            deferred.append((file, NeedsTotals(*outcome.needs)))
        self.settle_forks(deferred)
        return self.report

    def settle_forks(self, deferred: list[tuple[RolloutFile, NeedsTotals]]) -> None:
        """Those that must be read after others, which the index has by now, and those that were read too early."""
        for _ in range(MOST_GENERATIONS):
            if not deferred:
                deferred = self.stale_forks()
            if not deferred:
                break
            from codextime_tracker.forks import parents_first

            for file, need in parents_first(deferred):
                with self.index.transaction():
                    self.settle(file, self.read(file, self.after_parent(need), self.find_known(file)))
            deferred = []

    def find_unsettled(self) -> list[RolloutFile]:
        """The files about which something changed, or which a newer counter has to read."""
        todo = []
        settled, version, old_logs = self.settled, self.counter.version, self.report.old_logs
        for file in self.found.files:
            known = settled.get(file.name)
            if known is None:
                todo.append(file)
                continue
            _, inode, size, modified_ns, counter_version, is_without_usage, _ = known
            is_same = size == file.size and modified_ns == file.modified_ns and inode == file.key
            if not is_same or counter_version < version:
                todo.append(file)
            elif is_without_usage and size:
                old_logs.append(file.path)
        return todo

    def stale_forks(self) -> list[tuple[RolloutFile, NeedsTotals]]:
        """Files whose parent, as it was read by now, says that other lines are copied."""
        stale: list[tuple[RolloutFile, NeedsTotals]] = []
        if not self.forks:
            return stale
        from codextime_tracker.forks import is_still_right

        for file in self.found.files:
            known = self.find_known(file) if file.name in self.forks else None
            state = known.last_state() if known and known.parent else None
            if known is None or known.parent is None or state is None:
                continue
            if not is_still_right(state, known.totals, self.find_totals(known.parent)):
                stale.append((file, NeedsTotals(state.thread_id, known.parent)))
        return stale

    def look_at(self, file: RolloutFile) -> Outcome:
        return self.read(file, self.begin, self.known.get(file.name))

    def read(self, file: RolloutFile, begin: Begin, known: KnownFile | None) -> Outcome:
        return read_file(file, begin, known, self.counter.version)

    def settle(self, file: RolloutFile, outcome: Outcome) -> None:
        """Stores and reports what came of a file."""
        self.report.note(file, outcome)
        if outcome.reading is not None:
            outcome.reading.source = self.source
            store_reading(self.index, outcome.reading, self.report.calls)
            if outcome.reading.parent is not None:
                self.forks.add(file.name)
        self.done += file.size
        self.progress(self.done, self.expected)

    def begin(self, file: RolloutFile, raw: BinaryIO, known: KnownFile | None) -> Pass:
        return begin_pass(file, raw, known, self.counter)

    def after_parent(self, need: NeedsTotals) -> Begin:
        from codextime_tracker.forks import pass_by_totals

        def begin(file: RolloutFile, raw: BinaryIO, known: KnownFile | None) -> Pass:
            reading = whole_reading(file, raw, is_again=known is not None)
            return pass_by_totals(file, reading, need, known, self.find_totals, self.find_older, self.counter)

        return begin

    def find_totals(self, thread_id: str) -> list[bytes]:
        """The running sums of a thread, as each reading found them: also in files that changed since or are gone."""
        rows = self.query(
            """SELECT totals FROM files JOIN threads ON threads.id = files.thread WHERE uuid = ?1
            UNION SELECT totals FROM former_totals JOIN threads ON threads.id = former_totals.thread WHERE uuid = ?1""",
            (thread_id,),
        )
        return [totals for (totals,) in rows]

    def find_older(self, file: RolloutFile, totals: bytes) -> list[tuple[str | None, bytes]]:
        """Threads older than `file`'s with the same first running sum: their file, if it is there, and all sums."""
        paths = {other.name: other.path for other in self.found.files if not other.is_compressed}
        rows = self.query(
            "SELECT name, totals FROM files WHERE name < ? AND length(totals) AND substr(totals, 1, ?) = ?",
            (file.name, TOTAL.size, totals[: TOTAL.size]),
        )
        return [(paths.get(name), other) for name, other in rows]
