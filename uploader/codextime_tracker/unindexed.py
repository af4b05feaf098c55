"""Calls for one run that keeps no index: put in order in memory, and gone at its end."""

from collections.abc import Iterator

from codextime_tracker.counting import flag_names
from codextime_tracker.export import Row, row_of
from codextime_tracker.index import Index
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

    def rows(self, *source_keys: str) -> Iterator[Row]:
        """What `row_of` makes of the index's own calls, in the same order."""
        keys = dict(self.index.connection.execute("SELECT id, key FROM sources"))
        rows = [(call.at, call.thread_id, call.identity, row_of(call)) for call in self.index.calls(*source_keys)]
        for settlement in self.held.values():
            if not source_keys or keys[settlement.reading.source] in source_keys:
                rows += rows_of(settlement.reading)
        rows.sort()
        return (row for _, _, _, row in rows)


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
