"""`codextime-tracker export`, run as its users run it."""

import csv
import io
import json
import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from codextime_tracker.locking import one_run_at_a_time

from tests.tracker.homes import call, start, turn, write_rollout
from tests.tracker.rollouts import CORPORA, load

COMMAND = [sys.executable, "-m", "codextime_tracker", "export"]
NEWEST = next(corpus for corpus in CORPORA if corpus.name == "0.169.0")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """For the index."""
    folder = tmp_path / "data"
    for name in ("XDG_DATA_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder))
    return folder


def export(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)


def test_every_call_is_one_json_object_a_line_by_time() -> None:
    result = export("--codex-home", NEWEST / "home", "--format", "jsonl", "--out", "-")

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.returncode, result.stderr) == (0, b"")
    assert len(rows) == sum(model["calls"] for model in load(NEWEST / "expected.json")["by_model"].values())
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert rows[0] == {
        "at": "2026-11-21T01:48:44.695Z",
        "thread": "01a1fbca-a638-7e01-9eeb-4fa186698d51",
        "file": "rollout-2026-11-21T01-48-44-01a1fbca-a638-7e01-9eeb-4fa186698d51.jsonl",
        "file_gone": False,
        "model": "gpt-5-codex",
        "input_tokens": 2105,
        "cached_input_tokens": 0,
        "cache_write_input_tokens": 0,
        "output_tokens": 55,
        "reasoning_output_tokens": 0,
        "total_tokens": 2160,
        "flags": [],
    }


def test_a_file_gets_the_same_lines_and_is_for_its_owner_only(tmp_path: Path) -> None:
    out = tmp_path / "out" / "calls.jsonl"
    out.parent.mkdir()

    assert export("--codex-home", NEWEST / "home", "--out", out).returncode == 0

    assert out.read_bytes() == export("--codex-home", NEWEST / "home").stdout
    assert out.stat().st_mode & 0o077 == 0
    assert list(out.parent.iterdir()) == [out]


def test_a_device_or_a_named_pipe_is_written_into_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [*COMMAND, "--codex-home", str(NEWEST / "home"), "--out", str(pipe)]

    with subprocess.Popen(command) as writer:
        # Without waiting for a writer: one that replaced the pipe would never come.
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)
        wait_for_data(reader)
        with os.fdopen(reader, "rb") as lines:
            written = lines.read()

    assert writer.returncode == 0
    assert written == export("--codex-home", NEWEST / "home").stdout
    assert pipe.is_fifo()


def wait_for_data(reader: int) -> None:
    ready, _, _ = select.select([reader], [], [], 30)
    assert ready, "nothing was written"


def test_a_file_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    result = export("--codex-home", NEWEST / "home", "--out", tmp_path / "missing" / "calls.jsonl")

    assert result.returncode == 10
    assert b"Choose another file with --out" in result.stderr
    assert b"Traceback" not in result.stderr


