"""A newer counter reads everything anew, and what was read is only given up for what the lines prove."""

from datetime import datetime
from pathlib import Path

import pytest
import zstandard
from codextime_tracker.corrections import corrections_by_day
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan

from tests.tracker.counters import NextCounter
from tests.tracker.homes import append, call, start, turn, write_rollout
from tests.tracker.rollouts import CORPORA, Rollout, models_and_usage

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
A, B, C = (100, 10, 5, 1), (200, 20, 6, 2), (400, 40, 7, 3)
AB, ABC = (300, 30, 11, 3), (700, 70, 18, 6)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "codex"


@pytest.fixture
def index() -> Index:
    return Index.in_memory()


def changes(index: Index, after: int = 0) -> list[tuple[str, str | None, int, int]]:
    found = index.changes_after(after, 1000)
    return [(each.kind, each.reason, each.call.input_tokens, each.call.revision) for each in found]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_newer_counter_replaces_and_withdraws_what_it_reads_otherwise(
    home: Path, index: Index, is_packed: bool
) -> None:
    path = write_rollout(home, start(), turn(), call(1), call(2), call(3))
    if is_packed:
        path.with_name(path.name + ".zst").write_bytes(zstandard.compress(path.read_bytes()))
        path.unlink()
    scan(index, home)

    report = scan(index, home, counter=NextCounter)

    assert sorted(changes(index, after=3)) == [
        ("replaced", "recounted", 1003, 258),
        ("withdrawn", "recounted", 1002, 258),
    ]
    assert (report.calls.replaced, report.calls.withdrawn) == (1, 1)
    assert scan(index, home, counter=NextCounter).files_read == 0


def test_the_change_is_shown_by_day_with_its_reason(home: Path, index: Index) -> None:
    write_rollout(home, start(), turn(), call(1), call(2), call(3, at="2026-11-22T12:00:00.000Z"))
    scan(index, home)

    report = scan(index, home, counter=NextCounter)

    days = [
        (datetime.fromisoformat(f"2026-11-{on}T{at}:00Z").astimezone().date())
        for on, at in ((22, "12:00"), (21, "01:00"))
    ]
    why = "a newer counter read the same logs"
    assert corrections_by_day([report]) == [(days[0], why, 10), (days[1], why, -1052)]


def test_an_older_counter_leaves_alone_what_a_newer_one_read(home: Path, index: Index) -> None:
    path = write_rollout(home, start(), turn(), call(1), call(2), call(3))
    scan(index, home)
    scan(index, home, counter=NextCounter)
    last = index.last_change()

    assert scan(index, home).files_read == 0
    append(path, call(4))
    scan(index, home)

    assert changes(index, after=last) == [("added", None, 1004, 257)]


def test_a_newer_counter_that_reads_the_same_changes_nothing(tmp_path: Path, index: Index) -> None:
    class SameCounter(NextCounter):
        add = NextCounter.__base__.add  # type: ignore[union-attr] # of the counter of today

    for corpus in CORPORA:
        scan(index, corpus / "home")
    last = index.last_change()

    reports = [scan(index, corpus / "home", counter=SameCounter) for corpus in CORPORA]

    assert all(report.files_read for report in reports)
    assert index.last_change() == last


def test_a_newer_counter_withdraws_nothing_that_its_lines_no_longer_tell(home: Path, index: Index) -> None:
    write_rollout(home, start(), turn(), call(1), call(2), call(3))
    scan(index, home)
    write_rollout(home, start(), turn(), call(1))

    scan(index, home, counter=NextCounter)

    assert changes(index) == [("added", None, number, 257) for number in (1001, 1002, 1003)]


def test_a_line_that_comes_back_takes_the_place_of_the_one_that_stood_in_for_it(home: Path, index: Index) -> None:
    whole = Rollout(THREAD).turn("gpt-5").count(A, A).count(A, A).count(AB, B)
    damaged = Rollout(THREAD)
    damaged.lines = whole.lines[:2] + whole.lines[3:]
    damaged.write(home)
    scan(index, home)

    whole.write(home)
    report = scan(index, home)

    assert models_and_usage(index) == [("gpt-5", A), ("gpt-5", B)]
    assert ("withdrawn", "duplicate", 100, 257) in changes(index)
    assert corrections_by_day([report]) == []


def test_calls_that_come_back_take_the_place_of_their_lump(home: Path, index: Index) -> None:
    whole = Rollout(THREAD).turn("gpt-5").count(A, A).count(AB, B).count(ABC, C).count(ABC, (0, 0, 0, 0))
    damaged = Rollout(THREAD)
    damaged.lines = whole.lines[:3] + whole.lines[5:]
    damaged.write(home)
    scan(index, home)
    assert [usage for _, usage in models_and_usage(index)] == [A, (600, 60, 13, 5)]

    whole.write(home)
    scan(index, home)

    assert [usage for _, usage in models_and_usage(index)] == [A, B, C]
