"""What came of one pass over a rollout: all that is left to do is to store it, in whatever process it was read."""

from typing import BinaryIO

from msgspec import Struct
from msgspec.json import encode

from codextime_tracker.discovery import RolloutFile
from codextime_tracker.losses import find_losses, why_no_rollout
from codextime_tracker.passes import KnownFile, Pass, fingerprint_of
from codextime_tracker.settling import FileReading


class Outcome(Struct, array_like=True):
    """`reading` is `None` if the index shall not know the file, so that the next run looks at it again.

    `skipped` says what could not be counted and why. `is_old`: nothing in it is usage. `bytes_read` is `None` if it
    could not be read. `needs`: the thread, and the parent that it must be read after.
    """

    reading: FileReading | None = None
    skipped: list[str] = []
    is_old: bool = False
    bytes_read: int | None = None
    needs: tuple[str, str | None] | None = None

    @property
    def calls(self) -> int:
        return len(self.reading.calls) if self.reading else 0


def outcome_of(
    file: RolloutFile, raw: BinaryIO, turn: Pass, known: KnownFile | None, source: int, counter_version: int
) -> Outcome:
    """Of a pass that has run. Raises `OSError`."""
    counter, reading = turn.counter, turn.reading
    why = why_no_rollout(reading, raw) if counter is None and file.size else ""
    if why:
        return Outcome(skipped=[why], bytes_read=reading.bytes_read)
    losses = find_losses(turn) if file.size else ["the file is empty", *find_losses(turn)]
    is_recount = known is not None and known.counter_version < counter_version and known.has_lines_of(file, raw)
    found = FileReading(
        source=source,
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
        counter_version=counter_version,
        is_recount=is_recount,
    )
    return Outcome(found, losses, counter is None and file.size > 0, reading.bytes_read)
