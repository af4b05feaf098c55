"""Paths as Linux, macOS and Windows have them: which folder is meant, and that no name of it gets into a number."""

import json
import os
import shlex
import shutil
import sqlite3
import stat
import sys
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
import zstandard
from codextime_tracker.call_ids import call_id
from codextime_tracker.discovery import find_rollouts, home_of
from codextime_tracker.exits import Exit
from codextime_tracker.export import COLUMNS
from codextime_tracker.homes import existing_homes, name_in_wsl
from codextime_tracker.index import Index
from codextime_tracker.places import INDEX, data_folder, default_codex_home, identity_of
from codextime_tracker.scanning import scan
from codextime_tracker.schema import uri_to_read
from platformdirs.macos import MacOS
from platformdirs.windows import Windows

from tests.tracker.conftest import Tracker
from tests.tracker.homes import append, call, start, turn, write_rollout
from tests.tracker.rollouts import CORPORA, export_rows

FILE = COLUMNS.index("file")
ROLLOUT = "sessions/2026/11/21/rollout-2026-11-21T01-00-00-01a1fbca-a638-7000-8000-000000000001.jsonl"
stat_of = os.stat
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="needs a right that few have there")


def ids(home: Path) -> list[str]:
    with Index.in_memory() as index:
        scan(index, home)
        calls = list(index.calls())
    return sorted(call_id(user_id="u_someone", thread_id=each.thread_id, identity=each.identity) for each in calls)


