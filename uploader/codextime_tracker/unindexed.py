"""Calls for one run that keeps no index: put in order in memory, and gone at its end."""

from collections.abc import Iterator
from operator import attrgetter

from codextime_tracker.counting import revision
from codextime_tracker.index import Index, StoredCall
from codextime_tracker.settling import FileReading, Settlement, Tally, begin_settlement


class Unindexed:
    """Holds back the calls of threads that a single file tells, almost all of them: they need not be settled.

    When a second file tells of the same thread, both go the usual way, into `index`, which is in memory.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.held: dict[str | None, Settlement] = {}

    def store(self, index: Index, reading: FileReading, tally: Tally) -> None:
        """For `scan`, in place of storing all."""
        settlement = begin_settlement(index, reading, tally)
        if settlement is None:
            return
        if settlement.is_new:
            self.held[reading.thread_id] = settlement
            tally.added += len(reading.calls)
            return
        first = self.held.pop(reading.thread_id, None)
        if first is not None:
            first.write(first.reading.calls)
        settlement.run()

    def calls(self, *source_keys: str) -> Iterator[StoredCall]:
        """Like the index's own, in the same order."""
        keys = dict(self.index.connection.execute("SELECT id, key FROM sources"))
        calls = list(self.index.calls(*source_keys))
        for settlement in self.held.values():
            key = keys[settlement.reading.source]
            if not source_keys or key in source_keys:
                calls += stored_calls(settlement.reading, key)
        calls.sort(key=attrgetter("at", "thread_id", "identity"))
        return iter(calls)


def stored_calls(reading: FileReading, source_key: str) -> Iterator[StoredCall]:
    thread_id, name, version = reading.thread_id or "", reading.file.name, reading.counter_version
    for call in reading.calls:
        yield StoredCall(
            thread_id,
            call.identity,
            call.at,
            call.model,
            call.input_tokens,
            call.cached_input_tokens,
            call.cache_write_input_tokens,
            call.output_tokens,
            call.reasoning_output_tokens,
            call.logged_total_tokens,
            name,
            call.flags,
            revision(call.flags, version),
            source_key,
        )
