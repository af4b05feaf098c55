"""What one rollout holds and how it is counted. Reads, and stores nothing."""

from collections import Counter as Tally
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import DecodeError, Raw, Struct, field
from msgspec.json import Decoder

from codextime_tracker.compression import Decompressed
from codextime_tracker.copies import Boundary, NeedsTotals
from codextime_tracker.counting import LOST_PARENT, Call, Counter, State
from codextime_tracker.discovery import Found, RolloutFile, find_rollouts, home_of, printable
from codextime_tracker.forks import pass_by_totals
from codextime_tracker.index import Index
from codextime_tracker.lines import SessionLine
from codextime_tracker.losses import find_losses, why_no_rollout
from codextime_tracker.passes import Pass, begin_pass
from codextime_tracker.rollout import Reading
from codextime_tracker.scanning import Scan
from codextime_tracker.terminal import plain

BEGINS_SOMETHING = ("response_item", "turn_context", "event_msg task_started")


class Inspection(Struct):
    """`lines` are numbers by kind. `copied` calls belong to another thread, and `rule` says how that is known.

    `compactions` without a call of their own in the log used tokens that nobody can tell (`unlogged_compactions`).
    `nothing` says why there is nothing to count; it is empty if there is, or if an old Codex logged no usage.
    """

    file: RolloutFile
    thread_id: str | None = None
    codex_version: str = ""
    lines: Tally[str] = field(default_factory=Tally)
    bad_lines: int = 0
    calls: list[Call] = []
    copied: int = 0
    rule: str = ""
    compactions: int = 0
    unlogged_compactions: int = 0
    losses: list[str] = []
    nothing: str = ""


class InspectedLine(Struct):
    """Any line of any release: the oldest have no payload, and a `record_type` or the type of an item."""

    type: Any = None
    record_type: Any = None
    ordinal: Any = None
    payload: Raw = Raw(b"null")


class InspectedPayload(Struct):
    type: Any = None


decode_line = Decoder(InspectedLine).decode
decode_payload = Decoder(InspectedPayload).decode


def inspect(path: Path, others: Scan | None = None) -> Inspection:
    """`others` is a finished scan of the rollout's Codex home, if there was one. Raises `OSError`."""
    file = rollout_at(path)
    with path.open("rb", buffering=0) as raw:
        try:
            turn, need = begin_pass(file, raw, None), None
        except NeedsTotals as missing:
            turn, need = pass_with_others(file, raw, missing, others), missing
        trial = Counter(deepcopy(turn.counter.state)) if turn.counter else None
        found = Inspection(file, rule=rule_of(trial.state, need) if trial else "")
        turn.run()
        if turn.counter is None:
            found.nothing = why_no_rollout(turn.reading, raw) if file.size else "the file is empty"
        else:
            found.thread_id = turn.counter.state.thread_id
            found.calls, found.copied = list(turn.counter.calls.values()), len(turn.counter.copied)
            found.losses = find_losses(turn)
        raw.seek(0)
        look_at_lines(found, Reading(Decompressed(raw) if file.is_compressed else raw), trial)
    return found


def rollout_at(path: Path) -> RolloutFile:
    status = path.stat()
    is_compressed = path.name.lower().endswith(".zst")  # as somebody typed it
    name = printable(path.name[:-4] if is_compressed else path.name)
    return RolloutFile(str(path), name, is_compressed, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def pass_with_others(file: RolloutFile, raw: BinaryIO, need: NeedsTotals, others: Scan | None) -> Pass:
    """Where other threads' sums tell what is copied, their whole Codex home is read first, in memory."""
    raw.seek(0)
    reading = Reading(Decompressed(raw) if file.is_compressed else raw)
    if others is not None:
        return pass_by_totals(file, reading, need, None, others.find_totals, others.find_older)
    home = home_of(Path(file.path).absolute())
    found = find_rollouts(Path(home)) if home else Found([], [], [])
    with Index.in_memory() as index:
        key = index.source_key(Path(home or file.path))
        others = Scan(index, key, found, lambda done, total: None, Counter)
        others.run()
        return pass_by_totals(file, reading, need, None, others.find_totals, others.find_older)


def rule_of(state: State, need: NeedsTotals | None) -> str:
    """Which lines are another thread's, and what says so."""
    boundary = state.boundary
    if need and need.parent_id:
        if state.flags & LOST_PARENT:
            return (
                f"its parent {need.parent_id} is gone or proves nothing, so what was written in one go counts as copied"
            )
        return f"its first {boundary.totals} running sums are those of its parent {need.parent_id}"
    if need and boundary.totals:
        return f"its first {boundary.totals} running sums are those of an older thread with the same first prompt"
    if need:
        return "`codex migrate-rollouts` rewrote it, and no older thread begins like it"
    if boundary.before_ordinal is not None:
        return f"lines before ordinal {boundary.before_ordinal} are its parent's, says `subagent_history_start_ordinal`"
    if boundary != Boundary():
        return "lines before its first own turn are its parent's, as its `session_meta` says"
    return (
        "it refers to its parent's lines and copies none" if state.inherits_totals else "nothing says that it is a fork"
    )


def look_at_lines(found: Inspection, reading: Reading, trial: Counter | None) -> None:
    """Counts the kinds of lines, and the compactions that no logged call stands for.

    A compaction's own call is logged after all else and just before it; a turn or an answer in between means that the
    last call was another's.
    """
    has_call = False
    for line in whole_lines(reading):
        event = reading.decode_damaged(line)
        if not line.strip():
            continue
        kind, ordinal = kind_of(line)
        found.lines[kind] += 1
        if isinstance(event, SessionLine) and not found.codex_version:
            found.codex_version = plain(str(event.payload.cli_version or ""), longest=40)
        if trial is None:
            continue
        if kind == "compacted" and not (trial.holds_copies and trial.is_copied(ordinal)):
            found.compactions += 1
            found.unlogged_compactions += not has_call
        if kind == "compacted" or kind.startswith(BEGINS_SOMETHING):
            has_call = False
        before = len(trial.calls)
        trial.feed([event] if event else [])
        has_call = has_call or len(trial.calls) > before
    found.bad_lines = reading.bad_lines


def whole_lines(reading: Reading) -> Iterator[bytes]:
    """The last one also without its newline."""
    for data, start in reading.blocks():
        end = data.rfind(b"\n")
        yield from data[start:end].split(b"\n") if end >= start else ()
    yield reading.unterminated


def kind_of(line: bytes) -> tuple[str, int | None]:
    """What stands in a list of kinds, and the line's ordinal if it has one."""
    try:
        parsed = decode_line(line.decode("utf-8", "replace").removeprefix("\ufeff"))
        inner = decode_payload(parsed.payload).type if bytes(parsed.payload)[:1] == b"{" else None
    except (DecodeError, RecursionError):
        return "no JSON", None
    words = [word for word in (parsed.type or parsed.record_type, inner) if isinstance(word, str)]
    ordinal = parsed.ordinal if isinstance(parsed.ordinal, int) else None
    return plain(" ".join(words), longest=80) or "without a type", ordinal
