"""Which first part of a rollout is history that was copied from its parent thread, and so was used by the parent.

Copied lines carry the time of the fork, so their timestamps tell nothing. Each era of Codex needs another rule; where
the parent's running sums must be compared, `common_totals` does it. Pure.
"""

from __future__ import annotations

import struct

from codextime_tracker.fields import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codextime_tracker.lines import Session

FIRST_WITH_TURN_IDS = (0, 104)
FIRST_WITH_RECORDS = (0, 153)
BURST_MS = 1000  # a copy is written in one go; a model call takes longer
PAUSE_MS = 10_000  # no copy takes one that long between two lines
COPYING_MS = 50  # between two copied lines; even a model next door takes longer

# A running sum and its last call: input, cached input, output, reasoning of each.
TOTAL = struct.Struct("<8q")


class Boundary(Fields):
    """Where copied history ends: at a line's ordinal, at a turn begun since an instant, or after some running sums.

    `totals_of_parent`: how many running sums the parent had in common when that was decided; `None` without a parent.
    """

    def __init__(
        self,
        before_ordinal: int | None = None,
        until_turn_ms: int | None = None,
        totals: int = 0,
        is_by_totals: bool = False,
        totals_of_parent: int | None = None,
    ) -> None:
        self.before_ordinal = before_ordinal
        self.until_turn_ms = until_turn_ms
        self.totals = totals
        self.is_by_totals = is_by_totals
        self.totals_of_parent = totals_of_parent

    def covers(self, *, ordinal: int | None, totals_seen: int) -> bool:
        if self.before_ordinal is not None:
            return ordinal is not None and ordinal < self.before_ordinal
        return self.until_turn_ms is not None or totals_seen < self.totals


class NeedsTotals(Exception):
    """The file holds history of `parent_id` (`None`: of some older thread) that only running sums can tell apart."""

    def __init__(self, thread_id: str, parent_id: str | None) -> None:
        super().__init__(thread_id, parent_id)
        self.thread_id = thread_id
        self.parent_id = parent_id


def find_boundary(sessions: Sequence[Session], first_turn_id: str | None) -> Boundary:
    """The rule for a file that starts with these `session_meta` payloads, its own first. Raises `NeedsTotals`."""
    own = sessions[0]
    if own.history_base is not None:
        return Boundary()  # the parent's lines are referred to, not copied
    if own.subagent_history_start_ordinal is not None:
        return Boundary(before_ordinal=own.subagent_history_start_ordinal)
    parent = next((session.id for session in sessions[1:] if session.id != own.id), None)
    if own.forked_from_id or (parent and version(own.cli_version) >= FIRST_WITH_TURN_IDS):
        return Boundary(until_turn_ms=born_ms(own))
    if parent:
        raise NeedsTotals(own.id, parent)
    if first_turn_id and first_turn_id.startswith("rollout-") and first_turn_id[8:].isdecimal():
        # `codex migrate-rollouts` invents such turn ids, and removes the sign of the parent.
        raise NeedsTotals(own.id, None)
    return Boundary()


def ends_copy(boundary: Boundary, turn_id: str) -> bool:
    """Whether a turn was begun by the thread itself and not by its parent."""
    if boundary.until_turn_ms is None:
        return False
    begun = uuid7_ms(turn_id)
    return begun is not None and begun >= boundary.until_turn_ms


def common_totals(own: bytes | bytearray, parent: bytes) -> int:
    """How many running sums at the start of a file are also those at the start of its parent; both are packed."""
    count = 0
    while (mine := own[count * TOTAL.size : (count + 1) * TOTAL.size]) and parent.startswith(mine, count * TOTAL.size):
        count += 1
    return count


def in_first_burst(instants: Iterable[str | None], first: str | None) -> int:
    """How many of the lines at `instants` were written together with the file's first line."""
    start, count = epoch_ms(first), 0
    for at in instants:
        then = epoch_ms(at)
        if start is None or then is None or not 0 <= then - start <= BURST_MS:
            break
        count += 1
    return count


def goes_on(instants: list[str], copied: int, first: str | None, *, within_ms: int) -> bool:
    """Whether the line after the `copied` ones was written at most `within_ms` after the last of them."""
    if copied >= len(instants):
        return False
    before = epoch_ms(instants[copied - 1] if copied else first)
    then = epoch_ms(instants[copied])
    return before is not None and then is not None and 0 <= then - before <= within_ms


def born_ms(session: Session) -> int:
    """When a thread was made, in Unix milliseconds: its id says so from Codex 0.40 on."""
    return uuid7_ms(session.id) or epoch_ms(session.timestamp) or 0


def uuid7_ms(text: str) -> int | None:
    """The Unix milliseconds in a UUID of version 7 (RFC 9562, 5.7), or `None` for any other text."""
    digits = text.replace("-", "")
    if len(text) != 36 or len(digits) != 32 or text[14] != "7":
        return None
    try:
        return int(digits[:12], 16)
    except ValueError:
        return None


def epoch_ms(timestamp: str | None) -> int | None:
    from datetime import datetime  # only for forks

    try:
        return int(datetime.fromisoformat(timestamp or "").timestamp() * 1000)
    except ValueError:
        return None


def version(text: object) -> tuple[int, int]:
    """Major and minor of a `cli_version`; (0, 0) if it has none."""
    major, _, rest = text.partition(".") if isinstance(text, str) else ("", "", "")
    minor = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return (int(major), int(minor)) if major.isdecimal() and minor else (0, 0)
