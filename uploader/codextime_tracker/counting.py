"""Events to calls: what one rollout says was used, each model call once. Pure; knows no files and no index.

Codex logs usage in two ways. `token_usage_record` (0.153 and later) is one call. `token_count` repeats a running sum
and the last call: it is written again without a new call, restarts when a session is resumed, is inherited by forks,
and misses calls or adds them in lumps. So the sum against the one before decides whether there was a call, and the last
call what it used; a `token_count` that only confirms records adds nothing.
"""

from __future__ import annotations

from itertools import chain
from operator import itemgetter

from codextime_tracker.copies import TOTAL, Boundary, ends_copy
from codextime_tracker.fields import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeAlias

    from codextime_tracker.lines import CountLine, Event, Record, RecordLine, Totals, TurnLine, Usage

    Four: TypeAlias = tuple[int, int, int, int]  # input, cached input, output, reasoning: what is compared; older logs
    # lack cache write
    Counters: TypeAlias = tuple[int, int, int, int, int, int]  # of a `Usage`, in its order

COUNTER_VERSION = 1  # 1..255; a change of what is counted raises it, and every file is recounted
EXACT = 256

# Flags of a call, as bits. Each makes it an estimate.
LOST_PARENT, MIGRATED, GAP, NO_MODEL, NO_SESSION, NO_TIME = (1 << bit for bit in range(6))
FLAG_NAMES = ("lost_parent", "migrated", "gap", "no_model", "no_session", "no_time")

IMPORTED = "external-import-turn-"
RECENT_TURNS = 16  # a record belongs to the running turn or one just before it
RECENT_RECORDS = 64  # records wait for the token_count that confirms them, which follows within a few lines

ZERO: Four = (0, 0, 0, 0)
COUNTERS = (  # the names of `Counters`
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
)
NOTHING: Counters = (0, 0, 0, 0, 0, 0)
LOGGED_TOTAL = 5  # its place in `Counters`


def field(place: int) -> Any:
    return property(itemgetter(place))


class Call(tuple[str, str, "str | None", int, int, int, int, int, int, int]):
    """One model call. `identity` names it within its thread, whatever file it is read from.

    A tuple, since there are so many, which is made of one: `Call((identity, at, …))`.
    """

    __slots__ = ()

    identity: str = field(0)
    at: str = field(1)
    model: str | None = field(2)
    input_tokens: int = field(3)
    cached_input_tokens: int = field(4)
    cache_write_input_tokens: int = field(5)
    output_tokens: int = field(6)
    reasoning_output_tokens: int = field(7)
    logged_total_tokens: int = field(8)
    flags: int = field(9)


class State(Fields):
    """Where counting stands after a part of a file: all that the next part needs. `parent` started the thread."""

    def __init__(
        self,
        thread_id: str,
        boundary: Boundary,
        flags: int = 0,
        is_only_head: bool = True,
        inherits_totals: bool = False,
        logs_records: bool = False,
        model: str | None = None,
        models: dict[str, str] | None = None,
        previous: Counters | None = None,
        sum: Four | None = None,  # noqa: A002 - the field's name in every index
        records: list[Four] | None = None,
        totals_seen: int = 0,
        totals_copied: int = 0,
        at: str | None = None,
        repeats: dict[str, int] | None = None,
        is_import: bool = False,
        lacks_model: bool = False,
        parent: str | None = None,
    ) -> None:
        self.thread_id = thread_id
        self.boundary = boundary
        self.flags = flags
        self.is_only_head = is_only_head
        self.inherits_totals = inherits_totals
        self.logs_records = logs_records
        self.model = model
        self.models = {} if models is None else models
        self.previous = previous
        self.sum = sum
        self.records = [] if records is None else records
        self.totals_seen = totals_seen
        self.totals_copied = totals_copied
        self.at = at
        self.repeats = {} if repeats is None else repeats
        self.is_import = is_import
        self.lacks_model = lacks_model
        self.parent = parent

    @property
    def can_go_on(self) -> bool:
        """Whether a later part of the file can be counted from here, or only together with what was read already."""
        return not (self.is_only_head or self.lacks_model or self.boundary.is_by_totals)


def revision(flags: int, version: int = COUNTER_VERSION) -> int:
    """A number that grows with the quality of a reading: counter version, plus 256 if nothing about it is estimated."""
    return version if flags else version + EXACT


def flag_names(flags: int) -> list[str]:
    return [name for bit, name in enumerate(FLAG_NAMES) if flags >> bit & 1]