@pytest.mark.parametrize("name", ["C:\\Users\\Ada B\\.codex", "\\\\server\\share\\.codex", "Ada's %20 #1 é", " "])
@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_a_home_that_came_from_another_system_has_the_same_calls(corpus: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(corpus / "home", tmp_path / name, copy_function=shutil.copyfile)

    assert ids(copy) == ids(corpus / "home")
    assert [row[FILE] for row in export_rows(copy)] == [row[FILE] for row in export_rows(corpus / "home")]


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_line_ends_of_windows_change_nothing(corpus: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(corpus / "home", tmp_path / "copy", copy_function=shutil.copyfile)
    for path in copy.rglob("rollout-*.jsonl"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert ids(copy) == ids(corpus / "home")


def test_the_same_file_is_named_alike_wherever_it_lies(tmp_path: Path) -> None:
    names = set()
    for place in ("C:\\Users\\Ada B\\.codex", "home"):
        write_rollout(tmp_path / place, start(), turn(), call(1))
        names |= {file.name for file in find_rollouts(tmp_path / place).files}

    assert names == {PurePosixPath(ROLLOUT).name}


@pytest.mark.parametrize(
    ("rollout", "home"),
    [
        (PurePosixPath("/home/ada/.codex", ROLLOUT), PurePosixPath("/home/ada/.codex")),
        (PurePosixPath("/mnt/sessions/ada", ROLLOUT), PurePosixPath("/mnt/sessions/ada")),
        (PureWindowsPath("C:\\Users\\Ada B\\.codex", ROLLOUT), PureWindowsPath("C:\\Users\\Ada B\\.codex")),
        (PureWindowsPath("C:\\Users\\Ada B\\.codex", ROLLOUT.upper()), PureWindowsPath("c:\\users\\ada b\\.codex")),
        (PureWindowsPath("\\\\server\\share\\codex", ROLLOUT), PureWindowsPath("\\\\server\\share\\codex")),
        (PureWindowsPath("D:\\archived_sessions\\rollout-1.jsonl"), PureWindowsPath("D:\\")),
        (PureWindowsPath("D:\\Downloads\\rollout-1.jsonl"), None),
    ],
)
def test_the_home_of_a_rollout_is_found_from_its_path(rollout: PurePath, home: PurePath | None) -> None:
    assert home_of(rollout) == home


def test_a_compressed_rollout_is_one_in_any_case_of_its_name(tracker: Tracker, tmp_path: Path) -> None:
    path = tmp_path / Path(ROLLOUT).with_suffix(".JSONL.ZST").name
    path.write_bytes(zstandard.compress(tracker.rollout.read_bytes()))

    assert json.loads(tracker.raw("inspect", str(path), "--json").out)["calls"] == 3


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/home/ada b/50%?#.sqlite3"), "file:///home/ada%20b/50%25%3F%23.sqlite3?mode=ro"),
        (PureWindowsPath("C:\\Users\\Ada B\\é.sqlite3"), "file:///C:/Users/Ada%20B/%C3%A9.sqlite3?mode=ro"),
        (PureWindowsPath("\\\\server\\share\\index.sqlite3"), "file:////server/share/index.sqlite3?mode=ro"),
    ],
)
def test_an_index_is_named_to_sqlite_without_a_host(path: PurePath, uri: str) -> None:
    assert uri_to_read(path) == uri


@pytest.mark.parametrize("name", ["a b", "50%", "what?", "#1", "é", "\udcff"])
def test_sqlite_reads_an_index_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    Index.open(folder / INDEX).close()

    with Index.read(folder / INDEX) as index:
        assert index.last_change() == 0
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            index.source_key(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="has no bytes in names")
def test_a_home_whose_name_is_no_text_is_read_and_stays_there(tracker: Tracker, tmp_path: Path) -> None:
    home = tmp_path / "\udcff"
    write_rollout(home, start(), turn(), call(1))
    odd = ["--codex-home", str(home)]

    sent = [tracker(*odd, home=home).out for _ in range(2)]
    exported = tracker.raw("export", *odd).out
    waiting = tracker.raw("status", *odd)

    assert ["All time   1 call" in each for each in sent] == [True, True]
    assert '"file_gone":false' in exported
    assert waiting.exit == Exit.DONE


def test_on_macos_the_trackers_files_are_where_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/Users/ada")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)

    folder = MacOS("codextime-tracker", appauthor=False).user_data_dir
    assert folder == "/Users/ada/Library/Application Support/codextime-tracker"


def test_on_windows_the_trackers_files_are_where_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", "C:\\Users\\Ada B\\AppData\\Local")

    folder = Windows("codextime-tracker", appauthor=False).user_data_dir
    parts = PureWindowsPath(folder).parts
    assert parts == ("C:\\", "Users", "Ada B", "AppData", "Local", "codextime-tracker")


@pytest.mark.parametrize(
    ("home", "there"),
    [
        ("C:\\Users\\Ada B\\.codex", "/mnt/c/Users/Ada B/.codex"),
        ("d:/codex", "/mnt/d/codex"),
        ("C:codex", ""),
        ("\\\\server\\share\\codex", ""),
        ("/home/ada/.codex", ""),
        (".codex", ""),
    ],
)
def test_wsl_has_the_drives_of_windows_elsewhere(home: str, there: str) -> None:
    assert name_in_wsl(home) == there


@pytest.mark.skipif(sys.platform == "win32", reason="has such folders")
def test_who_names_a_folder_of_windows_in_wsl_is_told_where_it_is(tracker: Tracker) -> None:
    run = tracker("--codex-home", "C:\\Users\\Ada\\.codex")

    assert "in WSL, that of Windows is /mnt/c/Users/Ada/.codex" in run.out


@pytest.mark.skipif(sys.platform == "win32", reason="has its home elsewhere")
def test_a_tilde_that_the_shell_left_is_the_users_folder(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = write_rollout(tmp_path / "mine", start(), turn(), call(1))

    shown = tracker.raw("status", "--codex-home=~/mine", "--index=~/own.sqlite3").out
    inspected = tracker.raw("inspect", f"~/{path.relative_to(tmp_path)}")
    exported = tracker.raw("export", "--no-index", "--codex-home=~/mine", "--out=~/calls.jsonl")

    assert "All time   1 call" in shown
    assert (tmp_path / "own.sqlite3").exists()
    assert inspected.exit == exported.exit == Exit.DONE
    assert (tmp_path / "calls.jsonl").read_text().count("\n") == 1
    assert "~nobody-here/x: there is no such folder" in tracker.raw("status", "--codex-home=~nobody-here/x").out


def test_codex_home_is_what_it_says_and_only_then_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("CODEX_HOME", "~/codex")
    monkeypatch.chdir(tmp_path)
    before = default_codex_home()
    Path("~/codex").mkdir(parents=True)

    assert before == tmp_path / "codex"
    assert default_codex_home() == Path("~/codex")


@pytest.mark.parametrize("option", ["--codex-home", "--index"])
def test_an_empty_path_of_an_unset_variable_is_not_the_folder_one_stands_in(tracker: Tracker, option: str) -> None:
    run = tracker.raw("status", option, "")

    assert run.exit == Exit.USAGE
    assert f"{option}: no path stands there" in run.err


@pytest.mark.parametrize("place", [".", "/", "..", "a/.."])
def test_an_index_that_is_a_folder_is_refused_with_a_name(tracker: Tracker, place: str) -> None:
    run = tracker.raw("status", "--index", place)

    assert run.exit == Exit.USAGE
    assert f"{place} is a folder: name a file in it, as " in run.err


@needs_links
def test_one_folder_under_two_names_is_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `.codex` and `.Codex` on macOS: the system takes both for the same, and names neither the right one."""
    home, other = tmp_path / ".codex", tmp_path / ".Codex"
    rollout = write_rollout(home, start(), turn(), call(1))
    other.symlink_to(home)
    monkeypatch.setattr("os.path.realpath", os.path.abspath)

    with Index.in_memory() as index:
        key = index.source_key(home)
        scan(index, home)
        append(rollout, call(2))
        report = scan(index, other)

        assert report.source_key == key
        assert (report.files_read, report.calls.added) == (1, 1)
        assert index.find_source_key(tmp_path) is None
    assert existing_homes([home, other]) == ([other], [])


@needs_links
def test_a_home_that_moved_behind_a_link_keeps_its_key(tmp_path: Path) -> None:
    home, larger = tmp_path / ".codex", tmp_path / "larger disk"
    write_rollout(home, start(), turn(), call(1))
    with Index.in_memory() as index:
        key = index.source_key(home)
        home.rename(larger)
        home.symlink_to(larger)
        through_link = index.source_key(home)
        home.unlink()

        assert [through_link, index.source_key(larger)] == [key, key]
        home.mkdir()
        assert index.source_key(home) != key


def without_number(place: str, **more: bool) -> os.stat_result:
    found = list(stat_of(place, **more))
    found[stat.ST_INO] = 0
    return os.stat_result(found)


def test_where_the_file_system_numbers_nothing_all_folders_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rollout(tmp_path / "one", start(), turn(), call(1))
    (tmp_path / "two").mkdir()
    monkeypatch.setattr("os.stat", without_number)

    with Index.in_memory() as index:
        scan(index, tmp_path / "one")
        assert index.totals().calls == 1
        assert index.find_source_key(tmp_path / "two") is None
    assert len(existing_homes([tmp_path / "one", tmp_path / "two"])[0]) == 2


def test_a_user_without_a_home_folder_is_told_what_to_set(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "USERPROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    monkeypatch.chdir(tmp_path)

    nothing = tracker.raw("status", "--index", "index.sqlite3")
    nowhere = tracker.raw("status", "--codex-home", str(tracker.home))

    assert (nothing.exit, nowhere.exit) == (Exit.NOTHING_TO_READ, Exit.CANNOT_WRITE)
    assert "Set HOME, or name it with --codex-home DIR" in nothing.err
    assert "Set HOME, or XDG_DATA_HOME, to a whole path" in nowhere.err
    assert list(tmp_path.glob("~*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="protects the user's folder instead")
def test_what_doctor_says_of_a_path_with_spaces_can_be_typed(tracker: Tracker, tmp_path: Path) -> None:
    folder = tmp_path / "Application Support"
    tracker.raw("status", "--codex-home", str(tracker.home), "--index", str(folder / INDEX))
    folder.chmod(0o755)

    shown = tracker.raw("doctor", "--codex-home", str(tracker.home), "--index", str(folder / INDEX)).out

    [advice] = [line for line in shown.splitlines() if "chmod" in line]
    assert shlex.split(advice) == ["chmod", "700", str(folder)]


def test_what_is_not_there_has_no_identity(tmp_path: Path) -> None:
    assert identity_of(tmp_path / "nothing") is None
    assert identity_of(tmp_path) == identity_of(f"{tmp_path}/.")
    assert data_folder().is_absolute()
