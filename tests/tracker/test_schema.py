"""Indexes of other trackers: an older one's is upgraded in place, and nothing of it is lost or sent again."""

import sqlite3
from pathlib import Path

import pytest
from codextime_tracker.exits import CannotWrite
from codextime_tracker.index import Index
from codextime_tracker.opening import opened
from codextime_tracker.parents import read_missing_parents
from codextime_tracker.scanning import scan
from codextime_tracker.schema import SCHEMA, SCHEMA_VERSION
from codextime_tracker.stored import PendingUpload

from tests.tracker.homes import append, call, start, turn, write_rollout

OLD = (Path(__file__).parents[1] / "data/index-v2.sql").read_text("utf-8")
KEY = "5c" * 16
DESTINATION = f"https://one.example u_owner {KEY}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index of version 2."""
    path = tmp_path / "index.sqlite3"
    write(path, OLD)
    return path


def write(path: Path, statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(statements)
    connection.close()


def schema_of(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {" ".join(sql.split()).replace("( ", "(").replace(" )", ")") for (sql,) in rows}


def test_an_older_index_keeps_all_that_it_knew(path: Path) -> None:
    with Index.open(path) as index:
        assert index.notices == []
        assert [change.call.identity for change in index.changes_after(0, 10)] == ["r:resp_000001", "r:resp_000002"]
        assert index.cursor(DESTINATION) == 1
        assert index.find_label(DESTINATION) == "laptop"
        assert index.refusals(DESTINATION) == [(1, "in_the_future")]
        assert index.find_pending_upload(DESTINATION) == PendingUpload("ab" * 16, 1, 2, 2)


def test_an_upgraded_index_has_the_tables_of_a_new_one(path: Path) -> None:
    with Index.open(path) as upgraded, Index.in_memory() as new:
        assert schema_of(upgraded.connection) == schema_of(new.connection)
        assert upgraded.connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_a_scan_after_the_upgrade_adds_only_what_is_new(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "codex"
    append(write_rollout(home, start(), turn(), call(1), call(2)), call(3))
    write(path, f"UPDATE sources SET home = '{home.resolve()}';")

    with Index.open(path) as index:
        report = scan(index, home)

    assert report.source_key == KEY
    assert report.calls.added == 1


def test_parents_that_an_older_tracker_did_not_look_for_are_read_once(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "codex"
    write_rollout(home, start(forked_from_id="01a1fbca-parent"), turn(), call(1), call(2))
    write(path, f"UPDATE sources SET home = '{home.resolve()}';")

    with Index.open(path) as index:
        before = index.changes_after(0, 1)[0].call.parent_thread_id
        read_missing_parents(index, home)
        after = index.changes_after(0, 1)[0].call.parent_thread_id

    assert (before, after) == (None, "01a1fbca-parent")


def test_an_upgrade_that_is_killed_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codextime_tracker.schema.UPGRADES", {2: "CREATE TABLE half (a); CREATE TABLE half (a);"})
    with pytest.raises(sqlite3.OperationalError):
        Index.open(path)
    monkeypatch.undo()

    with Index.open(path) as index:
        assert index.last_change() == 2
        assert not index.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchone()


def test_an_index_of_a_newer_tracker_is_left_alone_and_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    write(path, f"{SCHEMA} PRAGMA user_version = {SCHEMA_VERSION + 1};")
    before = path.read_bytes()

    with pytest.raises(CannotWrite, match=r"written by a newer tracker.*pipx upgrade"), opened(path):
        pass

    assert path.read_bytes() == before