class Counter:
    """Takes a file's events in order. `calls` are those found since it was made, by identity.

    `copied` are the identities that copied lines would have had: proof that they are no calls of this thread.
    `sums` are the distinct running sums, each followed by its last call, packed; `instants` are their times. `undated`
    calls have no time, nor has any line before them, and are left out.
    """

    version = COUNTER_VERSION
    call_class = Call

    def __init__(self, state: State) -> None:
        self.state = state
        self.holds_copies = state.boundary != Boundary()
        self.calls: dict[str, Call] = {}
        self.copied: list[str] = []
        self.sums = bytearray()
        self.instants: list[str] = []
        self.without_model: list[str] = []
        self.undated = 0

    @property
    def is_plain(self) -> bool:
        """Whether all lines are the thread's own and nothing of it is guessed. What the compiled reader counts then, it
        counts as this class does (`compiled/counter.h`), and leaves to it whatever is unusual."""
        return not (self.holds_copies or self.state.is_import or self.state.flags) and type(self) is Counter

    def feed(self, events: Iterable[Event]) -> None:
        """Takes events in the order of the file."""
        events = iter(events)
        first = next(events, None)  # none if the compiled reader has counted all of them
        if first is None:
            return
        from codextime_tracker.lines import CountLine, RecordLine, TurnLine

        for event in chain((first,), events):
            if type(event) is CountLine:  # `isinstance` would first ask each class what it takes for its own
                info = event.payload.info
                if info is not None:
                    self.feed_totals(event, info)
            elif type(event) is RecordLine:
                self.feed_record(event)
            elif type(event) is TurnLine:
                self.feed_turn(event)

    def feed_turn(self, event: TurnLine) -> None:
        """Remembers the turn's model, and whether the turn ends copied history."""
        state, turn_id, model = self.state, event.payload.turn_id, event.payload.model
        state.is_only_head = False
        if turn_id is not None:
            state.is_import = turn_id.startswith(IMPORTED)
            if ends_copy(state.boundary, turn_id):
                state.boundary = Boundary()
                self.holds_copies = False
        if model:
            state.model = model
            if turn_id is not None:
                state.models[turn_id] = model
                if len(state.models) > RECENT_TURNS:
                    del state.models[next(iter(state.models))]
            for identity in self.without_model:
                call = self.calls[identity]
                self.calls[identity] = Call((*call[:2], model, *call[3:-1], call.flags & ~NO_MODEL))
            self.without_model.clear()
            state.lacks_model = False

    def feed_record(self, event: RecordLine) -> None:
        """One call, if it is this thread's own."""
        state, record = self.state, event.payload
        turn_id, usage, records = record.turn_id or "", record.usage, state.records
        if state.is_only_head:
            state.is_only_head = False
        if record.thread_id != state.thread_id and record.thread_id is not None:
            return  # another thread's
        if (self.holds_copies and self.is_copied(event.ordinal)) or turn_id.startswith(IMPORTED):
            return
        records.append(four(usage))
        if len(records) > RECENT_RECORDS:
            del records[0]
        flags = self.note_time(event.timestamp)
        identity = f"r:{record.response_id}" if record.response_id else record_identity(record, state.at)
        self.add(identity, state.models.get(turn_id) or state.model, counters(usage), flags)

    def feed_totals(self, event: CountLine, info: Totals) -> None:
        """A call, if the running sum moved in a way that no record explains.

        Every line comes by here, so what is usual is looked at first, and written out: the sum grew by the last call.
        """
        state, total, last = self.state, info.total_token_usage, info.last_token_usage
        now = total.input_tokens, total.cached_input_tokens, total.output_tokens, total.reasoning_output_tokens
        latest = last.input_tokens, last.cached_input_tokens, last.output_tokens, last.reasoning_output_tokens
        before, previous, records = state.sum, state.previous, state.records
        is_next = (
            before is not None
            and now[0] - before[0] == latest[0]
            and now[1] - before[1] == latest[1]
            and now[2] - before[2] == latest[2]
            and now[3] - before[3] == latest[3]
            and latest != ZERO
        )
        if not is_next and now == before and previous is not None and total.total_tokens == previous[LOGGED_TOTAL]:
            return  # logged again; cache write aside, which not every version logs
        state.previous, state.sum = counters(total), now
        if state.is_only_head:
            state.is_only_head = False
        if event.ordinal is None or state.flags & MIGRATED:
            self.sums += TOTAL.pack(*now, *latest)
            self.instants.append(event.timestamp)
        is_copied = state.is_import or (self.holds_copies and self.is_copied(event.ordinal))
        state.totals_seen += 1
        if is_copied:
            state.totals_copied += 1
        elif is_next and records and records[0] == latest:
            del records[0]
            return  # told by its record already
        used, flags = (latest, 0) if is_next else usage_between(before, now, latest, state.inherits_totals)
        if used is None or (records and not is_copied and self.confirms_records(used)):
            return
        if before is None and state.inherits_totals and state.logs_records:
            return  # the parent's sum, told before the first call: that would have a record
        flags |= self.note_time(event.timestamp)
        identity = totals_identity(total, state.at)
        if is_copied:
            self.copied.append(identity)
        else:
            told = counters(last) if used is latest else between(previous or NOTHING, counters(total))
            self.add(identity, state.model, told, flags)

    @property
    def totals(self) -> bytes:
        """`sums`, as the index keeps them: by them a fork of this thread is recognised."""
        return bytes(self.sums)

    def is_copied(self, ordinal: int | None) -> bool:
        return self.state.boundary.covers(ordinal=ordinal, totals_seen=self.state.totals_seen)

    def confirms_records(self, used: Four) -> bool:
        """Whether `used` is the sum of records in a row; they and the older ones wait no longer.

        The earliest such row is taken: if two records are equal, each has a `token_count` of its own to come.
        """
        records = self.state.records
        for end in range(1, len(records) + 1):
            total = ZERO
            for start in range(end - 1, -1, -1):
                total = plus(total, records[start])
                if total == used:
                    del records[:end]
                    return True
        return False

    def note_time(self, timestamp: str) -> int:
        """Makes the line's instant the current one. If it has none that can be read, the one before stays, flagged."""
        state = self.state
        if timestamp == state.at:
            return 0
        at = instant(timestamp)
        if at is None:
            return NO_TIME
        if at != state.at:
            state.at = at
            if state.repeats:
                state.repeats.clear()
        return 0

    def add(self, identity: str, model: str | None, used: Counters, flags: int) -> None:
        state = self.state
        at = state.at
        if at is None:
            self.undated += 1
            return
        if identity[0] == "t":
            repeats = state.repeats  # at this instant
            repeats[identity] = number = repeats.get(identity, 0) + 1
            if number > 1:
                identity = f"{identity}:{number}"
        call = Call((identity, at, model, *used, flags | state.flags | (0 if model else NO_MODEL)))
        # A record that is there twice, as in a file that was copied into itself, is one call.
        if self.calls.setdefault(identity, call) is call and not model:
            self.without_model.append(identity)
            state.lacks_model = True


