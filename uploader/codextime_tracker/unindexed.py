"""Calls for one run that keeps no index: put in order in memory, and gone at its end."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter

from msgspec import Struct
from msgspec.msgpack import decode, encode
from msgspec.structs import replace

from codextime_tracker.counting import Call, flag_names
from codextime_tracker.export import Row, row_of
from codextime_tracker.index import Index, StoredCall
from codextime_tracker.settling import FileReading, Tally, store_reading

MOST_UNPACKED = 50_000  # calls; some 25 MB
MOST_WAITING = 5_000  # rows, or twice as many as the files under way have


class Held(Struct):
    """What a file told. Its calls are `packed`, in a quarter of the room, where there are many."""

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

    When a second file tells of the same thread, or the index is asked for what files told, they go the usual way, into
    `index`, which is in memory.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.held: dict[str | None, Held] = {}
        self.unpacked_calls = 0
        self.settled: set[str | None] = set()
        self.is_asked = False

    def store(self, index: Index, reading: FileReading, tally: Tally) -> None:
        """For `scan`, in place of storing all."""
        thread = reading.thread_id
        if not self.is_asked and thread is not None and thread not in self.settled and thread not in self.held:
            tally.added += len(reading.calls)
            self.hold(reading)
            return
        self.settle(thread)
        store_reading(index, reading, tally)

    def hold(self, reading: FileReading) -> None:
        held = self.held[reading.thread_id] = Held(reading, min((call.at for call in reading.calls), default=""))
        self.unpacked_calls += len(reading.calls)
        if self.unpacked_calls > MOST_UNPACKED:
            held.pack()

    def settle(self, thread: str | None) -> None:
        """Stores what is held of a thread; its calls are in the tally already."""
        self.settled.add(thread)
        held = self.held.pop(thread, None)
        if held is not None:
            store_reading(self.index, held.unpacked(), Tally())

    def flush(self) -> None:
        """Stores all that is held, and whatever comes from now on."""
        self.is_asked = True
        with self.index.transaction():
            for thread in list(self.held):
                self.settle(thread)

    def rows(self, *source_keys: str) -> Iterator[Row]:
        """What `row_of` makes of the index's own calls, in the same order."""
        stored = self.index.calls(*source_keys)
        keys = dict(self.index.connection.execute("SELECT id, key FROM sources"))
        held = [each for each in self.held.values() if not source_keys or keys[each.reading.source] in source_keys]
        return in_order(held, stored) if held else map(row_of, stored)


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
