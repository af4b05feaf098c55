"""What came of one pass over a rollout: all that is left to do is to store it, in whatever process it was read."""

from __future__ import annotations

from marshal import dumps, loads

from codextime_tracker.copies import Boundary, NeedsTotals
from codextime_tracker.counting import Call, State
from codextime_tracker.discovery import RolloutFile
from codextime_tracker.fields import Fields
from codextime_tracker.losses import find_losses, why_no_rollout
from codextime_tracker.passes import fingerprint_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO, TypeAlias

    from codextime_tracker.passes import KnownFile, Pass

    Begin: TypeAlias = Callable[[RolloutFile, BinaryIO, KnownFile | None], Pass]


class FileReading(Fields):
    """What a pass over one file found, and where the next one starts. `is_known`: the index has the file already.

    `parent` told what is copied, and `thread_parent` started the thread. `is_whole`: the pass began at the first byte.
    `flags` are those of all its calls: if there are any, which lines are copied history was guessed and not read.
    `passed_over`, by their identities, are lines that are no calls. `is_recount`: an older counter read these lines
    before.
    """

    def __init__(
        self,
        file: RolloutFile,
        state: State | None,
        calls: list[Call],
        is_known: bool,
        offset: int,
        fingerprint: bytes,
        thread_id: str | None,
        totals: bytes,
        former_totals: bytes,
        parent: str | None,
        thread_parent: str | None,
        copied: list[str],
        passed_over: frozenset[str],
        is_whole: bool,
        flags: int,
        counter_version: int,
        is_recount: bool,
        source: int = 0,  # the index's number of it, which only the one who stores this knows
    ) -> None:
        self.file = file
        self.state = state
        self.calls = calls
        self.is_known = is_known
        self.offset = offset
        self.fingerprint = fingerprint
        self.thread_id = thread_id
        self.totals = totals
        self.former_totals = former_totals
        self.parent = parent
        self.thread_parent = thread_parent
        self.copied = copied
        self.passed_over = passed_over
        self.is_whole = is_whole
        self.flags = flags
        self.counter_version = counter_version
        self.is_recount = is_recount
        self.source = source


class Outcome(Fields):
    """`reading` is `None` if the index shall not know the file, so that the next run looks at it again.

    `skipped` says what could not be counted and why. `is_old`: nothing in it is usage. `bytes_read` is `None` if it
    could not be read. `needs`: the thread, and the parent that it must be read after.
    """

    def __init__(
        self,
        reading: FileReading | None = None,
        skipped: list[str] | None = None,
        is_old: bool = False,
        bytes_read: int | None = None,
        needs: tuple[str, str | None] | None = None,
    ) -> None:
        self.reading = reading
        self.skipped = skipped or []
        self.is_old = is_old
        self.bytes_read = bytes_read
        self.needs = needs

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
        state=counter.state if counter else None,
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


def pack(outcome: Outcome) -> bytes:
    """For another process of this run: `unpack` makes the same of it there."""
    reading, *others = outcome.values()
    return dumps((None if reading is None else pack_reading(reading), *others))


def pack_reading(reading: FileReading) -> tuple[Any, ...]:
    file, state, calls, *others = reading.values()
    return file.values(), None if state is None else pack_state(state), pack_calls(calls), *others


def pack_state(state: State) -> tuple[Any, ...]:
    thread_id, boundary, *others = state.values()
    return thread_id, boundary.values(), *others


def unpack(data: bytes) -> Outcome:
    reading, *others = loads(data)  # noqa: S302 - from this very program
    return Outcome(None if reading is None else unpack_reading(*reading), *others)


def unpack_reading(file: Any, state: Any, calls: Any, *others: Any) -> FileReading:
    told = None if state is None else unpack_state(*state)
    return FileReading(RolloutFile(*file), told, unpack_calls(calls), *others)


def unpack_state(thread_id: str, boundary: Any, *others: Any) -> State:
    return State(thread_id, Boundary(*boundary), *others)


def pack_calls(calls: list[Call]) -> bytes:
    return dumps(list(map(tuple, calls)))


def unpack_calls(data: bytes) -> list[Call]:
    return list(map(Call, loads(data)))  # noqa: S302
