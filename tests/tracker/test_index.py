"""The local index: the change log that uploads are made from, and what happens when the file is damaged."""

import sqlite3
import stat
from pathlib import Path

import pytest
from codextime_tracker.index import Index
from codextime_tracker.scanning import scan
from codextime_tracker.stored import Totals

from tests.tracker.rollouts import Rollout

THREAD = "01a1fbc8-0000-7000-8000-000000000001"
OTHER = "01a1fbc8-0000-7000-8000-000000000002"
A, B = (100, 10, 5, 1), (200, 20, 6, 2)
HERE, THERE = "https://one.example u_1", "https://two.example u_1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "index.sqlite3"


@pytest.fixture
def index(path: Path) -> Index:
    return Index.open(path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "codex"
    Rollout(THREAD).turn("gpt-5").record("resp_1", A).record("resp_2", B).write(home)
    return home


def name_the_model(home: Path) -> None:
    """Lets the next scan replace the one call whose model was unknown."""
    Rollout(OTHER).count(A, A).turn("o3").write(home)


def test_the_index_is_for_its_owner_only(index: Index, path: Path, home: Path) -> None:
    scan(index, home)

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_changes_come_once_by_number(index: Index, home: Path) -> None:
    scan(index, home)

    first, second = index.changes_after(0, 10)

    assert [first.call.identity, second.call.identity] == ["r:resp_1", "r:resp_2"]
    assert index.changes_after(0, 1) == [first]
    assert index.changes_after(first.number, 10) == [second]
    assert index.changes_after(index.last_change(), 10) == []


def test_changes_of_one_home_leave_out_the_others(index: Index, home: Path, tmp_path: Path) -> None:
    scan(index, home)
    other = tmp_path / "other"
    Rollout(OTHER).turn("o3").count(A, A).write(other)
    scan(index, other)

    changes = index.changes_after(0, 10, index.source_key(other))

    assert [change.call.model for change in changes] == ["o3"]
    assert index.totals(index.source_key(other)) == Totals(calls=1, tokens=105, estimated_calls=0)
    assert index.totals() == Totals(calls=3, tokens=416, estimated_calls=0)


def test_a_source_key_is_random_and_stays(index: Index, home: Path, path: Path) -> None:
    key = index.source_key(home)

    assert len(key) == 32
    assert Index.open(path).source_key(home / "." / "") == key
    assert index.source_key(home / "other") != key


def test_each_destination_has_its_own_cursor_that_only_moves_forward(index: Index) -> None:
    index.acknowledge(HERE, 7)
    index.acknowledge(HERE, 5)

    assert (index.cursor(HERE), index.cursor(THERE)) == (7, 0)


def test_a_pending_upload_is_built_again_as_it_was(index: Index, home: Path) -> None:
    Rollout(OTHER).count(A, A).write(home)
    scan(index, home)
    before = index.changes_after(0, 10)
    index.begin_upload(HERE, "ab" * 16, before[-1].number)
    name_the_model(home)
    scan(index, home)

    pending = index.find_pending_upload(HERE)

    assert pending is not None
    again = index.changes_after(pending.after, 10, through=pending.through, as_of=pending.as_of)
    assert again == before
    assert [change.kind for change in index.changes_after(0, 10)] == ["added", "added", "replaced"]


def test_a_receipt_ends_the_pending_upload(index: Index) -> None:
    index.begin_upload(HERE, "ab" * 16, 4)

    index.acknowledge(HERE, 4)

    assert index.find_pending_upload(HERE) is None
    assert index.cursor(HERE) == 4


def test_a_refusal_is_kept_until_the_call_is_counted_anew(index: Index, home: Path) -> None:
    Rollout(OTHER).count(A, A).write(home)
    scan(index, home)
    number = next(change.number for change in index.changes_after(0, 10) if change.call.model is None)
    index.record_refusal(HERE, number, "impossible")
    assert index.refusals(HERE) == [(number, "impossible")]

    name_the_model(home)
    scan(index, home)

    assert index.refusals(HERE) == []


def test_sums_beyond_63_bits_are_right(index: Index, home: Path) -> None:
    most = 2**63 - 1
    Rollout(OTHER).turn("o3").record("a", (most, 0, 0, 0)).record("b", (0, 0, most, 0)).write(home)

    scan(index, home)

    assert index.totals().tokens == 2 * most + 311


@pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_index_is_set_aside_and_built_anew(path: Path, home: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)

    index = Index.open(path)
    scan(index, home)

    assert index.totals().calls == 2
    assert path.with_name("index.sqlite3.damaged-1").read_bytes() == damage
    assert "begun anew" in index.notices[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_index_that_is_older_than_any_upgrade_is_set_aside(index: Index, path: Path) -> None:
    index.connection.execute("PRAGMA user_version = 1")
    index.close()

    again = Index.open(path)

    assert len(again.notices) == 1
    assert again.last_change() == 0


def test_a_folder_that_cannot_be_used_is_an_error_and_no_damage(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite3").mkdir()

    with pytest.raises((OSError, sqlite3.OperationalError)):
        Index.open(tmp_path / "index.sqlite3")
    assert (tmp_path / "index.sqlite3").is_dir()