def test_a_missing_codex_home_is_a_message(tmp_path: Path) -> None:
    result = export("--codex-home", tmp_path / "nowhere")

    assert result.returncode == 3
    assert b"No Codex home can be read at" in result.stderr
    assert b"--codex-home" in result.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    with subprocess.Popen(
        [*COMMAND, "--codex-home", NEWEST / "home"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_logs_without_usage_are_named_no_data() -> None:
    oldest = next(corpus for corpus in CORPORA if corpus.name == "0.23.0")

    result = export("--codex-home", oldest / "home")

    assert (result.returncode, result.stdout) == (0, b"")
    assert b"No data: 13 files" in result.stderr


def test_what_is_skipped_is_told_and_the_rest_is_written(tmp_path: Path) -> None:
    (tmp_path / "sessions" / "rollout-folder.jsonl").mkdir(parents=True)
    good = next((NEWEST / "home").rglob("rollout-*.jsonl"))
    (tmp_path / "sessions" / good.name).write_bytes(good.read_bytes())

    result = export("--codex-home", tmp_path)

    assert result.returncode == 0
    assert result.stdout
    assert b"rollout-folder.jsonl: it has the name of a rollout but is not a file" in result.stderr


def rows_of(result: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_calls_of_deleted_rollouts_stay_and_are_marked_until_the_file_is_back(tmp_path: Path) -> None:
    home = tmp_path / "codex"
    rollout = write_rollout(home, start(), turn(), call(1), call(2))
    before = rows_of(export("--codex-home", home))
    kept = rollout.rename(tmp_path / rollout.name)

    gone = rows_of(export("--codex-home", home))
    anew = rows_of(export("--codex-home", home, "--no-index"))
    kept.rename(rollout)
    back = rows_of(export("--codex-home", home))

    assert [row["file_gone"] for row in gone] == [True, True]
    assert [row | {"file_gone": False} for row in gone] == before == back
    assert anew == []


def test_calls_of_a_home_that_is_gone_are_exported_from_the_index(tmp_path: Path) -> None:
    home = tmp_path / "codex"
    write_rollout(home, start(), turn(), call(1))
    export("--codex-home", home)
    shutil.rmtree(home)

    result = subprocess.run(COMMAND, capture_output=True, check=False, env={**os.environ, "CODEX_HOME": str(home)})

    assert result.returncode == 0
    assert [row["file_gone"] for row in rows_of(result)] == [True]
    assert b"there is no such folder" in result.stderr


def test_a_folder_that_cannot_be_listed_is_not_taken_for_deleted_rollouts(tmp_path: Path) -> None:
    home = tmp_path / "codex"
    write_rollout(home, start(), turn(), call(1))
    export("--codex-home", home)
    shutil.rmtree(home / "sessions")
    (home / "sessions").symlink_to("sessions")  # leads to itself: an error for everybody, also for root

    result = export("--codex-home", home)

    assert [row["file_gone"] for row in rows_of(result)] == [False]
    assert b"the folder cannot be read" in result.stderr


def test_a_call_that_another_home_still_holds_is_not_gone(tmp_path: Path) -> None:
    write_rollout(tmp_path / "one", start(), turn(), call(1))
    homes = ("--codex-home", tmp_path / "one", "--codex-home", tmp_path / "two")
    write_rollout(tmp_path / "two", start(), turn(), call(1))
    export(*homes)
    shutil.rmtree(tmp_path / "one" / "sessions")

    assert [row["file_gone"] for row in rows_of(export(*homes))] == [False]


def test_one_home_of_several_is_exported_alone(tmp_path: Path) -> None:
    other = "01a1fbca-a638-7000-8000-000000000002"
    write_rollout(tmp_path / "one", start(), turn(), call(1))
    write_rollout(tmp_path / "two", start(other), turn(), call(2, thread=other), thread=other)
    export("--codex-home", tmp_path / "one", "--codex-home", tmp_path / "two")

    assert [row["thread"] for row in rows_of(export("--codex-home", tmp_path / "two"))] == [other]


def test_json_and_csv_and_parquet_hold_the_same_calls(tmp_path: Path) -> None:
    homes = ("--codex-home", NEWEST / "home")
    lines = rows_of(export(*homes))

    as_json = json.loads(export(*homes, "--format", "json").stdout)
    as_csv = list(csv.DictReader(io.StringIO(export(*homes, "--format", "csv").stdout.decode())))
    parquet = pyarrow.parquet.read_table(io.BytesIO(export(*homes, "--format", "parquet").stdout)).to_pylist()

    flat = {"flags": "", "file_gone": "false"}
    assert as_json == lines
    assert as_csv == [{name: str(value) for name, value in row.items()} | flat for row in lines]
    assert [row | {"at": row["at"].isoformat(timespec="milliseconds")[:-6] + "Z"} for row in parquet] == lines


def test_no_calls_are_an_empty_array(tmp_path: Path) -> None:
    (tmp_path / "codex" / "sessions").mkdir(parents=True)

    result = export("--codex-home", tmp_path / "codex", "--format", "json")

    assert json.loads(result.stdout) == []


@pytest.mark.parametrize("model", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_name_is_a_formula_in_a_spreadsheet(tmp_path: Path, model: str) -> None:
    write_rollout(tmp_path, start(), turn(model), call(1))

    [row] = csv.DictReader(io.StringIO(export("--codex-home", tmp_path, "--format", "csv").stdout.decode()))

    assert row["model"] == f"'{model}"


def test_parquet_without_its_package_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise ImportError")
    command = [*COMMAND, "--codex-home", str(NEWEST / "home"), "--format", "parquet"]

    result = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path)})

    assert (result.returncode, result.stdout) == (2, b"")
    assert b"pipx inject codextime-tracker pyarrow" in result.stderr


def test_beside_another_run_the_logs_alone_can_be_exported(tmp_path: Path, own_folder: Path) -> None:
    write_rollout(tmp_path / "codex", start(), turn(), call(1))
    index = ("--codex-home", tmp_path / "codex", "--index", tmp_path / "index.sqlite3")

    with one_run_at_a_time(tmp_path / "index.sqlite3"):
        waits, alone = export(*index), export(*index, "--no-index")

    assert waits.returncode == 4
    assert b"add --no-index" in waits.stderr
    assert len(rows_of(alone)) == 1
