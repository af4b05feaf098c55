"""Calls for one run that keeps no index: put in order in memory, and gone at its end."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter, itemgetter

from codextime_tracker.copies import NeedsTotals
from codextime_tracker.counting import Counter, flag_names
from codextime_tracker.discovery import find_rollouts
from codextime_tracker.export import row_of
from codextime_tracker.outcomes import pack_calls, read_file, unpack_calls
from codextime_tracker.passes import begin_pass
from codextime_tracker.quick_start import import_msgspec
from codextime_tracker.scan_report import ScanReport, Tally
from codextime_tracker.second_reader import Outcomes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from codextime_tracker.counting import Call
    from codextime_tracker.discovery import Found, RolloutFile
    from codextime_tracker.export import Row
    from codextime_tracker.index import Index
    from codextime_tracker.outcomes import FileReading, Outcome
    from codextime_tracker.stored import StoredCall

    Home: TypeAlias = str | os.PathLike[str]

MOST_UNPACKED = 50_000  # calls; some 25 MB
MOST_WAITING = 5_000  # rows, or twice as many as the files under way have


class Held:
    """What a file of a Codex home told. Its calls are `packed`, in a quarter of the room, where there are many."""

    def __init__(self, home: Home, reading: FileReading) -> None:
        self.home = home
        self.reading = reading
        self.first_at = min([call.at for call in reading.calls], default="")
        self.packed: bytes | None = None

    def pack(self) -> None:
        self.packed, self.reading.calls = pack_calls(self.reading.calls), []

    @property
    def calls(self) -> list[Call]:
        return self.reading.calls if self.packed is None else unpack_calls(self.packed)

    def unpacked(self) -> FileReading:
        self.reading.calls, self.packed = self.calls, None
        return self.reading


class Unindexed:
    """Holds back what files tell of threads that no other file tells of, almost all of them: it need not be settled.

    When a second file tells of the same thread, or files must be read after others, they go the usual way, into an
    index in memory.
    """

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.unpacked_calls = 0
        self.settled: set[str] = set()
        self.is_flushed = False
        self.made_index: Index | None = None

    def __enter__(self) -> Unindexed:
        return self

    def __exit__(self, *_: object) -> None:
        if self.made_index is not None:
            self.made_index.close()

    @property
    def index(self) -> Index:
        """Made when it is needed: to import SQLite and to open a database is a seventh of what 100 MB take."""
        if self.made_index is None:
            import_msgspec()
            from codextime_tracker.index import Index

            self.made_index = Index.in_memory()
        return self.made_index

    def scan(self, codex_home: Home) -> ScanReport:
        """Reads all rollouts of a Codex home. Raises `CodexHomeMissing`."""
        found = find_rollouts(codex_home)
        report = ScanReport.of(found)
        deferred: list[tuple[RolloutFile, NeedsTotals]] = []
        with Outcomes(found.files, look_at) as outcomes:
            for file, outcome in zip(found.files, outcomes, strict=True):
                if outcome.needs is not None:
                    deferred.append((file, NeedsTotals(*outcome.needs)))
                    continue
                report.note(file, outcome)
                if outcome.reading is not None:
                    self.keep(codex_home, outcome.reading, report.calls)
        if deferred:
            self.settle_forks(codex_home, found, deferred, report)
        return report

    def keep(self, home: Home, reading: FileReading, tally: Tally) -> None:
        thread = reading.thread_id
        if thread is None:
            return  # nor has it calls
        if not self.is_flushed and thread not in self.settled and thread not in self.held:
            tally.added += len(reading.calls)
            self.hold(thread, home, reading)
            return
        self.settle(thread)
        self.store(home, reading, tally)

    def hold(self, thread: str, home: Home, reading: FileReading) -> None:
        held = self.held[thread] = Held(home, reading)
        self.unpacked_calls += len(reading.calls)
        if self.unpacked_calls > MOST_UNPACKED:
            held.pack()

    def settle(self, thread: str) -> None:
        """Stores what is held of a thread; its calls are in the tally already."""
        self.settled.add(thread)
        held = self.held.pop(thread, None)
        if held is not None:
            self.store(held.home, held.unpacked(), Tally())

    def store(self, home: Home, reading: FileReading, tally: Tally) -> None:
        from codextime_tracker.settling import store_reading

        reading.source = self.index.source_number(self.index.source_key(home))
        with self.index.transaction():
            store_reading(self.index, reading, tally)

    def settle_forks(
        self, home: Home, found: Found, deferred: list[tuple[RolloutFile, NeedsTotals]], report: ScanReport
    ) -> None:
        """Reads files after others, for which the index must have them; and stores whatever comes from now on."""
        from codextime_tracker.scanning import Scan

        self.is_flushed = True
        for thread in list(self.held):
            self.settle(thread)
        scan = Scan(self.index, self.index.source_key(home), found, lambda done, total: None, Counter)
        scan.report = report
        scan.settle_forks(deferred)

    def rows(self) -> Iterator[Row]:
        """What `row_of` makes of an index's calls, in the same order."""
        stored = self.made_index.calls() if self.made_index else ()
        return in_order(list(self.held.values()), stored) if self.held else map(row_of, stored)


def look_at(file: RolloutFile) -> Outcome:
    return read_file(file, begin_pass, None, Counter.version)


def in_order(held: list[Held], stored: Iterable[StoredCall]) -> Iterator[Row]:
    """The rows of all, by time. A file's are made when those of files that begin later follow, and leave as soon as
    none that is still to come can be before them, so that few are there at once."""
    waiting = [(call.at, call.thread_id, call.identity, row_of(call)) for call in stored]
    enough = MOST_WAITING
    for each in sorted(held, key=attrgetter("first_at")):
        if len(waiting) > enough:
            waiting.sort()
            ready = bisect_left(waiting, (each.first_at,))
            yield from map(itemgetter(-1), waiting[:ready])
            del waiting[:ready]
            enough = MOST_WAITING + 2 * len(waiting)
        waiting += rows_of(each)
    waiting.sort()
    yield from map(itemgetter(-1), waiting)


def rows_of(held: Held) -> list[tuple[str, str, str, Row]]:
    """The rows of a file, each behind what it is sorted by: no two have the same thread and identity."""
    thread, name, exact = held.reading.thread_id or "", held.reading.file.name, list[str]()
    rows: list[tuple[str, str, str, Row]] = []
    for identity, at, model, entry, cached, written, output, reasoning, total, flags in held.calls:
        named = flag_names(flags) if flags else exact
        row = at, thread, name, False, model or "unknown", entry, cached, written, output, reasoning, total, named
        rows.append((at, thread, identity, row))
    return rows