def usage_between(before: Four | None, now: Four, latest: Four, inherits_totals: bool) -> tuple[Four | None, int]:
    """What the call between two running sums used, and its flags. `None`: no call, or nothing tells what it used."""
    if now == ZERO:
        return None, 0  # the context was full: the sum was set to zero and starts again
    if before is None:
        if latest != ZERO:
            return latest, 0  # the sum may hold a parent's usage
        return (None, 0) if inherits_totals else (now, GAP)
    moved = minus(now, before)
    if moved == ZERO:
        return None, 0  # only the total moved: an estimate of the context's size
    if latest in (moved, now):
        return latest, 0  # one call, or the sum restarted with this call
    if min(moved) >= 0:
        return moved, GAP  # calls whose own lines are missing
    return (latest, GAP) if latest != ZERO else (None, 0)


def between(previous: Counters, total: Counters) -> Counters:
    """The running sum's growth. Cache write and the logged total can be missing in one of the two."""
    grown = [after - before for before, after in zip(previous, total, strict=True)]
    return grown[0], grown[1], max(grown[2], 0), grown[3], grown[4], max(grown[LOGGED_TOTAL], 0)


def counters(usage: Usage) -> Counters:
    return (
        usage.input_tokens,
        usage.cached_input_tokens,
        usage.cache_write_input_tokens,
        usage.output_tokens,
        usage.reasoning_output_tokens,
        usage.total_tokens,
    )


def four(usage: Usage) -> Four:
    return usage.input_tokens, usage.cached_input_tokens, usage.output_tokens, usage.reasoning_output_tokens


def plus(left: Four, right: Four) -> Four:
    return left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]


def minus(left: Four, right: Four) -> Four:
    return left[0] - right[0], left[1] - right[1], left[2] - right[2], left[3] - right[3]


def record_identity(record: Record, at: str | None) -> str:
    if record.response_id:
        return f"r:{record.response_id}"
    from codextime_tracker.decoding import running_sum

    running = running_sum(record)
    return totals_identity(running or record.usage, at)


def totals_identity(total: Usage, at: str | None) -> str:
    return "t:%s:%d.%d.%d.%d.%d" % (  # noqa: UP031 - numbers are put in at two thirds of the cost
        at,
        total.input_tokens,
        total.cached_input_tokens,
        total.output_tokens,
        total.reasoning_output_tokens,
        total.total_tokens,
    )


def instant(timestamp: str) -> str | None:
    """`timestamp` as `2026-11-21T01:48:49.895Z`, or `None` if it is no instant with an offset from UTC."""
    from datetime import UTC, datetime  # for what is unusual, or read without the compiled reader

    try:
        parsed = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    if timestamp[10::9] == "T." and timestamp[23:] == "Z":  # as Codex writes it, 24 characters
        return timestamp
    if parsed.tzinfo is None:
        return None
    try:
        utc = parsed.astimezone(UTC)
    except OverflowError:  # before the year 1 or after 9999
        return None
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
