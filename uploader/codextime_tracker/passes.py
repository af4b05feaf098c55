"""One pass over one rollout: from where the last one ended if the file only grew, else from its first byte."""

from __future__ import annotations

from itertools import chain

from codextime_tracker.compression import Decompressed
from codextime_tracker.copies import FIRST_WITH_RECORDS, Boundary, find_boundary, version
from codextime_tracker.counting import NO_SESSION, Counter, State, instant
from codextime_tracker.quick_start import import_msgspec
from codextime_tracker.rollout import END_BYTES, START_BYTES, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from codextime_tracker.compiled import Start
    from codextime_tracker.discovery import RolloutFile
    from codextime_tracker.lines import Event, Session

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class KnownFile:
    """What the index knows of a file. `state` is `None` if it held nothing to count.

    `parent` is the thread whose running sums tell which part is copied, if another thread's do.
    """

    def __init__(
        self,
        inode: str,
        size: int,
        modified_ns: int,
        offset: int,
        fingerprint: bytes,
        counter_version: int,
        state: bytes | None,
        totals: bytes,
        parent: str | None,
    ) -> None:
        self.inode = inode
        self.size = size
        self.modified_ns = modified_ns
        self.offset = offset
        self.fingerprint = fingerprint
        self.counter_version = counter_version
        self.state = state
        self.totals = totals
        self.parent = parent

    def has_lines_of(self, file: RolloutFile, raw: BinaryIO) -> bool:
        """Whether all lines that were read are there as they were."""
        is_unchanged = (self.inode, self.size, self.modified_ns) == (file.key, file.size, file.modified_ns)
        is_longer = self.fingerprint and self.size <= file.size and fingerprint(raw, self.offset) == self.fingerprint
        return is_unchanged or bool(is_longer)

    def last_state(self) -> State | None:
        from codextime_tracker.states import decode_state

        return decode_state(self.state) if self.state else None

    def is_unchanged(self, file: RolloutFile, counter_version: int) -> bool:
        """Whether that counter would find nothing else. What a newer one read, an older one leaves alone."""
        now = (file.key, file.size, file.modified_ns)
        return (self.inode, self.size, self.modified_ns) == now and self.counter_version >= counter_version


class Head:
    """The start of a file: the `session_meta` payloads before anything else, its own first, and the first turn's id."""

    def __init__(
        self, sessions: list[Session], turn_id: str | None, at: str | None, flags: int, events: Iterator[Event]
    ) -> None:
        self.sessions = sessions
        self.turn_id = turn_id
        self.at = at
        self.flags = flags
        self.events = events

    def state(self, boundary: Boundary, flags: int = 0) -> State:
        own = self.sessions[0]
        inherits = own.history_base is not None or own.forked_from_id is not None
        return State(
            own.id,
            boundary,
            flags=self.flags | flags,
            inherits_totals=inherits,
            logs_records=version(own.cli_version) >= FIRST_WITH_RECORDS,
            at=self.at,
            parent=own.parent,
        )


class Pass:
    """A pass ready to run. `counter` is `None` if there is nothing to count; `former_totals` come before its own.

    `parent` is the thread whose running sums told which part is copied. `seen`, if it is wanted, gets what the lines
    would be called if they were calls, with their times.
    """

    def __init__(
        self,
        reading: Reading,
        counter: Counter | None,
        events: Iterable[Event],
        is_whole: bool = True,
        former_totals: bytes = b"",
        parent: str | None = None,
        seen: dict[str, str] | None = None,
    ) -> None:
        self.reading = reading
        self.counter = counter
        self.events = events
        self.is_whole = is_whole
        self.former_totals = former_totals
        self.parent = parent
        self.seen = seen

    def run(self) -> None:
        if self.counter is None:
            return
        if self.seen is None:
            self.reading.counter = self.counter
            self.counter.feed(self.events)
        else:
            from codextime_tracker.proofs import noting

            self.counter.feed(noting(self.events, self.seen))

    @property
    def passed_over(self) -> frozenset[str]:
        """What of `seen` is no call of this thread: proof against an earlier reading that counted it."""
        return frozenset(self.seen.keys() - self.counter.calls.keys()) if self.seen and self.counter else frozenset()


