"""Places where the index cannot be: what happened, what to do, and nothing of anybody's is overwritten."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from codextime_tracker.exits import CannotWrite, Exit
from codextime_tracker.index import Index
from codextime_tracker.opening import opened
from codextime_tracker.places import INDEX, data_folder
from codextime_tracker.scanning import scan

from tests.tracker.conftest import USER, Tracker
from tests.tracker.homes import append, call


def database(path: Path, statements: str) -> bytes:
    """The bytes of an SQLite file made by these statements."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)
    return path.read_bytes()


def test_a_folder_in_the_place_of_the_index_is_named_with_a_better_place(tracker: Tracker, tmp_path: Path) -> None:
    run = tracker("--index", str(tmp_path))

    assert run.exit == Exit.CANNOT_WRITE
    assert f"The index {tmp_path} is a folder. Name a file: --index {tmp_path}" in run.err


@pytest.mark.parametrize("mark", ["", "PRAGMA user_version = 1;", "PRAGMA user_version = 2;"])
def test_a_database_of_another_program_is_left_alone(tracker: Tracker, tmp_path: Path, mark: str) -> None:
    path = tmp_path / "photos.sqlite3"
    before = database(path, f"CREATE TABLE files (name TEXT); CREATE TABLE calls (number TEXT); {mark}")

    run = tracker("--index", str(path))

    assert run.exit == Exit.CANNOT_WRITE
    assert f"{path} belongs to another program and was left alone" in run.err
    assert "--index FILE" in run.err
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tracker: Tracker) -> None:
    before = tracker.rollout.read_bytes()

    run = tracker("--index", str(tracker.rollout))

    assert run.exit == Exit.CANNOT_WRITE
    assert "belongs to another program" in run.err
    assert tracker.rollout.read_bytes() == before


@pytest.mark.parametrize("table", ["calls", "cursors", "labels", "pending_uploads"])
def test_an_incomplete_index_is_begun_anew_and_kept(tracker: Tracker, table: str) -> None:
    tracker("--dry-run")
    database(data_folder() / INDEX, f"DROP TABLE {table}")

    run = tracker()

    assert run.exit == Exit.DONE
    assert f"the old one is kept as {data_folder() / INDEX}.damaged-1" in run.out
    assert "Sent       3 calls: 3 new" in run.out


@pytest.mark.skipif(sys.platform == "win32", reason="named as Unix names places")
@pytest.mark.parametrize("place", ["{file}/index.sqlite3", "/sys/index.sqlite3"])
def test_a_place_that_cannot_be_written_is_named(tracker: Tracker, place: str) -> None:
    index = place.format(file=tracker.rollout)

    run = tracker("--index", index)

    assert run.exit == Exit.CANNOT_WRITE
    assert index in run.err
    assert "let your user write" in run.err


def test_a_full_disk_is_called_so_and_keeps_what_was_stored(tracker: Tracker, tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite3"
    with opened(path) as index:
        scan(index, tracker.home)
    append(tracker.rollout, *(call(number) for number in range(4, 400)))

    with pytest.raises(CannotWrite, match=r"disk is full\. Free some space"):
        scan_on_a_full_disk(path, tracker.home)

    with Index.open(path) as index:
        assert index.totals().calls == 3


def scan_on_a_full_disk(path: Path, home: Path) -> None:
    with opened(path) as index:
        index.connection.execute("PRAGMA max_page_count = 1")  # for SQLite: as many as there are
        scan(index, home)


LIMITED = """
import resource, sys
from codextime_tracker.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limits")
def test_a_disk_that_takes_no_more_ends_the_command_with_a_sentence(tracker: Tracker) -> None:
    append(tracker.rollout, *(call(number) for number in range(4, 2000)))
    arguments = [USER, "--server", tracker.server, "--codex-home", str(tracker.home)]

    done = subprocess.run([sys.executable, "-c", LIMITED, *arguments], capture_output=True, text=True, check=False)

    assert done.returncode == Exit.CANNOT_WRITE
    assert "Check that its disk has space" in done.stderr
    assert "Traceback" not in done.stderr
