"""What the rollouts of a home prove to be no calls, whether or not the index ever took them for some.

An index that was lost and made anew knows what is right, but not what the former one believed and sent. So all files
are read once more, thoroughly, and each line that is there and is no call is named as if it were one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from codextime_tracker.copies import NeedsTotals
from codextime_tracker.counting import Counter
from codextime_tracker.discovery import RolloutFile, find_rollouts
from codextime_tracker.index import Index
from codextime_tracker.passes import KnownFile, Pass, begin_whole_pass
from codextime_tracker.scanning import Scan


class Disproved(Struct, frozen=True):
    """Whoever counts a call of this thread under this identity is wrong."""

    thread_id: str
    identity: str
    at: str
    file_name: str
    reason: str


def find_disproved(index: Index, codex_home: Path, counter: type[Counter] = Counter) -> Iterator[Disproved]:
    """Of the files that the index knows; those that changed since the scan are left to the next one."""
    found = find_rollouts(codex_home)
    scan = Scan(index, index.source_key(codex_home), found, lambda done, total: None, counter)
    for file in found.files:
        known = scan.find_known(file)
        if known is None or known.state is None or not known.is_unchanged(file, counter.version):
            continue
        try:
            with Path(file.path).open("rb", buffering=0) as raw:
                yield from read_again(scan, file, raw, known)
        except OSError:
            continue  # the scan has told


def read_again(scan: Scan, file: RolloutFile, raw: BinaryIO, known: KnownFile) -> Iterator[Disproved]:
    try:
        turn = begin_whole_pass(file, raw, scan.counter, is_again=True)
    except NeedsTotals as need:
        raw.seek(0)
        turn = scan.after_parent(need)(file, raw, known)
    turn.run()
    yield from disproved_by(turn, file)


def disproved_by(turn: Pass, file: RolloutFile) -> Iterator[Disproved]:
    """Nothing if it was guessed which lines are copied."""
    counter = turn.counter
    if counter is None or counter.state.flags:
        return
    thread, seen = counter.state.thread_id, turn.seen or {}
    copied = set(counter.copied)
    for identity in turn.passed_over:
        reason = "copied_history" if identity in copied else "duplicate"
        yield Disproved(thread, identity, seen[identity], file.name, reason)