def begin_pass(file: RolloutFile, raw: BinaryIO, known: KnownFile | None, counter: type[Counter] = Counter) -> Pass:
    """Raises `NeedsTotals` if the file must be read together with its parent, `OSError` if it cannot be read."""
    if known is not None and (state := find_state(known, file, raw, counter.version)):
        raw.seek(known.offset)
        reading = Reading(raw, known.offset)
        return Pass(reading, counter(state), reading, is_whole=False, former_totals=known.totals)
    return begin_whole_pass(file, raw, counter, is_again=known is not None)


def begin_whole_pass(file: RolloutFile, raw: BinaryIO, counter: type[Counter], *, is_again: bool) -> Pass:
    """From the first byte. `is_again`: it shall also tell which lines are no calls. Raises as `begin_pass`."""
    raw.seek(0)  # the fingerprint was looked for elsewhere
    reading = whole_reading(file, raw, is_again=is_again)
    start = None if is_again else reading.find_start()
    if start is not None:
        return Pass(reading, counter(state_at(start)), reading)
    head = read_head(reading, file.name)
    if head is None:
        return Pass(reading, None, ())
    boundary = find_boundary(head.sessions, head.turn_id)
    return Pass(reading, counter(head.state(boundary)), head.events, seen={} if is_again else None)


def state_at(start: Start) -> State:
    """What `Head.state` says of a thread that copied nothing."""
    thread_id, at, cli_version, parent = start
    has_records = version(cli_version) >= FIRST_WITH_RECORDS
    return State(thread_id, Boundary(), logs_records=has_records, at=at, parent=parent or None)


def whole_reading(file: RolloutFile, raw: BinaryIO, *, is_again: bool) -> Reading:
    """Of a file from its first byte; of one that was read before, a thorough one."""
    source = Decompressed(raw) if file.is_compressed else raw
    if is_again:
        from codextime_tracker.proofs import ThoroughReading

        return ThoroughReading(source)
    return Reading(source)


def find_state(known: KnownFile, file: RolloutFile, raw: BinaryIO, counter_version: int) -> State | None:
    """The counter's state at `known.offset`, or `None` if the file is not the same one with more lines."""
    is_same = not file.is_compressed and known.inode == file.key and known.counter_version == counter_version
    state = known.last_state()
    if state is None or not state.can_go_on or not is_same or file.size <= known.size:
        return None
    return state if fingerprint(raw, known.offset) == known.fingerprint else None


def read_head(reading: Reading, name: str) -> Head | None:
    """Reads up to the first line that is no `session_meta`. `None`: no line counts, or nothing names the thread."""
    import_msgspec()
    from codextime_tracker.lines import SessionLine, TurnLine

    events = iter(reading)
    sessions: list[Session] = []
    first, at, is_first_lost = None, None, False
    for event in events:
        is_first_lost = is_first_lost or (not sessions and reading.bad_lines > 0)
        at = at or instant(event.timestamp)
        if not isinstance(event, SessionLine):
            first = event
            break
        sessions.append(event.payload)
    if first is None and not sessions:
        return None
    flags = 0
    if not sessions or is_first_lost:
        sessions, flags = with_own_session(sessions, name)
    if not sessions:
        return None
    turn_id = first.payload.turn_id if isinstance(first, TurnLine) else None
    return Head(sessions, turn_id, at, flags, chain([first] if first else [], events))


def with_own_session(sessions: list[Session], name: str) -> tuple[list[Session], int]:
    """The sessions of a file whose first line is lost, and flags: its name says whose it is, which is an estimate."""
    import re

    from codextime_tracker.lines import Session

    found = re.search(UUID, name)
    if found is None or (sessions and sessions[0].id == found[0]):
        return sessions, 0
    return [Session(found[0]), *sessions], NO_SESSION


def fingerprint(raw: BinaryIO, offset: int) -> bytes:
    """A digest of the file's start and of what stands before `offset`: it changes if the file is rewritten."""
    raw.seek(0)
    start = raw.read(min(offset, START_BYTES))
    raw.seek(max(offset - END_BYTES, 0))
    return digest(start, raw.read(min(offset, END_BYTES)))


def fingerprint_of(reading: Reading, raw: BinaryIO) -> bytes:
    """The fingerprint of what was read, from memory if the pass saw the whole file and used all of it."""
    if reading.offset == reading.bytes_read:
        return digest(reading.start, reading.end)
    return fingerprint(raw, reading.offset)


def digest(start: bytes, end: bytes) -> bytes:
    # Only here, as a run without news does without. What `hashlib` has, which would load all of OpenSSL beside it.
    from _blake2 import blake2b

    return blake2b(start + end, digest_size=16).digest()
