"""Calls for one run that keeps no index: put in order in memory, and gone at its end."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.msgpack import decode, encode
from msgspec.structs import replace

from codextime_tracker.copies import NeedsTotals
from codextime_tracker.counting import Call, Counter, flag_names
from codextime_tracker.discovery import Found, RolloutFile, find_rollouts
from codextime_tracker.export import Row, row_of
from codextime_tracker.outcomes import FileReading, Outcome, read_file
from codextime_tracker.passes import begin_pass
from codextime_tracker.scan_report import ScanReport, Tally
from codextime_tracker.second_reader import outcomes_of

if TYPE_CHECKING:
    from codextime_tracker.index import Index, StoredCall

MOST_UNPACKED = 50_000  # calls; some 25 MB
MOST_WAITING = 5_000  # rows, or twice as many as the files under way have


class Held(Struct):
    """What a file of a Codex home told. Its calls are `packed`, in a quarter of the room, where there are many."""

    home: Path
    reading: FileReading
    first_at: str
    packed: bytes | None = None

    def pack(self) -> None:
        self.packed, self.reading.calls = encode(self.reading.calls), []

    def unpacked(self) -> FileReading:
        if self.packed is None:
            return self.reading
        return replace(self.reading, calls=decode(self.packed, type=list[Call]))


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

    def __enter__(self) -> "Unindexed":
        return self

    def __exit__(self, *_: object) -> None:
        if self.has_index:
            self.index.close()

    @cached_property
    def index(self) -> "Index":
        """Made when it is needed: to import SQLite and to open a database is a seventh of what 100 MB take."""
        from codextime_tracker.index import Index

        return Index.in_memory()

    @property
    def has_index(self) -> bool:
        return "index" in self.__dict__

    def scan(self, codex_home: Path) -> ScanReport:
        """Reads all rollouts of a Codex home. Raises `CodexHomeMissing`."""
        found = find_rollouts(codex_home)
        report = ScanReport.of(found)
        deferred: list[tuple[RolloutFile, NeedsTotals]] = []
        with outcomes_of(found.files, look_at, processes=None) as outcomes:
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

    def keep(self, home: Path, reading: FileReading, tally: Tally) -> None:
        thread = reading.thread_id
        if thread is None:
            return  # nor has it calls
        if not self.is_flushed and thread not in self.settled and thread not in self.held:
            tally.added += len(reading.calls)
            self.hold(thread, home, reading)
            return
        self.settle(thread)
        self.store(home, reading, tally)

    def hold(self, thread: str, home: Path, reading: FileReading) -> None:
        held = self.held[thread] = Held(home, reading, min((call.at for call in reading.calls), default=""))
        self.unpacked_calls += len(reading.calls)
        if self.unpacked_calls > MOST_UNPACKED:
            held.pack()

    def settle(self, thread: str) -> None:
        """Stores what is held of a thread; its calls are in the tally already."""
        self.settled.add(thread)
        held = self.held.pop(thread, None)
        if held is not None:
            self.store(held.home, held.unpacked(), Tally())

    def store(self, home: Path, reading: FileReading, tally: Tally) -> None:
        from codextime_tracker.settling import store_reading

        reading.source = self.index.source_number(self.index.source_key(home))
        with self.index.transaction():
            store_reading(self.index, reading, tally)

    def settle_forks(
        self, home: Path, found: Found, deferred: list[tuple[RolloutFile, NeedsTotals]], report: ScanReport
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
        stored = self.index.calls() if self.has_index else ()
        return in_order(list(self.held.values()), stored) if self.held else map(row_of, stored)


def look_at(file: RolloutFile) -> Outcome:
    return read_file(file, begin_pass, None, Counter.version)


def in_order(held: list[Held], stored: "Iterable[StoredCall]") -> Iterator[Row]:
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
        waiting += rows_of(each.unpacked())
    waiting.sort()
    yield from map(itemgetter(-1), waiting)


def rows_of(reading: FileReading) -> Iterator[tuple[str, str, str, Row]]:
    """The rows of a file, each behind what it is sorted by: no two have the same thread and identity."""
    thread_id, name = reading.thread_id or "", reading.file.name
    for call in reading.calls:
        row = Row(
            call.at,
            thread_id,
            name,
            False,
            call.model or "unknown",
            call.input_tokens,
            call.cached_input_tokens,
            call.cache_write_input_tokens,
            call.output_tokens,
            call.reasoning_output_tokens,
            call.logged_total_tokens,
            flag_names(call.flags) if call.flags else [],
        )
        yield call.at, thread_id, call.identity, row
