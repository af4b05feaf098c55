"""Old forks, whose copied history can only be told apart by comparing running sums with the parent's."""

from collections.abc import Callable

from codextime_tracker.copies import (
    COPYING_MS,
    PAUSE_MS,
    TOTAL,
    Boundary,
    NeedsTotals,
    common_totals,
    goes_on,
    in_first_burst,
)
from codextime_tracker.counting import LOST_PARENT, MIGRATED, Counter, State
from codextime_tracker.discovery import RolloutFile
from codextime_tracker.lines import Event
from codextime_tracker.migrated import likely_common_totals
from codextime_tracker.passes import Head, KnownFile, Pass, read_head
from codextime_tracker.rollout import Reading

FindTotals = Callable[[str], list[bytes]]  # of a thread, each reading's
FindOlder = Callable[[RolloutFile, bytes], list[tuple[str | None, bytes]]]  # than a file, with equal first totals


def pass_by_totals(
    file: RolloutFile,
    reading: Reading,
    need: NeedsTotals,
    known: KnownFile | None,
    find_totals: FindTotals,
    find_older: FindOlder,
    counter: type[Counter] = Counter,
) -> Pass:
    """A pass over a whole file, which is held as events: they are few beside its texts."""
    head = read_head(reading, file.name)
    if head is None:
        return Pass(reading, None, ())
    events = list(head.events)
    if need.parent_id is None:
        boundary = Boundary(totals=migrated_totals(file, head, events, known, find_older), is_by_totals=True)
        flags = MIGRATED
    else:
        boundary, flags = parents_boundary(head, events, find_totals(need.parent_id))
    seen: dict[str, str] | None = None if known is None else {}
    return Pass(reading, counter(head.state(boundary, flags)), events, parent=need.parent_id, seen=seen)


def is_still_right(state: State, own: bytes, parents: list[bytes]) -> bool:
    """Whether an unchanged fork would be read the same way again: its parent can turn up or be read further."""
    return state.boundary.totals_of_parent == most_common_totals(own, parents)


def parents_boundary(head: Head, events: list[Event], parents: list[bytes]) -> tuple[Boundary, int]:
    """After those running sums that are the parent's too, and flags.

    After a pause, sums that are equal again are those of the thread's own calls. The parent is no proof if it is gone,
    or if the copying goes on where it ends or lacks a line: then all that was written in one go counts as copied.
    """
    trial = counted(head, events, 0)
    common = most_common_totals(trial.totals, parents)
    written = 0  # in one go, as far as that can be told
    while goes_on(trial.instants, written, head.at, within_ms=PAUSE_MS):
        written += 1
    copied = min(common or 0, written)
    last = last_common_total(trial.totals[: written * TOTAL.size], parents)
    is_proven = (
        common is not None and last <= copied and not goes_on(trial.instants, copied, head.at, within_ms=COPYING_MS)
    )
    if not is_proven:
        copied = max(copied, last)
        while goes_on(trial.instants, copied, head.at, within_ms=COPYING_MS):
            copied += 1
        copied = max(copied, in_first_burst(trial.instants, head.at))
    boundary = Boundary(totals=copied, is_by_totals=True, totals_of_parent=common)
    return boundary, 0 if is_proven else LOST_PARENT


def last_common_total(own: bytes | bytearray, parents: list[bytes]) -> int:
    """The number of the last running sum that any reading of the parent has too, wherever it stands there."""
    known = {parent[place : place + TOTAL.size] for parent in parents for place in range(0, len(parent), TOTAL.size)}
    mine = [bytes(own[place : place + TOTAL.size]) for place in range(0, len(own), TOTAL.size)]
    return max((number for number, total in enumerate(mine, 1) if total in known), default=0)


def most_common_totals(own: bytes | bytearray, parents: list[bytes]) -> int | None:
    """The most running sums that a reading of the parent has in common; `None` if there was no reading."""
    return max((common_totals(own, parent) for parent in parents), default=None)


def migrated_totals(
    file: RolloutFile, head: Head, events: list[Event], known: KnownFile | None, find_older: FindOlder
) -> int:
    """How many running sums are copied: as many as before the rewrite, else those that an older thread has."""
    trial = counted(head, events, MIGRATED)
    former = known.last_state() if known else None
    if known and former and former.totals_copied <= common_totals(trial.totals, known.totals):
        return former.totals_copied
    common = likely_common_totals(bytes(trial.totals), file.path, find_older(file, bytes(trial.totals)))
    return min(common, in_first_burst(trial.instants, head.at))


def counted(head: Head, events: list[Event], flags: int) -> Counter:
    """A trial, for the running sums and their times."""
    counter = Counter(head.state(Boundary(), flags))
    counter.feed(events)
    return counter


def parents_first(waiting: list[tuple[RolloutFile, NeedsTotals]]) -> list[tuple[RolloutFile, NeedsTotals]]:
    """In an order in which a fork of a fork comes after its parent; threads that name each other come in any."""
    ordered: list[tuple[RolloutFile, NeedsTotals]] = []
    while waiting:
        threads = {need.thread_id for _, need in waiting}
        ready = [item for item in waiting if item[1].parent_id not in threads - {item[1].thread_id}] or waiting
        ordered += ready
        waiting = [item for item in waiting if item not in ready]
    return ordered
