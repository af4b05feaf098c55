"""What came of one pass over a rollout: all that is left to do is to store it, in whatever process it was read."""

from collections.abc import Callable
from typing import BinaryIO

from msgspec import Struct
from msgspec.json import encode

from codextime_tracker.copies import NeedsTotals
from codextime_tracker.counting import Call
from codextime_tracker.discovery import RolloutFile
from codextime_tracker.losses import find_losses, why_no_rollout
from codextime_tracker.passes import KnownFile, Pass, fingerprint_of

Begin = Callable[[RolloutFile, BinaryIO, KnownFile | None], Pass]


class FileReading(Struct, array_like=True):
    """What a pass over one file found, and where the next one starts. `is_known`: the index has the file already.

    `parent` told what is copied, and `thread_parent` started the thread. `is_whole`: the pass began at the first byte.
    `flags` are those of all its calls: if there are any, which lines are copied history was guessed and not read.
    `passed_over`, by their identities, are lines that are no calls. `is_recount`: an older counter read these lines
    before.
    """

    file: RolloutFile
    is_known: bool
    offset: int
    fingerprint: bytes
    thread_id: str | None
    state: bytes | None
    totals: bytes
    former_totals: bytes
    parent: str | None
    thread_parent: str | None
    calls: list[Call]
    copied: list[str]
    passed_over: frozenset[str]
    is_whole: bool
    flags: int
    counter_version: int
    is_recount: bool
    source: int = 0  # the index's number of it, which only the one who stores this knows


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


def read_file(file: RolloutFile, begin: Begin, known: KnownFile | None, counter_version: int) -> Outcome:
    """One pass over the file. It asks no index, so any process may do it."""
    try:
        with open(file.path, "rb", buffering=0) as raw:  # noqa: PTH123 - a Path costs more than the opening
            turn = begin(file, raw, known)
            turn.run()
            return outcome_of(file, raw, turn, known, counter_version)
    except NeedsTotals as need:
        return Outcome(needs=(need.thread_id, need.parent_id))
    except OSError as error:
        return Outcome(skipped=[f"the file cannot be read: {error.strerror or error}"])


def outcome_of(file: RolloutFile, raw: BinaryIO, turn: Pass, known: KnownFile | None, counter_version: int) -> Outcome:
    """Of a pass that has run. Raises `OSError`."""
    counter, reading = turn.counter, turn.reading
    why = why_no_rollout(reading, raw) if counter is None and file.size else ""
    if why:
        return Outcome(skipped=[why], bytes_read=reading.bytes_read)
    losses = find_losses(turn) if file.size else ["the file is empty", *find_losses(turn)]
    is_recount = known is not None and known.counter_version < counter_version and known.has_lines_of(file, raw)
    found = FileReading(
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
